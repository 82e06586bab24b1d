//! Tasks: calls that go on in the cluster after their response
//! ([reference](https://docs.opensearch.org/latest/api-reference/tasks/)).
//!
//! [`DeleteByQuery`](super::document::DeleteByQuery), [`UpdateByQuery`](super::document::UpdateByQuery)
//! and [`Reindex`](super::document::Reindex) start a task. [`Get`] reads its progress, and [`RunningTask`](crate::wait::RunningTask) follows it
//! to its end.

mod cancel;
mod get;
mod list;
mod progress;
mod rethrottle;
mod start;
mod task;

#[cfg(test)]
mod tests;

pub use self::cancel::Cancel;
pub use self::get::{Get, GetResponse};
pub use self::list::{List, ListResponse};
pub use self::progress::{Progress, Retries};
pub use self::rethrottle::Rethrottle;
pub use self::start::StartResponse;
pub use self::task::Task;
