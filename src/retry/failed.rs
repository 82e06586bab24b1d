use crate::error::BoxError;

/// Why a request got no answer, after all its attempts.
///
/// What the last attempt failed with is its [source](std::error::Error::source).
#[derive(Debug, thiserror::Error)]
#[error("{}", self.line())]
pub struct Failed {
    pub(super) attempts: u32,
    pub(super) may_have_been_applied: bool,
    pub(super) withheld: bool,
    pub(super) source: BoxError,
}

impl Failed {
    /// How many attempts there were.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Whether an attempt was lost on the way, or its answer could not be read, so that nobody knows
    /// if the service acted.
    pub fn may_have_been_applied(&self) -> bool {
        self.may_have_been_applied
    }

    /// Whether it was not sent again because it may have been applied and is not idempotent.
    pub fn was_withheld(&self) -> bool {
        self.withheld
    }

    /// What the last attempt failed with.
    pub fn into_source(self) -> BoxError {
        self.source
    }

    fn line(&self) -> String {
        let attempts = match self.attempts {
            1 => "no answer".to_owned(),
            more => format!("no answer in {more} attempts"),
        };
        if self.withheld {
            format!("{attempts}; the request may have been applied and was not sent again")
        } else {
            attempts
        }
    }
}
