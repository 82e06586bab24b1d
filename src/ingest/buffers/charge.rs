use super::home::Home;

/// Bytes that count against the limit.
#[derive(Debug)]
pub(in super::super) struct Charge {
    bytes: usize,
    home: Home,
}

impl Charge {
    pub(super) fn new(bytes: usize, home: Home) -> Self {
        home.lock().use_more(bytes);
        Self { bytes, home }
    }

    pub(in super::super) fn resize(&mut self, bytes: usize) {
        let mut inner = self.home.lock();
        inner.used = inner.used.saturating_sub(self.bytes);
        inner.use_more(bytes);
        self.bytes = bytes;
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        let mut inner = self.home.lock();
        inner.used = inner.used.saturating_sub(self.bytes);
    }
}
