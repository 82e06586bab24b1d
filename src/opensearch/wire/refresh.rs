use std::fmt;

/// When searches see a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Refresh {
    /// Immediately: the server refreshes the shards that changed.
    True,
    /// When the response arrives: the server waits for the next refresh before it responds.
    WaitFor,
    /// At the next refresh; the response does not wait for it.
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
