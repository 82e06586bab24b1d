use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

/// What is shared: free buffers, counted bytes, and the tasks that wait for memory.
#[derive(Clone, Debug)]
pub(super) struct Home(Arc<Mutex<Inner>>);

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) limit: usize,
    pub(super) size: usize,
    pub(super) used: usize,
    pub(super) peak: usize,
    pub(super) free: Vec<Vec<u8>>,
    pub(super) waiting: Vec<Waker>,
}

impl Home {
    pub(super) fn new(limit: usize, size: usize) -> Self {
        Self(Arc::new(Mutex::new(Inner {
            limit,
            size,
            used: 0,
            peak: 0,
            free: Vec::new(),
            waiting: Vec::new(),
        })))
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes all that wait.
    pub(super) fn wake(&self) {
        let waiting = std::mem::take(&mut self.lock().waiting);
        waiting.into_iter().for_each(Waker::wake);
    }
}

impl Inner {
    pub(super) fn take(&mut self) -> Vec<u8> {
        self.free.pop().unwrap_or_else(|| {
            self.use_more(self.size);
            Vec::with_capacity(self.size)
        })
    }

    pub(super) fn give_back(&mut self, mut buffer: Vec<u8>) {
        if buffer.capacity() != self.size || self.free.len() >= MOST_FREE {
            // What it has grown by over `size` is a charge of its own.
            self.used = self.used.saturating_sub(buffer.capacity().min(self.size));
            return;
        }
        buffer.clear();
        self.free.push(buffer);
    }

    pub(super) fn use_more(&mut self, bytes: usize) {
        self.used = self.used.saturating_add(bytes);
        self.peak = self.peak.max(self.used);
    }
}

/// More are given back to the allocator.
const MOST_FREE: usize = 64;
