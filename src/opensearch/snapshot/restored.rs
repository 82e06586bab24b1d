use std::time::Duration;

use futures_util::stream::unfold;
use futures_util::{Stream, StreamExt};
use tokio::time::Instant;

use super::get::Get;
use super::recovery::Recovered;
use super::rename::Rename;
use super::selection::Selection;
use crate::opensearch::call::Call;
use crate::opensearch::cat::{Recovery, RecoveryRow};
use crate::opensearch::client::Client;
use crate::opensearch::cluster::{Health, HealthResponse, Level, Status};
use crate::opensearch::error::{Error, ErrorKind};
use crate::opensearch::target::Target;
use crate::pace::Polls;

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

    fn has_ended(&self) -> bool {
        self.ready() == self.indices.len()
    }
}

/// What a restore waits for.
#[derive(Clone, Debug)]
pub(super) struct RestoreWait {
    pub(super) repository: String,
    pub(super) snapshot: String,
    pub(super) selection: Selection,
    pub(super) rename: Option<Rename>,
    pub(super) status: Status,
    pub(super) limit: Duration,
    /// The recoveries of a collection before the restore began, as far as they were read.
    pub(super) before: Vec<RecoveryRow>,
}

impl RestoreWait {
    pub(super) async fn run(&self, client: &Client) -> Result<Restored, Error> {
        let mut last = Restored::default();
        let mut progress = std::pin::pin!(self.progress(client));
        while let Some(step) = progress.next().await {
            last = step?;
        }
        Ok(last)
    }

    pub(super) fn progress(
        &self,
        client: &Client,
    ) -> impl Stream<Item = Result<Restored, Error>> + Send + use<> {
        let state = Some(Progress {
            wait: self.clone(),
            client: client.clone(),
            polls: Polls::new(self.limit),
            names: Vec::new(),
            stands_still_since: None,
            has_begun: false,
        });
        unfold(state, |state| async {
            let mut state = state?;
            let step = state.step().await;
            let goes_on = matches!(&step, Ok((restored, false)) if !restored.has_ended());
            Some((step.map(|(restored, _)| restored), goes_on.then_some(state)))
        })
    }

    /// Names in the snapshot and in the cluster.
    async fn names(&self, client: &Client) -> Result<Vec<(String, String)>, Error> {
        let (repository, snapshot) = (&self.repository, &self.snapshot);
        let found = client.send(Get::new(repository, snapshot)).await?.pop();
        let info = found.ok_or_else(|| {
            let line = format!("repository `{repository}` has no snapshot `{snapshot}`");
            Error::new(ErrorKind::NotFound, line)
        })?;
        let selected = self.selection.of(&info.indices, &info.data_streams);
        let names = selected.into_iter().map(|source| {
            let target = match &self.rename {
                Some(rename) => rename.apply(source)?,
                None => source.to_owned(),
            };
            Ok((source.to_owned(), target))
        });
        names.collect()
    }
}

struct Progress {
    wait: RestoreWait,
    client: Client,
    polls: Polls,
    names: Vec<(String, String)>,
    stands_still_since: Option<Instant>,
    has_begun: bool,
}

impl Progress {
    /// What is known now, and whether nothing more will happen.
    async fn step(&mut self) -> Result<(Restored, bool), Error> {
        let is_last = self.has_begun && !self.polls.pause().await;
        if !self.has_begun {
            self.names = self.wait.names(&self.client).await?;
            self.has_begun = true;
        }
        if self.names.is_empty() {
            return Ok((Restored::default(), true));
        }
        let in_progress = match is_last {
            true => Stage::TimedOut,
            false => Stage::InProgress,
        };
        if self.client.target() == Target::Collection {
            let rows = self.read(&Recovery::new()).await?;
            let names = self.names.iter();
            let indices = names.map(|names| self.index_of_collection(names, &rows, in_progress));
            let indices = indices.collect();
            return Ok((Restored { indices }, is_last));
        }
        let health = self.read(&self.health()).await?;
        let stage = match self.stands_still(&health) {
            true => Stage::StandsStill,
            false => in_progress,
        };
        let restored = self
            .names
            .iter()
            .map(|names| self.index(names, &health, stage));
        let indices = restored.collect();
        Ok((Restored { indices }, stage != Stage::InProgress))
    }

    /// Sends a call, and sends it again after a failure that may pass.
    async fn read<C: Call + Sync>(&mut self, call: &C) -> Result<C::Output, Error> {
        loop {
            match self.client.send(call).await {
                Ok(output) => {
                    self.polls.succeeded();
                    return Ok(output);
                }
                Err(error)
                    if self.polls.tolerates(error.is_retryable()) && self.polls.pause().await => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn health(&self) -> Health {
        let names: Vec<_> = self.names.iter().map(|(_, index)| &**index).collect();
        let health = Health::new().level(Level::Indices).timeout("1s");
        // A URI of more than 4 KiB is refused by default.
        match names.join(",") {
            list if list.len() <= LONGEST_LIST => health.index(list),
            _ => health,
        }
    }

    fn index(
        &self,
        (source, index): &(String, String),
        health: &HealthResponse,
        stage: Stage,
    ) -> RestoredIndex {
        let found = health.indices.get(index);
        let status = found.map_or(Status::Red, |found| found.status);
        let wanted = self.wait.status;
        // A shard that waits for its data counts as yellow, so that the status alone is no proof.
        let is_complete = found.is_some_and(|it| it.active_primary_shards >= it.number_of_shards);
        let result = if status >= wanted && is_complete {
            Ok(())
        } else {
            let line = format!(
                "index `{index}`, restored from `{source}` of snapshot `{}`, is not ready: its status is {status}, and {} of {} primary shards are in use",
                self.wait.snapshot,
                found.map_or(0, |found| found.active_primary_shards),
                found.map_or(0, |found| found.number_of_shards),
            );
            Err(self.unready(&line, stage))
        };
        RestoredIndex {
            source: source.clone(),
            index: index.clone(),
            status,
            active_shards: found.map_or(0, |found| found.active_shards),
            result,
        }
    }

    /// A collection has no health.
    fn index_of_collection(
        &self,
        (source, index): &(String, String),
        rows: &[RecoveryRow],
        stage: Stage,
    ) -> RestoredIndex {
        let snapshot = &self.wait.snapshot;
        let found = Recovered::of(index, snapshot, rows, &self.wait.before);
        let result = if found.is_complete() {
            Ok(())
        } else {
            let line = format!(
                "index `{index}`, restored from `{source}` of snapshot `{snapshot}`, is not ready: {} of {} shards are in use, and the slowest has {}% of its data",
                found.done, found.total, found.least_percent
            );
            Err(self.unready(&line, stage))
        };
        RestoredIndex {
            source: source.clone(),
            index: index.clone(),
            status: match result {
                Ok(()) => Status::Green,
                Err(_) => Status::Red,
            },
            active_shards: found.done,
            result,
        }
    }

    fn unready(&self, line: &str, stage: Stage) -> Error {
        let limit = self.wait.limit;
        match stage {
            Stage::InProgress => {
                let line = format!("{line}; it is still being restored");
                Error::new(ErrorKind::Incomplete, line)
            }
            Stage::StandsStill => {
                let line = format!(
                    "{line}; its shards cannot be restored: `_cluster/allocation/explain` shows why"
                );
                Error::new(ErrorKind::Incomplete, line)
            }
            Stage::TimedOut => Error::timed_out(format!(
                "{line}; it is still being restored after {limit:?}, and the server continues: set a longer `wait_timeout`"
            )),
        }
    }

    /// Whether an index is red and no shard has been starting for a minute. A shard whose restore has
    /// failed makes its index red; one that waits for its turn does not.
    fn stands_still(&mut self, health: &HealthResponse) -> bool {
        let is_red = |(_, index): &(String, String)| {
            let found = health.indices.get(index);
            found.is_none_or(|found| found.status == Status::Red)
        };
        if health.initializing_shards > 0 || !self.names.iter().any(is_red) {
            self.stands_still_since = None;
            return false;
        }
        let since = self.stands_still_since.get_or_insert_with(Instant::now);
        since.elapsed() >= PATIENCE
    }
}

/// How far the wait for a restore is.
#[derive(Clone, Copy, PartialEq)]
enum Stage {
    InProgress,
    /// Shards cannot be restored.
    StandsStill,
    /// The limit of the wait has passed.
    TimedOut,
}

const PATIENCE: Duration = Duration::from_secs(60);
const LONGEST_LIST: usize = 3000;
