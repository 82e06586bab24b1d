//! Reads an error from a failure of the stack: there is no response.

use std::error::Error as StdError;

use super::error::Error;
use super::kind::ErrorKind;
use super::one_line::OneLine;
use super::refusal::Refusal;
use super::scrub::Scrub;
use crate::credentials::CredentialsError;
use crate::error::BoxError;
use crate::retry::{self, Failed};
use crate::sigv4::SignError;
use crate::transport::TransportError;

impl Error {
    /// Finds the crate's own errors, also if other errors wrap them.
    pub(crate) fn from_stack(error: BoxError) -> Self {
        let error = match error.downcast::<Self>() {
            Ok(error) => return *error,
            Err(error) => error,
        };
        match error.downcast::<Failed>() {
            Ok(failed) => Self::from_attempts(*failed),
            Err(error) => Self::from_attempt(error, 1),
        }
    }

    fn from_attempts(failed: Failed) -> Self {
        let attempts = failed.attempts();
        let may_have_been_applied = failed.may_have_been_applied();
        let (withheld, retryable) = (failed.was_withheld(), failed.is_retryable());
        let mut error = Self::from_attempt(failed.into_source(), attempts);
        let inner = error.inner_mut();
        inner.attempts = attempts;
        inner.may_have_been_applied = may_have_been_applied;
        inner.retryable = retryable;
        if withheld {
            inner.kind = ErrorKind::Unknown;
        }
        error
    }

    fn from_attempt(cause: BoxError, attempts: u32) -> Self {
        let (kind, line) = describe(cause.as_ref(), attempts);
        let mut error = Self::new(kind, line);
        let inner = error.inner_mut();
        inner.status = TransportError::within(&*cause).and_then(TransportError::status);
        inner.retryable = retry::was_declined(&cause);
        inner.timed_out = is_timeout(cause.as_ref());
        inner.refusal = match kind {
            ErrorKind::Credentials => denied_role(cause.as_ref()),
            _ => None,
        };
        if let Some(refusal) = &inner.refusal {
            inner.hint = Some(refusal.hint().into_owned());
            inner.line = Some(format!("no usable credentials: {refusal}"));
        }
        error.with_source(cause)
    }
}

/// The kind of a failure, and one line on what happened and where.
fn describe(error: &(dyn StdError + 'static), attempts: u32) -> (ErrorKind, String) {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(error) = error.downcast_ref::<CredentialsError>() {
            return no_credentials(error);
        }
        match error.downcast_ref() {
            Some(SignError::Credentials(error)) => return no_credentials(error),
            Some(_) => return (ErrorKind::Sign, line("request cannot be signed", error)),
            None => {}
        }
        if let Some(ours) = error.downcast_ref::<TransportError>() {
            return describe_transport(ours, attempts);
        }
        next = error.source();
    }
    let kind = ErrorKind::Transport;
    (kind, line("exchange failed", error))
}

fn no_credentials(error: &CredentialsError) -> (ErrorKind, String) {
    let line = format!("no usable credentials: {error}");
    (ErrorKind::Credentials, line)
}

/// The transport's errors say where and why. They do not know how often the request was sent.
fn describe_transport(error: &TransportError, attempts: u32) -> (ErrorKind, String) {
    let kind = match error {
        TransportError::Connect { .. }
        | TransportError::Cleartext { .. }
        | TransportError::Unsent(_) => ErrorKind::Connect,
        TransportError::Timeout { .. } => ErrorKind::Timeout,
        _ => ErrorKind::Transport,
    };
    let line = match (kind, attempts) {
        (ErrorKind::Timeout, 1) => format!("{error}; 1 attempt"),
        (_, 1) => error.to_string(),
        (_, more) => format!("{error}; {more} attempts"),
    };
    (kind, line)
}

/// What happened, and the messages of the error and all that caused it. A message that repeats an earlier one is left
/// out.
fn line(what: &str, error: &(dyn StdError + 'static)) -> String {
    let mut line = what.to_owned();
    for cause in std::iter::successors(Some(error), |&error| error.source()).take(MOST_CAUSES) {
        let message = OneLine(&cause.to_string()).to_string();
        if !line.contains(&message) && line.len() < MOST_BYTES {
            line.push_str(": ");
            line.push_str(&message);
        }
    }
    // A transport or a provider of the caller's own may put a URL or a header into its message.
    Scrub::default().keep(&line)
}

fn is_timeout(error: &(dyn StdError + 'static)) -> bool {
    matches!(
        TransportError::within(error),
        Some(TransportError::Timeout { .. })
    )
}

/// What STS said, if it was asked for a role. The SDK's error has it at the end of its chain.
fn denied_role(error: &(dyn StdError + 'static)) -> Option<Refusal> {
    let mut chain = std::iter::successors(Some(error), |&error| error.source());
    chain.find_map(|error| Refusal::of_a_role(&error.to_string()))
}

const MOST_CAUSES: usize = 16;
const MOST_BYTES: usize = 400;
