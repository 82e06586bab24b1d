use super::decide::{Decision, Facts};
use super::verdict::Verdict;

/// What has happened to a request so far.
#[derive(Debug, Default)]
pub(super) struct History {
    /// How many attempts there were.
    pub(super) attempts: u32,
    /// Whether the service may have acted on an attempt without saying so.
    pub(super) may_have_been_applied: bool,
    /// Whether the last attempt had a connection and got no response.
    pub(super) lost_its_connection: bool,
    /// How many tokens the last retry cost.
    pub(super) charge: Option<u32>,
    followed_the_clock: bool,
    renewed_credentials: bool,
}

impl History {
    /// Adds the outcome of an attempt.
    pub(super) fn record_outcome(&mut self, verdict: Verdict, lost_its_connection: bool) {
        self.may_have_been_applied |= verdict.may_have_been_applied();
        self.lost_its_connection = lost_its_connection;
    }

    /// Adds what is done about the outcome.
    pub(super) fn record_decision(&mut self, decision: Decision) {
        match decision {
            Decision::FollowClock => self.followed_the_clock = true,
            Decision::RenewCredentials { .. } => self.renewed_credentials = true,
            Decision::Stop(_) | Decision::Resend(_) => {}
        }
    }

    /// What a decision needs to know of the past.
    pub(super) fn facts(&self, max_attempts: u32) -> Facts {
        Facts {
            is_attempt_left: self.attempts < max_attempts,
            has_followed_the_clock: self.followed_the_clock,
            has_renewed_credentials: self.renewed_credentials,
            ..Facts::default()
        }
    }
}
