use std::time::Duration;

use http::request::Parts;

use super::clock::ServiceClocks;
use super::idempotency::Idempotency;
use super::quota::Quota;
use super::statistics::{Counter, Statistics};
use crate::sigv4::{ClockSkew, Signer};

/// How often and how long a request is sent.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) max_attempts: u32,
    /// How long a call may take.
    pub(crate) total: Duration,
    /// How long an attempt may take once it is signed.
    pub(crate) attempt: Duration,
    pub(crate) follows_service_clock: bool,
    /// Says whether a request may be sent again after it may have been applied.
    pub(crate) idempotency: fn(&Parts) -> Idempotency,
}

/// What all requests of a client share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(super) settings: Settings,
    pub(super) signer: Signer,
    pub(super) quota: Quota,
    pub(super) clocks: ServiceClocks,
    pub(super) counter: Counter,
}

impl Shared {
    pub(crate) fn new(settings: Settings, signer: Signer) -> Self {
        Self {
            quota: Quota::new(),
            clocks: ServiceClocks::new(settings.follows_service_clock),
            counter: Counter::default(),
            settings,
            signer,
        }
    }

    pub(crate) fn clock_skew(&self) -> ClockSkew {
        self.clocks.latest()
    }

    pub(crate) fn statistics(&self) -> Statistics {
        self.counter.statistics()
    }
}
