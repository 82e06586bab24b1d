//! Memory: buffers that are used again, and everything that counts against the limit.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use bytes::Bytes;

/// Hands out buffers and counts bytes. Cheap to clone; clones share both.
#[derive(Clone, Debug)]
pub(super) struct Buffers(Arc<Mutex<Inner>>);

#[derive(Debug)]
struct Inner {
    limit: usize,
    size: usize,
    used: usize,
    peak: usize,
    free: Vec<Vec<u8>>,
    waiting: Vec<Waker>,
}

impl Buffers {
    /// Buffers of `size` bytes, all together within `limit`.
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

    /// An empty buffer, if there is one while `reserve` bytes stay free for others.
    pub(super) fn take(&self, reserve: usize) -> Option<Vec<u8>> {
        let mut inner = self.lock();
        let needed = if inner.free.is_empty() { inner.size } else { 0 };
        let would_use = inner.used.saturating_add(needed).saturating_add(reserve);
        if would_use > inner.limit {
            return None;
        }
        Some(inner.take())
    }

    /// An empty buffer, though it exceeds the limit: for what must not wait.
    pub(super) fn take_now(&self) -> Vec<u8> {
        self.lock().take()
    }

    /// Gives a buffer back that was not shared.
    pub(super) fn give_back(&self, buffer: Vec<u8>) {
        self.lock().give_back(buffer);
    }

    /// Shares a buffer; it comes back when the last clone of the bytes is dropped.
    pub(super) fn share(&self, buffer: Vec<u8>) -> Bytes {
        Bytes::from_owner(Lent {
            buffer,
            home: self.clone(),
        })
    }

    /// An empty buffer for so many bytes, though it may exceed the limit. A small one is made to
    /// measure, so that a small chunk takes little memory.
    pub(super) fn sized(&self, bytes: usize) -> Vec<u8> {
        let mut inner = self.lock();
        if bytes > inner.size / 2 {
            return inner.take();
        }
        let buffer = Vec::with_capacity(bytes);
        inner.use_more(buffer.capacity());
        buffer
    }

    /// As [`sized`](Self::sized), if `reserve` bytes stay free for others.
    pub(super) fn try_sized(&self, bytes: usize, reserve: usize) -> Option<Vec<u8>> {
        let inner = self.lock();
        let would_use = inner.used.saturating_add(bytes).saturating_add(reserve);
        let fits = would_use <= inner.limit;
        drop(inner);
        fits.then(|| self.sized(bytes))
    }

    /// The lines of a chunk that is complete, in a buffer that fits them.
    pub(super) fn fit(&self, lines: Vec<u8>) -> Vec<u8> {
        if lines.len() > lines.capacity() / 2 {
            return lines;
        }
        let mut fitting = self.sized(lines.len());
        fitting.extend_from_slice(&lines);
        self.give_back(lines);
        fitting
    }

    /// A buffer that had room for `before` bytes has grown.
    pub(super) fn grown(&self, before: usize, buffer: &Vec<u8>) {
        let mut inner = self.lock();
        let (before, after) = (before.min(inner.size), buffer.capacity().min(inner.size));
        inner.use_more(after.saturating_sub(before));
    }

    /// Counts bytes that are not in a buffer, until the charge is dropped.
    pub(super) fn charge(&self, bytes: usize) -> Charge {
        self.lock().use_more(bytes);
        Charge {
            bytes,
            home: self.clone(),
        }
    }

    /// Counts what a buffer of this capacity has grown by.
    pub(super) fn charge_excess(&self, capacity: usize) -> Charge {
        let size = self.lock().size;
        self.charge(capacity.saturating_sub(size))
    }

    /// The most bytes that were in use.
    pub(super) fn peak(&self) -> usize {
        self.lock().peak
    }

    /// Counts bytes that are held elsewhere towards the peak.
    pub(super) fn note(&self, bytes: usize) {
        let mut inner = self.lock();
        inner.peak = inner.peak.max(inner.used.saturating_add(bytes));
    }

    /// Wakes this task when memory becomes free, or [`wake`](Self::wake) is called.
    pub(super) fn wait(&self, waker: &Waker) {
        let mut inner = self.lock();
        if !inner.waiting.iter().any(|known| known.will_wake(waker)) {
            inner.waiting.push(waker.clone());
        }
    }

    /// Wakes all that wait.
    pub(super) fn wake(&self) {
        let waiting = std::mem::take(&mut self.lock().waiting);
        waiting.into_iter().for_each(Waker::wake);
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn take(&mut self) -> Vec<u8> {
        self.free.pop().unwrap_or_else(|| {
            self.use_more(self.size);
            Vec::with_capacity(self.size)
        })
    }

    fn give_back(&mut self, mut buffer: Vec<u8>) {
        if buffer.capacity() != self.size || self.free.len() >= MOST_FREE {
            // What it has grown by over `size` is a charge of its own.
            self.used = self.used.saturating_sub(buffer.capacity().min(self.size));
            return;
        }
        buffer.clear();
        self.free.push(buffer);
    }

    fn use_more(&mut self, bytes: usize) {
        self.used = self.used.saturating_add(bytes);
        self.peak = self.peak.max(self.used);
    }
}

/// A buffer that finds its way back.
struct Lent {
    buffer: Vec<u8>,
    home: Buffers,
}

impl AsRef<[u8]> for Lent {
    fn as_ref(&self) -> &[u8] {
        &self.buffer
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        self.home.give_back(std::mem::take(&mut self.buffer));
        self.home.wake();
    }
}

/// Bytes that count against the limit.
#[derive(Debug)]
pub(super) struct Charge {
    bytes: usize,
    home: Buffers,
}

impl Charge {
    pub(super) fn resize(&mut self, bytes: usize) {
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

/// More are given back to the allocator.
const MOST_FREE: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_stay_within_the_limit_and_come_back() {
        let buffers = Buffers::new(100, 40);
        let first = buffers.take(0).unwrap();
        assert!(buffers.take(30).is_none(), "30 bytes stay free");
        let second = buffers.take(20).unwrap();
        assert!(buffers.take(0).is_none());
        let shared = buffers.share(first);
        let clone = shared.clone();
        drop(shared);
        assert!(buffers.take(0).is_none());
        drop(clone);
        assert!(buffers.take(0).is_some());
        buffers.give_back(second);
        assert_eq!(buffers.peak(), 80);
    }

    #[test]
    fn small_chunks_take_little_memory() {
        let buffers = Buffers::new(100, 40);
        let mut lines = buffers.take(0).unwrap();
        lines.extend_from_slice(b"0123456789");
        let small = buffers.fit(lines);
        assert_eq!((&small[..], small.capacity()), (&b"0123456789"[..], 10));
        // One buffer lies ready, and ten bytes are in use.
        assert!(buffers.take(50).is_some());
        drop(buffers.share(small));
        assert!(buffers.try_sized(20, 41).is_none());
        let compressed = buffers.try_sized(10, 50).unwrap();
        buffers.give_back(compressed);
        assert!(buffers.try_sized(10, 50).is_some());
    }

    #[test]
    fn other_bytes_count_too() {
        let buffers = Buffers::new(100, 40);
        let charge = buffers.charge(70);
        assert!(buffers.take(0).is_none());
        drop(charge);
        assert!(buffers.take(0).is_some());
    }
}
