use std::panic::{AssertUnwindSafe, catch_unwind};

use super::super::classify::{Decision, Failure};
use super::super::entry::Entry;
use super::super::settings::Settings;
use crate::opensearch::error::Scrub;

/// What judging depends on besides the response.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Context<'a> {
    pub(in super::super) settings: &'a Settings,
    /// Whether nothing more is sent.
    pub(in super::super) is_over: bool,
    /// Milliseconds since the load began.
    pub(in super::super) now: u32,
    /// Whether outcomes of operations that are done are wanted one by one.
    pub(in super::super) wants_done: bool,
    pub(in super::super) was_compressed: bool,
    /// Whether the server has taken a compressed body before.
    pub(in super::super) gzip_works: bool,
    /// Knows the secrets that the response may echo.
    pub(in super::super) scrub: Option<&'a Scrub>,
}

impl Context<'_> {
    /// Whether there is time for a retry.
    pub(super) fn may_retry(&self, entry: &Entry) -> bool {
        !self.is_over && entry.refused_for(self.now) < self.settings.retry_for
    }

    /// Asks the caller's hook; if it panics, the default holds.
    pub(super) fn decide(&self, failure: &Failure<'_>) -> Decision {
        let Some(decide) = &self.settings.decide else {
            return failure.default;
        };
        catch_unwind(AssertUnwindSafe(|| decide(failure))).unwrap_or(failure.default)
    }
}
