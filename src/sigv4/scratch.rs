//! What a thread keeps from one signature to the next.
//!
//! Kept for each thread, because header values shared by busy threads cost more than made ones.

use std::cell::RefCell;

use http::HeaderValue;

use super::clock::Timestamp;

#[derive(Default)]
pub(super) struct Scratch {
    /// The canonical request, then the string to sign.
    pub(super) text: Vec<u8>,
    date: Option<(u64, HeaderValue)>,
    host: Option<HeaderValue>,
}

impl Scratch {
    /// Lends the calling thread's scratch; empty, but for what it remembers.
    pub(super) fn with<R>(work: impl FnOnce(&mut Self) -> R) -> R {
        thread_local! {
            static SCRATCH: RefCell<Scratch> = RefCell::default();
        }
        SCRATCH.with_borrow_mut(|scratch| {
            scratch.text.clear();
            let result = work(scratch);
            scratch.text.shrink_to(MOST_KEPT);
            result
        })
    }

    /// The `x-amz-date` of this second.
    pub(super) fn date(&mut self, time: &Timestamp) -> HeaderValue {
        match &self.date {
            Some((second, value)) if *second == time.seconds() => value.clone(),
            _ => {
                let value = HeaderValue::from_str(time.as_str()).expect("digits, T and Z");
                self.date.insert((time.seconds(), value)).1.clone()
            }
        }
    }

    /// A `host` that was checked to be visible ASCII; the last one is remembered.
    pub(super) fn host(&mut self, host: &str) -> Option<HeaderValue> {
        if let Some(value) = self.host.as_ref().filter(|value| *value == host) {
            return Some(value.clone());
        }
        self.host = HeaderValue::from_str(host).ok();
        self.host.clone()
    }
}

/// A canonical request is a few KiB; the buffer of a monstrous one is given back.
const MOST_KEPT: usize = 64 * 1024;
