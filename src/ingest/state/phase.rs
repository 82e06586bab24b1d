/// How far a load has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) enum Phase {
    /// Takes operations.
    Open,
    /// Takes no more, and sends what it has.
    Closing,
    /// Sends nothing more.
    Aborting,
    /// Every operation has its outcome.
    Finished,
}
