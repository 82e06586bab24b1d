//! Reads what the stack of layers failed with.

use std::error::Error as StdError;

use super::{Error, ErrorKind, Refusal};
use crate::credentials::CredentialsError;
use crate::error::BoxError;
use crate::retry::Failed;
use crate::sigv4::SignError;
use crate::transport::{Phase, TransportError};

impl Error {
    /// Finds our own errors in whatever wraps them.
    pub(crate) fn from_stack(error: BoxError) -> Self {
        let error = match error.downcast::<Self>() {
            Ok(error) => return *error,
            Err(error) => error,
        };
        match error.downcast::<Failed>() {
            Ok(failed) => Self::from_attempts(*failed),
            Err(error) => Self::from_attempt(error),
        }
    }

    fn from_attempts(failed: Failed) -> Self {
        let attempts = failed.attempts();
        let may_have_been_applied = failed.may_have_been_applied();
        let withheld = failed.was_withheld();
        let mut ours = Self::from_attempt(failed.into_source());
        ours.0.attempts = attempts;
        ours.0.may_have_been_applied = may_have_been_applied;
        if withheld {
            ours.0.kind = ErrorKind::Unknown;
            ours.0.retryable = false;
        }
        ours
    }

    fn from_attempt(error: BoxError) -> Self {
        let (kind, line, retryable) = classify(error.as_ref());
        let mut ours = Self::new(kind, line);
        ours.0.retryable = retryable;
        ours.0.status = TransportError::within(&*error).and_then(TransportError::status);
        ours.0.timed_out = kind == ErrorKind::Timeout;
        if kind == ErrorKind::Credentials {
            let refusal = denied(error.as_ref());
            ours.0.line = match (&refusal, credentials_error(error.as_ref())) {
                (Some(refusal), _) => Some(format!("{line}: {refusal}")),
                (None, Some(error)) => Some(format!("{line}: {error}")),
                (None, None) => Some(line.into()),
            };
            ours.0.refusal = refusal;
        }
        ours.with_source(error)
    }
}

/// Finds what failed in a chain of errors: its kind, our line for it, whether to try again.
fn classify(error: &(dyn StdError + 'static)) -> (ErrorKind, &'static str, bool) {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.is::<CredentialsError>() {
            return NO_CREDENTIALS;
        }
        match error.downcast_ref() {
            Some(SignError::Credentials(_)) => return NO_CREDENTIALS,
            Some(_) => return (ErrorKind::Sign, "request could not be signed", false),
            None => {}
        }
        match error.downcast_ref() {
            Some(TransportError::Connect { .. } | TransportError::Unsent(_)) => {
                return (ErrorKind::Connect, "no connection", true);
            }
            Some(TransportError::Unprocessed(_)) => {
                return (ErrorKind::Transport, "exchange failed", true);
            }
            Some(TransportError::Timeout { phase, .. }) => {
                return (ErrorKind::Timeout, "timed out", *phase == Phase::Connect);
            }
            Some(_) => return (ErrorKind::Transport, "exchange failed", false),
            None => {}
        }
        next = error.source();
    }
    (ErrorKind::Transport, "exchange failed", false)
}

/// Which source of credentials failed, and why.
fn credentials_error<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a CredentialsError> {
    let mut chain = std::iter::successors(Some(error), |&error| error.source());
    chain.find_map(|error| error.downcast_ref())
}

/// What STS said, if it was asked for a role: the SDK's error has it at the end of its chain.
fn denied(error: &(dyn StdError + 'static)) -> Option<Refusal> {
    let mut chain = std::iter::successors(Some(error), |&error| error.source());
    chain.find_map(|error| Refusal::of_a_role(&error.to_string()))
}

const NO_CREDENTIALS: (ErrorKind, &str, bool) =
    (ErrorKind::Credentials, "no usable credentials", false);
