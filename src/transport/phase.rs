use std::fmt;

/// A part of an exchange that has a time limit of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Phase {
    /// Name resolution, TCP and TLS handshake.
    Connect,
    /// Sending: the server accepts none of what is left of the request.
    Send,
    /// From the call to the end of the response's head.
    Head,
    /// Reading the response's body: nothing more arrives.
    Body,
    /// One attempt: from sending the request to the response's last byte.
    Attempt,
    /// The whole call, with all attempts and waits.
    Total,
}

impl Phase {
    /// The name of the setting that limits it.
    pub(super) fn setting(self) -> &'static str {
        match self {
            Self::Connect => "connect_timeout",
            Self::Send | Self::Body => "stall_timeout",
            Self::Head => "head_timeout",
            Self::Attempt => "attempt_timeout",
            Self::Total => "total_timeout",
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "connecting",
            Self::Send => "sending the request: the server accepted no more bytes",
            Self::Head => "waiting for the head of the response",
            Self::Body => "reading the response: no more bytes arrived",
            Self::Attempt => "in one attempt",
            Self::Total => "in the whole call",
        })
    }
}
