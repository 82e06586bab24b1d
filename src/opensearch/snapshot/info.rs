use serde::Deserialize;

use crate::opensearch::error::{Error, ErrorKind};
use crate::opensearch::wire::Shards;
use crate::opensearch::wire::lenient::or_default;

/// A snapshot, as [`Get`](super::Get) and a completed [`Create`](super::Create) return it.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct SnapshotInfo {
    /// The snapshot's name.
    pub snapshot: String,
    /// The snapshot's UUID.
    #[serde(default)]
    pub uuid: String,
    /// The version of the server that made it.
    #[serde(default)]
    pub version: Option<String>,
    /// The indices in it.
    #[serde(default, alias = "indexes", deserialize_with = "or_default")]
    pub indices: Vec<String>,
    /// The data streams in it.
    #[serde(default, deserialize_with = "or_default")]
    pub data_streams: Vec<String>,
    /// Whether it contains the state of the cluster: templates, settings and pipelines.
    #[serde(default)]
    pub include_global_state: Option<bool>,
    /// How far it is.
    pub state: State,
    /// Why it failed.
    #[serde(default)]
    pub reason: Option<String>,
    /// When it began, in milliseconds since 1970.
    #[serde(default)]
    pub start_time_in_millis: u64,
    /// When it ended, in milliseconds since 1970; 0 before that.
    #[serde(default)]
    pub end_time_in_millis: u64,
    /// The shards that failed.
    #[serde(default, deserialize_with = "or_default")]
    pub failures: Vec<ShardFailure>,
    /// How many shards it has.
    #[serde(default, deserialize_with = "or_default")]
    pub shards: Shards,
}

/// How far a snapshot is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum State {
    /// It has been accepted, and no shard has begun.
    Init,
    /// It is being made.
    InProgress,
    /// It is being made: the cluster waits for shards, or writes the end ([`Status`](super::Status)).
    Started,
    /// All shards are in it.
    Success,
    /// Some shards are missing.
    Partial,
    /// It cannot be restored.
    Failed,
    /// A version made it that this cluster cannot read.
    Incompatible,
    /// It is being deleted or was aborted.
    Aborted,
    /// A state that this crate does not know.
    #[serde(other)]
    Unknown,
}

/// Why a shard is not in a snapshot.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct ShardFailure {
    /// The shard's index.
    #[serde(default)]
    pub index: String,
    /// The shard's number.
    #[serde(default)]
    pub shard_id: u32,
    /// What happened.
    #[serde(default)]
    pub reason: String,
}

impl State {
    /// Whether the snapshot is still being made.
    pub fn is_in_progress(self) -> bool {
        matches!(self, Self::Init | Self::InProgress | Self::Started)
    }
}

impl SnapshotInfo {
    /// Returns the snapshot if it is complete. A partial one counts if the caller accepts that.
    pub(super) fn checked(self, repository: &str, accepts_partial: bool) -> Result<Self, Error> {
        let name = format!("snapshot `{}` in repository `{repository}`", self.snapshot);
        match self.state {
            State::Success => Ok(self),
            State::Partial if accepts_partial => Ok(self),
            State::Partial => {
                let (failed, total) = (self.shards.failed, self.shards.total);
                let mut line = format!("{name} is partial: {failed} of {total} shards failed");
                if let Some(first) = self.failures.first() {
                    let (index, shard) = (&first.index, first.shard_id);
                    line += &format!("; shard {shard} of index `{index}`: {}", first.reason);
                }
                Err(Error::new(ErrorKind::Incomplete, line).with_hint(PARTIAL_HINT))
            }
            state => {
                let mut line = format!("{name} is not complete: its state is {state:?}");
                if let Some(reason) = &self.reason {
                    line += &format!(": {reason}");
                }
                Err(Error::new(ErrorKind::Incomplete, line))
            }
        }
    }
}

const PARTIAL_HINT: &str = "wait until the indices are yellow or green and make a new snapshot, or accept a partial one with `partial`";
