use std::time::Duration;

use futures_util::Stream;
use futures_util::stream::unfold;

use super::get::Get;
use super::info::SnapshotInfo;
use super::status::{SnapshotStatus, Status};
use crate::opensearch::client::Client;
use crate::opensearch::error::{Error, ErrorKind};
use crate::pace::Polls;

/// Waits for a snapshot that is being made, also for one that a different program began.
///
/// ```no_run
/// # async fn example(client: sigtower::Client) -> Result<(), sigtower::opensearch::Error> {
/// use sigtower::opensearch::snapshot::Finish;
///
/// let snapshot = Finish::new("backups", "monday").run(&client).await?;
/// println!("{} shards", snapshot.shards.successful);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Finish {
    repository: String,
    snapshot: String,
    accepts_partial: bool,
    wait_timeout: Duration,
}

impl Finish {
    /// Waits for this snapshot.
    pub fn new(repository: impl Into<String>, snapshot: impl Into<String>) -> Self {
        Self {
            repository: repository.into(),
            snapshot: snapshot.into(),
            accepts_partial: false,
            wait_timeout: WAIT_TIMEOUT,
        }
    }

    /// Whether to accept a snapshot in which shards are missing.
    pub fn partial(mut self, accept: bool) -> Self {
        self.accepts_partial = accept;
        self
    }

    /// How long to wait; 1 hour by default. The server goes on after that.
    pub fn wait_timeout(mut self, limit: Duration) -> Self {
        self.wait_timeout = limit;
        self
    }

    /// Waits until the snapshot is complete.
    ///
    /// # Errors
    ///
    /// As [`Create::run`](super::Create::run).
    pub async fn run(&self, client: &Client) -> Result<SnapshotInfo, Error> {
        let mut polls = Polls::new(self.wait_timeout);
        loop {
            match self.get(client).await {
                Ok(info) if !info.state.is_in_progress() => {
                    return info.checked(&self.repository, self.accepts_partial);
                }
                Ok(_) => polls.succeeded(),
                Err(error) if polls.tolerates(error.is_retryable()) => {}
                Err(error) => return Err(error),
            }
            if !polls.pause().await {
                return Err(self.timed_out());
            }
        }
    }

    /// Returns the progress of the snapshot as a stream, which ends when the snapshot has ended, and
    /// after an error.
    ///
    /// The last item has the state of the snapshot; [`run`](Self::run) judges it. Dropping the stream
    /// does not stop the snapshot.
    ///
    /// ```no_run
    /// # async fn example(client: sigtower::Client) -> Result<(), sigtower::opensearch::Error> {
    /// use futures_util::{StreamExt, TryStreamExt};
    /// use sigtower::opensearch::snapshot::{Create, Finish};
    ///
    /// client.send(Create::new("backups", "monday")).await?;
    /// let finish = Finish::new("backups", "monday");
    /// let mut progress = finish.progress(&client).boxed();
    /// while let Some(status) = progress.try_next().await? {
    ///     println!("{} of {} shards", status.shards_stats.done, status.shards_stats.total);
    /// }
    /// finish.run(&client).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn progress(
        &self,
        client: &Client,
    ) -> impl Stream<Item = Result<SnapshotStatus, Error>> + Send + use<> {
        let state = Some((
            self.clone(),
            client.clone(),
            Polls::new(self.wait_timeout),
            false,
        ));
        unfold(state, |state| async {
            let (finish, client, mut polls, has_begun) = state?;
            if has_begun && !polls.pause().await {
                return Some((Err(finish.timed_out()), None));
            }
            loop {
                match finish.status(&client).await {
                    Ok(status) if status.state.is_in_progress() => {
                        polls.succeeded();
                        return Some((Ok(status), Some((finish, client, polls, true))));
                    }
                    Ok(status) => return Some((Ok(status), None)),
                    Err(error) if polls.tolerates(error.is_retryable()) && polls.pause().await => {}
                    Err(error) => return Some((Err(error), None)),
                }
            }
        })
    }

    async fn get(&self, client: &Client) -> Result<SnapshotInfo, Error> {
        let get = Get::new(&self.repository, &self.snapshot);
        client.send(get).await?.pop().ok_or_else(|| self.missing())
    }

    async fn status(&self, client: &Client) -> Result<SnapshotStatus, Error> {
        let status = Status::new(&self.repository, &self.snapshot);
        let found = client.send(status).await?;
        found.into_iter().next().ok_or_else(|| self.missing())
    }

    fn missing(&self) -> Error {
        let (repository, snapshot) = (&self.repository, &self.snapshot);
        let line = format!("repository `{repository}` has no snapshot `{snapshot}`");
        Error::new(ErrorKind::NotFound, line)
    }

    fn timed_out(&self) -> Error {
        let (repository, snapshot) = (&self.repository, &self.snapshot);
        let line = format!(
            "snapshot `{snapshot}` in repository `{repository}` is still in progress after {:?}; the server continues: wait again, or set a longer `wait_timeout`",
            self.wait_timeout
        );
        Error::timed_out(line)
    }
}

/// How long waits take at most, unless the caller sets it.
pub(super) const WAIT_TIMEOUT: Duration = Duration::from_secs(3600);
