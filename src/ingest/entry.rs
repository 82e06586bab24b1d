use std::time::Duration;

use crate::opensearch::bulk::Action;

/// One operation of a chunk; its lines are in the chunk's buffer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    /// Its place among all operations pushed.
    pub(super) position: u64,
    /// Which later operations must wait for it: the hash of index and id. 0 if none need to.
    pub(super) lane: u64,
    /// When it was refused for the first time, in milliseconds since the load began; 0 for never.
    pub(super) refused_at: u32,
    /// Where its lines end; they begin where those before end.
    pub(super) end: u32,
    pub(super) action: Action,
    pub(super) repeat: Repeat,
    /// Whether a request with it was lost.
    pub(super) was_lost: bool,
}

impl Entry {
    /// How long the operation has been refused.
    pub(super) fn refused_for(&self, now: u32) -> Duration {
        let millis = match self.refused_at {
            0 => 0,
            at => now.saturating_sub(at),
        };
        Duration::from_millis(millis.into())
    }
}

/// What sending an operation again means, after a request with it was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Repeat {
    /// Nothing: the second time is as good as the first.
    Safe,
    /// It is applied once at most, but a conflict may be with itself or with another write.
    Conflicts,
    /// It is applied once at most, and a conflict can only be with itself.
    Unique,
    /// It might be applied twice.
    Never,
}
