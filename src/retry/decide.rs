//! Decides what follows an attempt: a pure function of what is known.

use super::backoff::Pace;
use super::verdict::Verdict;

/// What to do after an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    /// Hand the outcome to the caller.
    Stop(Stop),
    /// Send the request again after a wait.
    Resend(Pace),
    /// Send the request again, signed with the service's time.
    FollowClock,
    /// Give up the rejected credentials. If an attempt is left, fetch others and send the request again.
    RenewCredentials {
        /// Without an attempt left, only the next request profits.
        is_attempt_left: bool,
    },
}

/// Why a request is not sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// The outcome is a success, or a retry would bring the same error.
    Final,
    /// All attempts are used.
    Attempts,
    /// The request may have been applied, and applying it twice would be wrong.
    NotIdempotent,
    /// The retry would be signed with the same time or credentials.
    Unhelpful,
    /// The wait would end after the call's deadline.
    Deadline,
    /// The client has no tokens left to pay for retries.
    Quota,
}

/// What a decision depends on, besides the verdict.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Facts {
    pub(super) is_attempt_left: bool,
    pub(super) is_idempotent: bool,
    /// Whether the next signature would have a different time, by enough to matter.
    pub(super) has_a_different_time: bool,
    pub(super) has_followed_the_clock: bool,
    pub(super) has_renewed_credentials: bool,
    /// Whether the caller itself sends again what the service declined.
    pub(super) caller_retries: bool,
}

pub(super) fn decide(verdict: Verdict, facts: Facts) -> Decision {
    match verdict {
        Verdict::Final | Verdict::Unreadable => Decision::Stop(Stop::Final),
        Verdict::Lost if !facts.is_idempotent => Decision::Stop(Stop::NotIdempotent),
        Verdict::Declined(_) if facts.caller_retries => Decision::Stop(Stop::Final),
        Verdict::CredentialsRejected if !facts.has_renewed_credentials => {
            Decision::RenewCredentials {
                is_attempt_left: facts.is_attempt_left,
            }
        }
        _ if !facts.is_attempt_left => Decision::Stop(Stop::Attempts),
        Verdict::Declined(pace) => Decision::Resend(pace),
        Verdict::Lost => Decision::Resend(Pace::Transient),
        Verdict::SignatureRejected { .. }
            if facts.has_a_different_time && !facts.has_followed_the_clock =>
        {
            Decision::FollowClock
        }
        Verdict::SignatureRejected { .. } | Verdict::CredentialsRejected => {
            Decision::Stop(Stop::Unhelpful)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNATURE: Verdict = Verdict::SignatureRejected {
        server_time: None,
        is_for_its_time: false,
    };
    const THROTTLED: Verdict = Verdict::Declined(Pace::Throttled);

    fn facts(change: impl FnOnce(&mut Facts)) -> Facts {
        let mut facts = Facts {
            is_attempt_left: true,
            is_idempotent: true,
            has_a_different_time: true,
            has_followed_the_clock: false,
            has_renewed_credentials: false,
            caller_retries: false,
        };
        change(&mut facts);
        facts
    }

    #[test]
    fn a_request_is_sent_again_where_that_can_help_and_cannot_be_applied_twice() {
        let all = || facts(|_| {});
        for (verdict, facts, expected) in [
            (Verdict::Final, all(), Decision::Stop(Stop::Final)),
            (Verdict::Unreadable, all(), Decision::Stop(Stop::Final)),
            (
                THROTTLED,
                facts(|facts| facts.caller_retries = true),
                Decision::Stop(Stop::Final),
            ),
            (THROTTLED, all(), Decision::Resend(Pace::Throttled)),
            (Verdict::Lost, all(), Decision::Resend(Pace::Transient)),
            (SIGNATURE, all(), Decision::FollowClock),
            (
                THROTTLED,
                facts(|facts| facts.is_idempotent = false),
                Decision::Resend(Pace::Throttled),
            ),
            (
                Verdict::Lost,
                facts(|facts| facts.is_idempotent = false),
                Decision::Stop(Stop::NotIdempotent),
            ),
            (
                SIGNATURE,
                facts(|facts| facts.has_a_different_time = false),
                Decision::Stop(Stop::Unhelpful),
            ),
            (
                SIGNATURE,
                facts(|facts| facts.has_followed_the_clock = true),
                Decision::Stop(Stop::Unhelpful),
            ),
            (
                Verdict::CredentialsRejected,
                facts(|facts| facts.has_renewed_credentials = true),
                Decision::Stop(Stop::Unhelpful),
            ),
        ] {
            assert_eq!(decide(verdict, facts), expected, "{verdict:?} {facts:?}");
        }
    }

    #[test]
    fn rejected_credentials_are_given_up_even_without_an_attempt_left() {
        for is_attempt_left in [true, false] {
            let facts = facts(|facts| facts.is_attempt_left = is_attempt_left);
            let expected = Decision::RenewCredentials { is_attempt_left };
            assert_eq!(decide(Verdict::CredentialsRejected, facts), expected);
        }
    }

    #[test]
    fn the_last_attempt_is_the_last() {
        let last = |is_idempotent| {
            facts(|facts| {
                facts.is_attempt_left = false;
                facts.is_idempotent = is_idempotent;
            })
        };
        for verdict in [THROTTLED, Verdict::Lost, SIGNATURE] {
            let decision = decide(verdict, last(true));
            assert_eq!(decision, Decision::Stop(Stop::Attempts), "{verdict:?}");
        }
        let decision = decide(Verdict::Lost, last(false));
        assert_eq!(decision, Decision::Stop(Stop::NotIdempotent));
    }
}
