//! Waits for the indices of a restore.

use std::time::Duration;

use futures_util::stream::unfold;
use futures_util::{Stream, StreamExt};
use tokio::time::Instant;

use super::restore_wait::RestoreWait;
use super::restored::Restored;
use super::restored_index::Stage;
use crate::opensearch::call::Call;
use crate::opensearch::cat::Recovery;
use crate::opensearch::client::Client;
use crate::opensearch::cluster::{Health, HealthResponse, Level, Status};
use crate::opensearch::error::Error;
use crate::opensearch::target::Target;
use crate::pace::Polls;

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
            let indices =
                names.map(|names| self.wait.index_of_collection(names, &rows, in_progress));
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
            .map(|names| self.wait.index(names, &health, stage));
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

const PATIENCE: Duration = Duration::from_secs(60);
const LONGEST_LIST: usize = 3000;
