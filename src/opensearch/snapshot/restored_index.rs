//! Whether one index of a restore is ready, and why not.

use super::recovery::Recovered;
use super::restore_wait::RestoreWait;
use super::restored::RestoredIndex;
use crate::opensearch::cat::RecoveryRow;
use crate::opensearch::cluster::{HealthResponse, Status};
use crate::opensearch::error::{Error, ErrorKind};

/// How far the wait for a restore is.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Stage {
    InProgress,
    /// Shards cannot be restored.
    StandsStill,
    /// The limit of the wait has passed.
    TimedOut,
}

impl RestoreWait {
    pub(super) fn index(
        &self,
        (source, index): &(String, String),
        health: &HealthResponse,
        stage: Stage,
    ) -> RestoredIndex {
        let found = health.indices.get(index);
        let status = found.map_or(Status::Red, |found| found.status);
        let wanted = self.status;
        // A shard that waits for its data counts as yellow, so that the status alone is no proof.
        let is_complete = found.is_some_and(|it| it.active_primary_shards >= it.number_of_shards);
        let result = if status >= wanted && is_complete {
            Ok(())
        } else {
            let line = format!(
                "index `{index}`, restored from `{source}` of snapshot `{}`, is not ready: its status is {status}, and {} of {} primary shards are in use",
                self.snapshot,
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
    pub(super) fn index_of_collection(
        &self,
        (source, index): &(String, String),
        rows: &[RecoveryRow],
        stage: Stage,
    ) -> RestoredIndex {
        let snapshot = &self.snapshot;
        let found = Recovered::of(index, snapshot, rows, &self.before);
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
        let limit = self.limit;
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
}
