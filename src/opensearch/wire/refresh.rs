use std::fmt;

/// When searches see a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Refresh {
    /// At once: the shards are refreshed.
    True,
    /// Before the response comes: it waits for the next refresh.
    WaitFor,
    /// At the next refresh, which the response does not wait for.
    False,
}

impl fmt::Display for Refresh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::True => "true",
            Self::WaitFor => "wait_for",
            Self::False => "false",
        })
    }
}
