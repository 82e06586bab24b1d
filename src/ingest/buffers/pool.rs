use std::task::Waker;

use bytes::Bytes;

use super::charge::Charge;
use super::home::Home;
use super::lent::Lent;

/// Hands out buffers and counts bytes. Cheap to clone; clones share both.
#[derive(Clone, Debug)]
pub(in super::super) struct Buffers(Home);

impl Buffers {
    /// Buffers of `size` bytes, all together within `limit`.
    pub(in super::super) fn new(limit: usize, size: usize) -> Self {
        Self(Home::new(limit, size))
    }

    /// An empty buffer, if there is one while `reserve` bytes stay free for others.
    pub(in super::super) fn take(&self, reserve: usize) -> Option<Vec<u8>> {
        let mut inner = self.0.lock();
        let needed = if inner.free.is_empty() { inner.size } else { 0 };
        let would_use = inner.used.saturating_add(needed).saturating_add(reserve);
        if would_use > inner.limit {
            return None;
        }
        Some(inner.take())
    }

    /// An empty buffer, though it exceeds the limit: for what must not wait.
    pub(in super::super) fn take_now(&self) -> Vec<u8> {
        self.0.lock().take()
    }

    /// Gives a buffer back that was not shared.
    pub(in super::super) fn give_back(&self, buffer: Vec<u8>) {
        self.0.lock().give_back(buffer);
    }

    /// Shares a buffer; it comes back when the last clone of the bytes is dropped.
    pub(in super::super) fn share(&self, buffer: Vec<u8>) -> Bytes {
        Bytes::from_owner(Lent::new(buffer, self.0.clone()))
    }

    /// An empty buffer with room for `bytes`, even above the limit. A small one has exactly this room,
    /// so that a small chunk takes little memory.
    pub(in super::super) fn sized(&self, bytes: usize) -> Vec<u8> {
        let mut inner = self.0.lock();
        if bytes > inner.size / 2 {
            return inner.take();
        }
        let buffer = Vec::with_capacity(bytes);
        inner.use_more(buffer.capacity());
        buffer
    }

    /// As [`sized`](Self::sized), if `reserve` bytes stay free for others.
    pub(in super::super) fn try_sized(&self, bytes: usize, reserve: usize) -> Option<Vec<u8>> {
        let inner = self.0.lock();
        let would_use = inner.used.saturating_add(bytes).saturating_add(reserve);
        let fits = would_use <= inner.limit;
        drop(inner);
        fits.then(|| self.sized(bytes))
    }

    /// The lines of a chunk that is complete, in a buffer that fits them.
    pub(in super::super) fn fit(&self, lines: Vec<u8>) -> Vec<u8> {
        if lines.len() > lines.capacity() / 2 {
            return lines;
        }
        let mut fitting = self.sized(lines.len());
        fitting.extend_from_slice(&lines);
        self.give_back(lines);
        fitting
    }

    /// A buffer that had room for `before` bytes has grown.
    pub(in super::super) fn grown(&self, before: usize, buffer: &Vec<u8>) {
        let mut inner = self.0.lock();
        let (before, after) = (before.min(inner.size), buffer.capacity().min(inner.size));
        inner.use_more(after.saturating_sub(before));
    }

    /// Counts bytes that are not in a buffer, until the charge is dropped.
    pub(in super::super) fn charge(&self, bytes: usize) -> Charge {
        Charge::new(bytes, self.0.clone())
    }

    /// Counts what a buffer of this capacity has grown by.
    pub(in super::super) fn charge_excess(&self, capacity: usize) -> Charge {
        let size = self.0.lock().size;
        self.charge(capacity.saturating_sub(size))
    }

    /// The most bytes that were in use.
    pub(in super::super) fn peak(&self) -> usize {
        self.0.lock().peak
    }

    /// Counts bytes that are held elsewhere towards the peak.
    pub(in super::super) fn note(&self, bytes: usize) {
        let mut inner = self.0.lock();
        inner.peak = inner.peak.max(inner.used.saturating_add(bytes));
    }

    /// Wakes this task when memory becomes free, or [`wake`](Self::wake) is called.
    pub(in super::super) fn wait(&self, waker: &Waker) {
        let mut inner = self.0.lock();
        if !inner.waiting.iter().any(|known| known.will_wake(waker)) {
            inner.waiting.push(waker.clone());
        }
    }

    /// Wakes all that wait.
    pub(in super::super) fn wake(&self) {
        self.0.wake();
    }
}
