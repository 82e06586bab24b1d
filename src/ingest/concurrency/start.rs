use std::time::Duration;

/// Whether the next chunk may start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Start {
    /// Now; it counts as in flight from here on.
    Now,
    /// Not before this time, unless a response comes earlier.
    At(Duration),
    /// Only after a response.
    AfterResponse,
}
