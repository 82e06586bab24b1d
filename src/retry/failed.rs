use std::fmt;

use crate::error::BoxError;
use crate::sigv4::SignError;
use crate::transport::TransportError;

/// Why a request got no response, after all its attempts.
///
/// The failure of the last attempt is the [source](std::error::Error::source).
#[derive(Debug)]
#[non_exhaustive]
pub struct Failed {
    pub(super) attempts: u32,
    pub(super) may_have_been_applied: bool,
    pub(super) withheld: bool,
    pub(super) retryable: bool,
    pub(super) source: BoxError,
}

impl Failed {
    /// How many attempts there were.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Whether the service may have applied the request: an attempt was lost on the way, or its response could not be
    /// read.
    pub fn may_have_been_applied(&self) -> bool {
        self.may_have_been_applied
    }

    /// Whether the request was not sent again because it may have been applied and is not idempotent.
    pub fn was_withheld(&self) -> bool {
        self.withheld
    }

    /// Whether the same request may succeed later, and may be sent again. This is what the retries go by, whether or
    /// not an attempt was left.
    pub fn is_retryable(&self) -> bool {
        self.retryable
    }

    /// The failure of the last attempt.
    pub fn into_source(self) -> BoxError {
        self.source
    }
}

/// `no response after 3 attempts: no connection to https://x:443: connection refused`
impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.attempts {
            1 => f.write_str("no response")?,
            more => write!(f, "no response after {more} attempts")?,
        }
        // Only the crate's own errors: that of a caller's transport may contain what must not be shown.
        if let Some(error) = TransportError::within(&*self.source) {
            write!(f, ": {error}")?;
        } else if let Some(error) = self.source.downcast_ref::<SignError>() {
            write!(f, ": {error}")?;
        }
        if self.withheld {
            f.write_str("; the request may have been applied and was not sent again")?;
        }
        Ok(())
    }
}

impl std::error::Error for Failed {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&*self.source)
    }
}
