use super::home::Home;

/// A buffer that returns to its home when it is dropped.
pub(super) struct Lent {
    buffer: Vec<u8>,
    home: Home,
}

impl Lent {
    pub(super) fn new(buffer: Vec<u8>, home: Home) -> Self {
        Self { buffer, home }
    }
}

impl AsRef<[u8]> for Lent {
    fn as_ref(&self) -> &[u8] {
        &self.buffer
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        self.home.lock().give_back(std::mem::take(&mut self.buffer));
        self.home.wake();
    }
}
