use crate::opensearch::bulk::Action;

/// One operation of a chunk; its lines are in the chunk's buffer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    /// Its place among all operations pushed.
    pub(super) position: u64,
    /// Which later operations must wait for it: the hash of index and id. 0 if none need to.
    pub(super) lane: u64,
    /// Where its lines end; they begin where those before end.
    pub(super) end: u32,
    pub(super) action: Action,
    pub(super) repeat: Repeat,
    /// Whether a request with it was lost.
    pub(super) was_lost: bool,
}

/// What sending an operation again means, after a request with it was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Repeat {
    /// Nothing: the second time is as good as the first.
    Safe,
    /// It is applied once at most, but a conflict may be with itself or with somebody else.
    Conflicts,
    /// It is applied once at most, and a conflict can only be with itself.
    Unique,
    /// It might be applied twice.
    Never,
}
