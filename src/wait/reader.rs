use std::time::Duration;

use super::error::WaitError;
use super::outcome;
use crate::opensearch::tasks::{Get, GetResponse};
use crate::opensearch::{Client, Error, ErrorKind};
use crate::pace::Polls;

/// Reads the state of a task, each time after a wait.
pub(super) struct Reader {
    client: Client,
    task: String,
    timeout: Option<Duration>,
    /// `None` before the first read.
    polls: Option<Polls>,
    /// How often in a row the cluster did not know the task.
    missing: u32,
}

impl Reader {
    pub(super) fn new(client: Client, task: String, timeout: Option<Duration>) -> Self {
        Self {
            client,
            task,
            timeout,
            polls: None,
            missing: 0,
        }
    }

    /// Returns the next state. A complete task that did not succeed is an error.
    pub(super) async fn next(&mut self) -> Result<GetResponse, WaitError> {
        loop {
            if let Some(polls) = &mut self.polls
                && !polls.pause().await
            {
                return Err(WaitError::TimedOut {
                    task: self.task.clone(),
                    limit: self.timeout.unwrap_or_default(),
                });
            }
            let polls = self.polls.get_or_insert_with(|| Polls::new(self.timeout));
            match self.client.send(Get::new(&*self.task)).await {
                Ok(state) if state.completed => {
                    return outcome::check(&self.task, &state).map(|()| state);
                }
                Ok(state) => {
                    self.missing = 0;
                    polls.succeeded();
                    return Ok(state);
                }
                // A task that has just ended is unknown until its result is stored.
                Err(error)
                    if error.kind() == ErrorKind::NotFound && self.missing < MOST_MISSING =>
                {
                    self.missing += 1;
                }
                Err(error) if polls.tolerates(error.is_retryable()) => {}
                Err(error) => return Err(self.failed(error)),
            }
        }
    }

    fn failed(&self, source: Error) -> WaitError {
        let task = self.task.clone();
        match source.kind() {
            ErrorKind::NotFound => WaitError::NotFound { task, source },
            _ => WaitError::Read { task, source },
        }
    }
}

/// So many reads take about a second.
const MOST_MISSING: u32 = 3;
