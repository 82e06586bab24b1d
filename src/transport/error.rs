use std::error::Error;
use std::fmt;
use std::io;
use std::time::Duration;

use http::StatusCode;
use hyper_util::client::legacy;

use crate::error::BoxError;
use crate::origin::Origin;

/// Why a request got no complete answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransportError {
    /// No connection could be made: nothing was sent.
    #[error("could not connect to {origin}")]
    Connect {
        /// Scheme, host and port.
        origin: String,
        /// What the resolver, TCP or TLS said.
        #[source]
        source: BoxError,
    },
    /// A phase took longer than it may.
    #[error("{phase} took longer than {limit:?}")]
    Timeout {
        /// What took too long.
        phase: Phase,
        /// How long it may take.
        limit: Duration,
    },
    /// A connection kept for reuse turned out to be closed: nothing was sent.
    #[error("connection was closed before the request was sent")]
    Unsent(#[source] BoxError),
    /// The server said, over HTTP/2, that it did nothing about the request: it refused the stream, or
    /// shut the connection down before it came to it.
    #[error("server did not process the request")]
    Unprocessed(#[source] BoxError),
    /// The connection broke after the request, or part of it, had been sent.
    #[error("connection broke before the whole answer came")]
    Broken(#[source] BoxError),
    /// The body of a 2xx response exceeds the response limit, before or after decompression.
    #[error("the body of a {} response exceeds the response limit of {limit} bytes", .status.as_u16())]
    #[non_exhaustive]
    ResponseTooLarge {
        /// The response's status.
        status: StatusCode,
        /// The limit, in bytes.
        limit: usize,
    },
    /// The body of a 2xx response cannot be decompressed, or has an encoding that was not asked for.
    #[error("the body of a {} response cannot be decompressed: {source}", .status.as_u16())]
    #[non_exhaustive]
    Decompress {
        /// The response's status.
        status: StatusCode,
        /// What is wrong with the body.
        source: BoxError,
    },
}

impl TransportError {
    pub(super) fn from_hyper(error: legacy::Error, origin: Option<&Origin>) -> Self {
        // The connector's own error or the connection's, which hyper has wrapped.
        if let Some(&Self::Timeout { phase, limit }) = find(&error) {
            return Self::Timeout { phase, limit };
        }
        if error.is_connect() {
            return Self::Connect {
                origin: origin.map_or_else(|| NO_ORIGIN.to_owned(), Origin::to_string),
                source: error.into(),
            };
        }
        // hyper gives back what it has not begun to write.
        if find::<hyper::Error>(&error).is_some_and(hyper::Error::is_canceled) {
            return Self::Unsent(error.into());
        }
        if find(&error).is_some_and(says_unprocessed) {
            return Self::Unprocessed(error.into());
        }
        Self::Broken(error.into())
    }

    /// Why a body ended early.
    pub(super) fn of_a_body(error: hyper::Error) -> Self {
        Self::found_in(error.into())
    }

    /// The one of ours that another error wraps, or else a broken exchange.
    pub(super) fn found_in(error: BoxError) -> Self {
        match error.downcast::<Self>() {
            Ok(ours) => *ours,
            Err(error) => match find(&*error) {
                Some(&Self::Timeout { phase, limit }) => Self::Timeout { phase, limit },
                _ => Self::Broken(error),
            },
        }
    }

    /// The response's status, if its head had arrived when the exchange failed.
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Self::ResponseTooLarge { status, .. } | Self::Decompress { status, .. } => {
                Some(*status)
            }
            _ => None,
        }
    }

    /// The first one in a chain of errors.
    pub(crate) fn within<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a Self> {
        find(error)
    }

    /// Whether trying again cannot help: the peer's certificate, or its TLS, is not accepted.
    pub(crate) fn is_lasting(&self) -> bool {
        let Self::Connect { source, .. } = self else {
            return false;
        };
        find::<TlsError>(&**source).is_some() || is_of_the_handshake(&**source)
    }

    /// A word for it, of few.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Connect { .. } => "connect",
            Self::Timeout { .. } => "timeout",
            Self::Unsent(_) => "unsent",
            Self::Unprocessed(_) => "unprocessed",
            Self::Broken(_) => "broken",
            Self::ResponseTooLarge { .. } => "response_too_large",
            Self::Decompress { .. } => "decompress",
        }
    }

    /// Whether no connection could be made, in time or at all: nothing was sent.
    pub(super) fn is_connect(&self) -> bool {
        matches!(
            self,
            Self::Connect { .. }
                | Self::Timeout {
                    phase: Phase::Connect,
                    ..
                }
        )
    }
}

/// The first error of this type in a chain.
fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = beneath(error);
    }
    None
}

fn beneath<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>() {
        // What it wraps is not its source, but hides the source of that.
        Some(io) => io.get_ref().map(|inner| inner as _),
        None => error.source(),
    }
}

/// Whether the server refused the stream, or shut the connection down and named an earlier stream as
/// the last that it processed.
fn says_unprocessed(error: &h2::Error) -> bool {
    let is_refused = error.reason() == Some(h2::Reason::REFUSED_STREAM);
    error.is_remote() && (is_refused || error.is_go_away())
}

/// Whether the peer's certificate, or what else it said in the TLS handshake, was not accepted.
fn is_of_the_handshake(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        let io = error.downcast_ref::<io::Error>();
        if io.is_some_and(|io| io.kind() == io::ErrorKind::InvalidData) {
            return true;
        }
        next = beneath(error);
    }
    false
}

/// Why there can be no TLS.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// This build has none.
    #[error("https needs the crate feature `rustls` or `ring`")]
    Disabled,
    /// The platform's root certificates could not be loaded.
    #[error("no root certificates of the platform; install them or enable `webpki-roots`")]
    Roots(#[source] BoxError),
    /// A root certificate that was given cannot be one.
    #[error("a root certificate could not be read")]
    Certificate(#[source] BoxError),
    /// What was given as root certificates has none in it.
    #[error("no certificate in the PEM text given as root certificates")]
    NoCertificate,
    /// The TLS library refused its configuration.
    #[error("TLS could not be configured")]
    Config(#[source] BoxError),
}

/// A part of an exchange that has a time limit of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Phase {
    /// Name resolution, TCP and TLS handshake.
    Connect,
    /// Sending: the peer takes nothing of what is left of the request.
    Send,
    /// From the call to the end of the answer's head.
    Head,
    /// Reading the answer's body: nothing more comes.
    Body,
    /// One attempt: from sending the request to the answer's last byte.
    Attempt,
    /// The whole call, with everything in it.
    Total,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "connecting",
            Self::Send => "sending the next part of the request",
            Self::Head => "the head of the answer",
            Self::Body => "the next part of the answer",
            Self::Attempt => "the attempt",
            Self::Total => "the call",
        })
    }
}

const NO_ORIGIN: &str = "a URI without scheme and host";
