use std::error::Error;
use std::fmt;
use std::io;
use std::time::Duration;

use http::StatusCode;
use hyper_util::client::legacy;

use super::chain::{find, links, root};
use super::connect_failure::ConnectFailure;
use super::destination::Destination;
use super::diagnose::diagnose;
use super::phase::Phase;
use super::proxied::ProxyError;
use super::tls_error::TlsError;
use super::tls_failure::tls_failure;
use crate::error::BoxError;
use crate::origin::Origin;

/// Why a request got no complete response.
///
/// Each says on one line what happened, where, and what the limit was. A transport of your own may
/// return them as well: then requests that were not sent are sent again as with this crate's.
#[derive(Debug)]
#[non_exhaustive]
pub enum TransportError {
    /// No connection could be made: nothing was sent.
    #[non_exhaustive]
    Connect {
        /// Scheme, host and port; with [`connect_to`](crate::endpoint::Endpoint::with_connect_to) that
        /// address as well.
        origin: String,
        /// What kind of failure it was.
        failure: ConnectFailure,
        /// What the resolver, TCP or TLS reported.
        source: BoxError,
    },
    /// The request was not sent, because the connection would not be encrypted.
    #[non_exhaustive]
    Cleartext {
        /// Scheme, host and port.
        origin: String,
        /// Whether the request has a password or a bearer token, for which there is no permission.
        has_login: bool,
    },
    /// A phase took longer than its limit.
    #[non_exhaustive]
    Timeout {
        /// What took too long.
        phase: Phase,
        /// How long it may take.
        limit: Duration,
        /// Scheme, host and port, where they are known.
        origin: Option<String>,
    },
    /// A connection kept for reuse turned out to be closed: nothing was sent.
    Unsent(BoxError),
    /// The server stated over HTTP/2 that it did not process the request: it refused the stream, or
    /// shut the connection down before it reached the request.
    Unprocessed(BoxError),
    /// The connection broke after the request, or a part of it, had been sent.
    Broken(BoxError),
    /// The server sent something that is not an HTTP response.
    InvalidResponse(BoxError),
    /// The body of a 2xx response exceeds the response limit, before or after decompression.
    #[non_exhaustive]
    ResponseTooLarge {
        /// The response's status.
        status: StatusCode,
        /// The limit, in bytes.
        limit: usize,
    },
    /// The body of a 2xx response cannot be decompressed, or has an encoding that was not asked for.
    #[non_exhaustive]
    Decompress {
        /// The response's status.
        status: StatusCode,
        /// What is wrong with the body.
        source: BoxError,
    },
}

impl TransportError {
    /// No connection to this origin (scheme, host and port) could be made: nothing was sent.
    pub fn connect(origin: impl Into<String>, source: impl Into<BoxError>) -> Self {
        let source = source.into();
        Self::Connect {
            origin: origin.into(),
            failure: diagnose(&*source),
            source,
        }
    }

    /// This phase took longer than its limit.
    pub fn timeout(phase: Phase, limit: Duration) -> Self {
        Self::Timeout {
            phase,
            limit,
            origin: None,
        }
    }

    /// A password or token would be sent to this origin without encryption.
    pub(crate) fn cleartext_login(origin: Option<Origin>) -> Self {
        let to = Destination {
            origin: origin.as_ref(),
            via: None,
        };
        Self::Cleartext {
            origin: to.to_string(),
            has_login: true,
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

    pub(super) fn from_hyper(error: legacy::Error, to: &Destination<'_>) -> Self {
        // The connector's own error or the connection's, which hyper has wrapped.
        match find(&error) {
            Some(&Self::Timeout { phase, limit, .. }) => {
                let origin = Some(to.to_string());
                return Self::Timeout {
                    phase,
                    limit,
                    origin,
                };
            }
            Some(Self::Cleartext { origin, has_login }) => {
                return Self::Cleartext {
                    origin: origin.clone(),
                    has_login: *has_login,
                };
            }
            _ => {}
        }
        if error.is_connect() {
            return Self::connect(to.to_string(), error);
        }
        let hyper = find::<hyper::Error>(&error);
        // hyper gives back what it has not begun to write.
        if hyper.is_some_and(hyper::Error::is_canceled) {
            return Self::Unsent(error.into());
        }
        if hyper.is_some_and(hyper::Error::is_parse) {
            return Self::InvalidResponse(error.into());
        }
        if find(&error).is_some_and(says_unprocessed) {
            return Self::Unprocessed(error.into());
        }
        Self::Broken(error.into())
    }

    /// Why a response's body ended early.
    pub(super) fn of_a_body(error: hyper::Error) -> Self {
        if is_invalid_framing(&error) {
            return Self::InvalidResponse(error.into());
        }
        Self::found_in(error.into())
    }

    /// The error of this type that another error wraps, or else a broken connection.
    pub(super) fn found_in(error: BoxError) -> Self {
        match error.downcast::<Self>() {
            Ok(ours) => *ours,
            Err(error) => match find(&*error) {
                Some(&Self::Timeout { phase, limit, .. }) => Self::timeout(phase, limit),
                _ => Self::Broken(error),
            },
        }
    }

    /// The first one in a chain of errors.
    pub(crate) fn within<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a Self> {
        find(error)
    }

    /// Whether trying again cannot help: the server's certificate or its TLS is not accepted, or
    /// there would be no TLS.
    pub(crate) fn is_lasting(&self) -> bool {
        match self {
            Self::Cleartext { .. } => true,
            Self::Connect { source, .. } => {
                find::<TlsError>(&**source).is_some()
                    || is_of_the_handshake(&**source)
                    || find(&**source).is_some_and(|proxy: &ProxyError| proxy.wants_login)
            }
            _ => false,
        }
    }

    /// A short name for logs and metrics; there are few of them.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Connect { .. } => "connect",
            Self::Cleartext { .. } => "cleartext",
            Self::Timeout { .. } => "timeout",
            Self::Unsent(_) => "unsent",
            Self::Unprocessed(_) => "unprocessed",
            Self::Broken(_) => "broken",
            Self::InvalidResponse(_) => "invalid_response",
            Self::ResponseTooLarge { .. } => "response_too_large",
            Self::Decompress { .. } => "decompress",
        }
    }

    /// Whether no connection could be made, in time or at all.
    pub(crate) fn is_without_connection(&self) -> bool {
        match self {
            Self::Connect { .. } | Self::Cleartext { .. } => true,
            Self::Timeout { phase, .. } => *phase == Phase::Connect,
            _ => false,
        }
    }

    /// Whether no connection could be made for a reason that pooled connections may share.
    pub(super) fn concerns_the_pool(&self) -> bool {
        match self {
            Self::Connect { failure, .. } => *failure != ConnectFailure::NoDescriptors,
            Self::Timeout { phase, .. } => *phase == Phase::Connect,
            _ => false,
        }
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connect {
                origin,
                failure,
                source,
            } => {
                let (words, wants_cause) = failure.words();
                let separator = if words.is_empty() || !wants_cause {
                    ""
                } else {
                    ": "
                };
                let cause = if let Some(proxy) = find::<ProxyError>(&**source) {
                    proxy.to_string()
                } else if wants_cause {
                    root(&**source)
                } else {
                    String::new()
                };
                write!(f, "no connection to {origin}: {words}{separator}{cause}")
            }
            Self::Cleartext {
                origin,
                has_login: true,
            } => write!(
                f,
                "not sent to {origin}: a password or token is never sent unencrypted to a host that is not on loopback; \
                 use https"
            ),
            Self::Cleartext { origin, .. } => write!(
                f,
                "not sent to {origin}: the connection would not be encrypted, and the host is not \
                 on loopback; use https, or allow it: `allow_cleartext` of the client, `with_cleartext` of the endpoint"
            ),
            Self::Timeout {
                phase,
                limit,
                origin,
            } => {
                write!(f, "timed out {phase}")?;
                if let Some(origin) = origin {
                    write!(f, ", {origin}")?;
                }
                write!(f, " (limit {limit:?}, `{}`)", phase.setting())
            }
            Self::Unsent(_) => f.write_str("the connection was closed before the request was sent"),
            Self::Unprocessed(_) => f.write_str("the server did not process the request"),
            Self::Broken(source) => {
                f.write_str("the connection broke before the whole response arrived")?;
                match known_cause(&**source) {
                    Some(cause) => write!(f, ": {cause}"),
                    None => Ok(()),
                }
            }
            Self::InvalidResponse(source) => write!(
                f,
                "the server sent an invalid HTTP response: {}",
                root(&**source)
            ),
            Self::ResponseTooLarge { status, limit } => write!(
                f,
                "the body of a {} response exceeds the response limit of {limit} bytes",
                status.as_u16()
            ),
            Self::Decompress { status, source } => write!(
                f,
                "the body of a {} response cannot be decompressed: {}",
                status.as_u16(),
                root(&**source)
            ),
        }
    }
}

impl Error for TransportError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Connect { source, .. }
            | Self::Unsent(source)
            | Self::Unprocessed(source)
            | Self::Broken(source)
            | Self::InvalidResponse(source)
            | Self::Decompress { source, .. } => Some(&**source),
            Self::Cleartext { .. } | Self::Timeout { .. } | Self::ResponseTooLarge { .. } => None,
        }
    }
}

/// What the last error of a chain says if it is of hyper or of the operating system. The error of a
/// caller's own transport may contain the URL, whose query may hold secrets.
fn known_cause(error: &(dyn Error + 'static)) -> Option<String> {
    let is_known = find::<hyper::Error>(error).is_some()
        || links(error)
            .last()
            .is_some_and(|last| last.is::<io::Error>());
    is_known.then(|| root(error))
}

/// Whether the server refused the stream, or shut the connection down and named an earlier stream as
/// the last that it processed.
fn says_unprocessed(error: &h2::Error) -> bool {
    let is_refused = error.reason() == Some(h2::Reason::REFUSED_STREAM);
    error.is_remote() && (is_refused || error.is_go_away())
}

/// Whether the length of a chunk, or what stands around it, cannot be read.
fn is_invalid_framing(error: &hyper::Error) -> bool {
    use io::ErrorKind::{InvalidData, InvalidInput};
    let is_invalid = |io: &io::Error| matches!(io.kind(), InvalidData | InvalidInput);
    error.is_parse() || find(error).is_some_and(is_invalid) && tls_failure(error).is_none()
}

/// Whether the peer's certificate, or what else it sent in the TLS handshake, was not accepted.
fn is_of_the_handshake(error: &(dyn Error + 'static)) -> bool {
    let mut ios = links(error).filter_map(|error| error.downcast_ref::<io::Error>());
    ios.any(|io| io.kind() == io::ErrorKind::InvalidData)
}
