use std::time::Duration;

use super::error::WaitError;
use super::follow::Follow;
use super::reader::Reader;
use crate::opensearch::tasks::{
    Cancel, Get, GetResponse, ListResponse, Progress, Rethrottle, StartResponse,
};
use crate::opensearch::{Client, Error};

/// A task of the cluster, and the client to follow, limit and cancel it with.
///
/// Dropping it changes nothing: the task goes on.
///
/// ```no_run
/// use futures_util::TryStreamExt;
/// use serde_json::json;
/// use sigtower::opensearch::document::DeleteByQuery;
///
/// # async fn example(client: sigtower::Client) -> Result<(), Box<dyn std::error::Error>> {
/// let old = DeleteByQuery::new("movies", json!({"range": {"year": {"lt": 1950}}}));
/// let task = client.task(client.send(old.requests_per_second(100.0)).await?.task);
/// let mut steps = task.follow();
/// while let Some(step) = steps.try_next().await? {
///     if let Some(progress) = step.progress() {
///         println!("{} of {}", progress.processed(), progress.total);
///         task.rethrottle(500.0).await?;
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct RunningTask {
    client: Client,
    task: String,
    timeout: Option<Duration>,
}

impl Client {
    /// Follows, limits or cancels the task with this id, `node:number`; see [`wait`](crate::wait).
    pub fn task(&self, id: impl Into<String>) -> RunningTask {
        RunningTask {
            client: self.clone(),
            task: id.into(),
            timeout: None,
        }
    }
}

impl StartResponse {
    /// Waits until the task is complete, and returns what it did.
    ///
    /// # Errors
    ///
    /// When the task failed or was cancelled, or when its state cannot be read.
    pub async fn wait(&self, client: &Client) -> Result<Progress, WaitError> {
        let done = client.task(&*self.task).wait().await?;
        done.progress().ok_or_else(|| WaitError::NoProgress {
            task: self.task.clone(),
            action: done.task.action,
        })
    }
}

impl RunningTask {
    /// Sets how long to follow the task; without limit by default. The task goes on after that.
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Returns the id of the task.
    pub fn id(&self) -> &str {
        &self.task
    }

    /// Reads the state of the task once.
    ///
    /// # Errors
    ///
    /// As [`Client::send`]. A task that failed is no error here.
    pub async fn get(&self) -> Result<GetResponse, Error> {
        self.client.send(Get::new(&*self.task)).await
    }

    /// Yields the state of the task again and again; the last item is the complete task, or why it
    /// did not succeed.
    pub fn follow(&self) -> Follow {
        Follow::new(self.reader())
    }

    /// Waits until the task is complete.
    ///
    /// # Errors
    ///
    /// When the task failed or was cancelled, when its state cannot be read, or when the time that
    /// [`with_timeout`](Self::with_timeout) sets has passed.
    pub async fn wait(&self) -> Result<GetResponse, WaitError> {
        self.wait_with(|_| {}).await
    }

    /// The same, and calls a function with each state on the way.
    ///
    /// # Errors
    ///
    /// As [`wait`](Self::wait).
    pub async fn wait_with(
        &self,
        mut on_state: impl FnMut(&GetResponse),
    ) -> Result<GetResponse, WaitError> {
        let mut reader = self.reader();
        loop {
            let state = reader.next().await?;
            on_state(&state);
            if state.completed {
                return Ok(state);
            }
        }
    }

    /// Limits a reindex, an update by query or a delete by query to this many documents per second;
    /// -1 removes the limit. Returns the task, if it still runs.
    ///
    /// # Errors
    ///
    /// As [`Client::send`].
    pub async fn rethrottle(&self, requests_per_second: f64) -> Result<ListResponse, Error> {
        let call = Rethrottle::new(&*self.task, requests_per_second);
        self.client.send(call).await
    }

    /// Asks the task to stop; what it has written stays. [`wait`](Self::wait) then ends with
    /// [`WaitError::Cancelled`]. Returns the task, if it still ran.
    ///
    /// # Errors
    ///
    /// As [`Client::send`].
    pub async fn cancel(&self) -> Result<ListResponse, Error> {
        self.client.send(Cancel::new(&*self.task)).await
    }

    fn reader(&self) -> Reader {
        Reader::new(self.client.clone(), self.task.clone(), self.timeout)
    }
}
