use bytes::Bytes;

/// The bytes of a body that have arrived; a body of one frame is not copied.
#[derive(Debug)]
pub(super) struct Plain {
    first: Bytes,
    all: Vec<u8>,
    /// How many bytes are announced, if that is known.
    announced: usize,
}

impl Plain {
    pub(super) fn new(announced: usize) -> Self {
        Self {
            first: Bytes::new(),
            all: Vec::new(),
            announced,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.first.len() + self.all.len()
    }

    /// Appends what fits into this limit; `false` when something did not fit.
    pub(super) fn push(&mut self, mut data: Bytes, limit: usize) -> bool {
        let room = limit.saturating_sub(self.len());
        let fits = data.len() <= room;
        data.truncate(room);
        if self.len() == 0 {
            self.first = data;
            return fits;
        }
        if self.all.is_empty() {
            let capacity = self.announced.min(MOST_AT_ONCE);
            self.all
                .reserve(capacity.max(self.first.len() + data.len()));
            self.all.extend_from_slice(&self.first);
            self.first = Bytes::new();
        }
        self.all.extend_from_slice(&data);
        fits
    }

    pub(super) fn take(&mut self) -> Bytes {
        if self.all.is_empty() {
            std::mem::take(&mut self.first)
        } else {
            std::mem::take(&mut self.all).into()
        }
    }
}

/// How much memory an announced length alone may reserve: a server may announce any length.
pub(super) const MOST_AT_ONCE: usize = 32 * 1024 * 1024;
