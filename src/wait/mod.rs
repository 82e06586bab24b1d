//! Waits for what a cluster does in the background: a task, a new index, documents that become visible.
//!
//! In: the id of a task, as [`DeleteByQuery`](crate::opensearch::document::DeleteByQuery),
//! [`UpdateByQuery`](crate::opensearch::document::UpdateByQuery) and
//! [`Reindex`](crate::opensearch::document::Reindex) return it. Out: a [`RunningTask`], and in the
//! end what the task did, or a [`WaitError`]. Next: the calls of
//! [`tasks`](crate::opensearch::tasks), through the [`Client`](crate::Client).
//!
//! ```no_run
//! use sigtower::Client;
//! use sigtower::opensearch::document::Reindex;
//!
//! # async fn example(client: Client) -> Result<(), Box<dyn std::error::Error>> {
//! let started = client.send(Reindex::new("movies", "films")).await?;
//! let done = started.wait(&client).await?;
//! println!("{} created, {} updated", done.created, done.updated);
//! # Ok(())
//! # }
//! ```
//!
//! [`Client::wait_until_writable`](crate::Client::wait_until_writable) and
//! [`Client::wait_until_visible`](crate::Client::wait_until_visible) are for serverless collections,
//! where an index can be written, and documents can be found, only after a while.
//!
//! The state of a task is read at once, then after 0.25 seconds, then after waits that double up to
//! 10 seconds. Each wait is shortened by a random part of up to a half, so that many programs do not
//! ask at the same time. A read that fails for a reason that may pass is repeated, at most ten times
//! in a row.

mod error;
mod follow;
mod outcome;
mod reader;
mod running_task;
mod until;
mod visible;
mod writable;

#[cfg(test)]
mod tests;

pub use self::error::WaitError;
pub use self::follow::Follow;
pub use self::running_task::RunningTask;
pub use self::visible::Visible;
