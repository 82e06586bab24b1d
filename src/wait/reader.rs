use std::time::Duration;

use tokio::time::Instant;

use super::error::WaitError;
use super::outcome;
use crate::opensearch::tasks::{Get, GetResponse};
use crate::opensearch::{Client, Error, ErrorKind};
use crate::pace::{Pace, sleep_within};

/// Reads the state of a task, each time after a wait.
pub(super) struct Reader {
    client: Client,
    task: String,
    timeout: Option<Duration>,
    deadline: Option<Instant>,
    pace: Pace,
    reads: u64,
}

impl Reader {
    pub(super) fn new(client: Client, task: String, timeout: Option<Duration>) -> Self {
        Self {
            client,
            task,
            timeout,
            deadline: None,
            pace: Pace::new(FIRST_WAIT, LONGEST_WAIT),
            reads: 0,
        }
    }

    /// Returns the next state. A complete task that did not succeed is an error.
    pub(super) async fn next(&mut self) -> Result<GetResponse, WaitError> {
        if self.reads == 0 {
            // A limit that no clock can express is no limit.
            self.deadline = self
                .timeout
                .and_then(|limit| Instant::now().checked_add(limit));
        }
        let mut failures = 0;
        loop {
            if self.reads > 0 {
                self.pause().await?;
            }
            self.reads += 1;
            match self.client.send(Get::new(&*self.task)).await {
                Ok(state) if !state.completed => return Ok(state),
                Ok(state) => return outcome::check(&self.task, &state).map(|()| state),
                Err(error) if error.is_retryable() && failures < MOST_FAILURES => failures += 1,
                Err(error) => return Err(self.failed(error)),
            }
        }
    }

    /// Waits until the next read, but not over the deadline.
    async fn pause(&mut self) -> Result<(), WaitError> {
        let wait = self.pace.next(fastrand::f64());
        if sleep_within(self.deadline, wait).await {
            return Ok(());
        }
        Err(WaitError::TimedOut {
            task: self.task.clone(),
            limit: self.timeout.unwrap_or_default(),
        })
    }

    fn failed(&self, source: Error) -> WaitError {
        let task = self.task.clone();
        match source.kind() {
            ErrorKind::NotFound => WaitError::NotFound { task, source },
            _ => WaitError::Read { task, source },
        }
    }
}

const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(10);
const MOST_FAILURES: u32 = 10;
