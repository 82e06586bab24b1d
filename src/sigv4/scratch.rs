//! Buffers and header values that a thread keeps from one signature to the next.
//!
//! Each thread has its own, because sharing header values between busy threads costs more than making
//! them.

use std::cell::RefCell;
use std::time::SystemTime;

use http::HeaderValue;

use super::clock::Timestamp;
use super::error::SignError;
use super::key::LastStart;
use crate::credentials::Identity;

#[derive(Default)]
pub(super) struct Scratch {
    /// Canonical request and signature.
    pub(super) text: Vec<u8>,
    pub(super) start: LastStart,
    pub(super) date: LastDate,
    pub(super) host: LastHost,
    pub(super) token: LastToken,
}

impl Scratch {
    /// Runs `work` with the calling thread's scratch, whose text is empty.
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
}

/// The date of the last second.
#[derive(Default)]
pub(super) struct LastDate(Option<Date>);

/// A time, and its `x-amz-date` header.
pub(super) struct Date {
    pub(super) time: Timestamp,
    pub(super) value: HeaderValue,
}

impl LastDate {
    pub(super) fn of(&mut self, time: SystemTime) -> Result<&Date, SignError> {
        if !matches!(&self.0, Some(date) if date.time.is_of(time)) {
            let time = Timestamp::new(time)?;
            let value = HeaderValue::from_bytes(time.as_bytes()).expect("digits, T and Z");
            self.0 = Some(Date { time, value });
        }
        Ok(self.0.as_ref().expect("just set"))
    }
}

/// The last `host` header.
#[derive(Default)]
pub(super) struct LastHost(Option<HeaderValue>);

impl LastHost {
    /// The header of a host from a header value or an authority. Both are ASCII.
    pub(super) fn of(&mut self, host: &str) -> &HeaderValue {
        if !matches!(&self.0, Some(value) if value == host) {
            self.0 = Some(HeaderValue::from_str(host).expect("visible ASCII"));
        }
        self.0.as_ref().expect("just set")
    }
}

/// The last `x-amz-security-token` header: a copy for this thread, so that threads do not contend for
/// the reference count of the identity's.
#[derive(Default)]
pub(super) struct LastToken(Option<(u64, HeaderValue)>);

impl LastToken {
    pub(super) fn of(&mut self, identity: &Identity) -> Option<&HeaderValue> {
        let shared = identity.session_token()?;
        let generation = identity.generation();
        if !matches!(&self.0, Some((last, _)) if *last == generation) {
            let mut value = HeaderValue::from_bytes(shared.as_bytes()).ok()?;
            value.set_sensitive(true);
            self.0 = Some((generation, value));
        }
        self.0.as_ref().map(|(_, value)| value)
    }
}

/// A canonical request has a few KiB. The buffer of an unusually large one is freed.
const MOST_KEPT: usize = 64 * 1024;
