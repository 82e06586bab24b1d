use std::collections::BTreeMap;

use http::Request;
use serde::Deserialize;

use super::advice::{self, Context};
use super::info::State;
use super::name::{check_repository, check_snapshot};
use crate::body::Body;
use crate::opensearch::call::query::{Query, query_param};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;
use crate::opensearch::wire::altered;
use crate::opensearch::wire::lenient::or_default;

/// Gets the progress of a snapshot, shard by shard: GET /_snapshot/{repository}/{snapshot}/_status
/// ([reference](https://docs.opensearch.org/latest/api-reference/snapshots/get-snapshot-status/)).
///
/// [`Finish::progress`](super::Finish::progress) returns it as a stream.
#[derive(Clone, Debug)]
#[must_use]
pub struct Status {
    /// Repository and snapshot.
    of: Option<(String, String)>,
    query: Query,
}

impl Status {
    /// Gets the status of this snapshot.
    pub fn new(repository: impl Into<String>, snapshot: impl Into<String>) -> Self {
        Self {
            of: Some((repository.into(), snapshot.into())),
            query: Query::default(),
        }
    }

    /// Gets the status of all snapshots that are being made.
    pub fn running() -> Self {
        Self {
            of: None,
            query: Query::default(),
        }
    }

    query_param!();
}

impl Call for Status {
    type Output = Vec<SnapshotStatus>;

    fn request(&self) -> Result<Request<Body>, Error> {
        let Some((repository, snapshot)) = &self.of else {
            let route = Route::get().literal("_snapshot/_status");
            return route.parameters(&self.query).empty();
        };
        check_repository(repository)?;
        check_snapshot(snapshot)?;
        Route::get()
            .literal("_snapshot")
            .segment("repository name", repository)
            .segment("snapshot name", snapshot)
            .literal("_status")
            .parameters(&self.query)
            .empty()
    }

    fn decode(&self, response: Response) -> Result<Vec<SnapshotStatus>, Error> {
        let response = advice::success(response, &Context::default())?;
        let found: Found = altered::read(&response, &self.query)?;
        Ok(found.snapshots)
    }
}

#[derive(Deserialize)]
struct Found {
    snapshots: Vec<SnapshotStatus>,
}

/// How far a snapshot is.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct SnapshotStatus {
    /// The snapshot's name.
    #[serde(default)]
    pub snapshot: String,
    /// The repository's name.
    #[serde(default)]
    pub repository: String,
    /// How far it is.
    pub state: State,
    /// How many shards are how far.
    #[serde(default, deserialize_with = "or_default")]
    pub shards_stats: ShardsStats,
    /// How many files and bytes are stored.
    #[serde(default, deserialize_with = "or_default")]
    pub stats: Stats,
    /// Each index.
    #[serde(default, deserialize_with = "or_default")]
    pub indices: BTreeMap<String, IndexStatus>,
}

/// How many shards of a snapshot are how far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ShardsStats {
    /// They prepare.
    pub initializing: u32,
    /// They store files.
    pub started: u32,
    /// They write the end.
    pub finalizing: u32,
    /// They are complete.
    pub done: u32,
    /// They failed.
    pub failed: u32,
    /// All of them.
    pub total: u32,
}

/// How many files and bytes a snapshot or a shard stores.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Stats {
    /// Those that no earlier snapshot has stored.
    #[serde(deserialize_with = "or_default")]
    pub incremental: FileCount,
    /// Those of `incremental` that are stored by now; the server sends it only while the snapshot is
    /// being made.
    pub processed: Option<FileCount>,
    /// All of them.
    #[serde(deserialize_with = "or_default")]
    pub total: FileCount,
    /// When it began, in milliseconds since 1970.
    pub start_time_in_millis: u64,
    /// How long it took until now, in milliseconds.
    pub time_in_millis: u64,
}

/// A number of files and their size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct FileCount {
    /// How many files.
    pub file_count: u64,
    /// Their size in bytes.
    pub size_in_bytes: u64,
}

/// How far an index of a snapshot is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct IndexStatus {
    /// How many shards are how far.
    pub shards_stats: ShardsStats,
    /// How many files and bytes are stored.
    pub stats: Stats,
    /// Each shard by its number.
    pub shards: BTreeMap<String, ShardStatus>,
}

/// How far a shard of a snapshot is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ShardStatus {
    /// `INIT`, `STARTED`, `FINALIZE`, `DONE` or `FAILURE`.
    pub stage: String,
    /// Why it failed.
    pub reason: Option<String>,
    /// How many files and bytes are stored.
    pub stats: Stats,
}
