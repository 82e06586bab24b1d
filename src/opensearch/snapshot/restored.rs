use crate::opensearch::cluster::Status;
use crate::opensearch::error::Error;

/// What is known of the indices of a [`Restore`](super::Restore), one result for each.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Restored {
    /// The indices, in the order of the snapshot.
    pub indices: Vec<RestoredIndex>,
}

/// An index of a restore.
#[derive(Debug)]
#[non_exhaustive]
pub struct RestoredIndex {
    /// The index's name in the snapshot.
    pub source: String,
    /// The index's name in the cluster.
    pub index: String,
    /// The status when it was last read.
    pub status: Status,
    /// How many of its shards are in use.
    pub active_shards: u32,
    /// Whether the index has the status waited for, or why not. After the limit of the wait,
    /// [`Error::is_timeout`] is true.
    pub result: Result<(), Error>,
}

impl Restored {
    /// Returns the indices if all are ready, or else the first error.
    pub fn all(self) -> Result<Vec<RestoredIndex>, Error> {
        let check =
            |mut index: RestoredIndex| std::mem::replace(&mut index.result, Ok(())).map(|()| index);
        self.indices.into_iter().map(check).collect()
    }

    /// Returns how many indices are ready.
    pub fn ready(&self) -> usize {
        let ready = self.indices.iter().filter(|index| index.result.is_ok());
        ready.count()
    }

    pub(super) fn has_ended(&self) -> bool {
        self.ready() == self.indices.len()
    }
}
