use std::fmt;
use std::time::Duration;

use crate::BoxError;

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
    /// The connection broke after the request, or part of it, had been sent.
    #[error("connection broke before the whole answer came")]
    Broken(#[source] BoxError),
    /// The answer is larger than may be read, before or after decompression.
    #[error("response is larger than the {limit}-byte limit")]
    ResponseTooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
    /// The answer's content-encoding could not be undone.
    #[error("response could not be decompressed")]
    Decompress(#[source] BoxError),
}

/// A part of an exchange that has a time limit of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Phase {
    /// Name resolution, TCP and TLS handshake.
    Connect,
    /// One attempt: from sending the request to the answer's last byte.
    Attempt,
    /// The whole call, with everything in it.
    Total,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "connecting",
            Self::Attempt => "the attempt",
            Self::Total => "the call",
        })
    }
}
