//! The methods that a reindex, an update by query and a delete by query share.

use std::fmt;

use crate::opensearch::call::Query;

/// What a task does with a document that changed after the task had read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Conflicts {
    /// The task stops, and fails with that document. This is the server's default.
    Abort,
    /// The task counts the document and goes on.
    Proceed,
}

impl fmt::Display for Conflicts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Abort => "abort",
            Self::Proceed => "proceed",
        })
    }
}

macro_rules! by_query {
    () => {
        /// Sets what to do with documents that change at the same time.
        pub fn conflicts(
            self,
            conflicts: $crate::opensearch::document::by_query::Conflicts,
        ) -> Self {
            self.body_param("conflicts", conflicts.to_string())
        }

        /// Sets the most documents that the task works on.
        pub fn max_docs(self, documents: u64) -> Self {
            self.body_param("max_docs", documents)
        }

        /// Sets how many parts of the task run at once: a number, or `auto` for one for each shard.
        pub fn slices(mut self, slices: impl ToString) -> Self {
            self.query.set("slices", slices);
            self
        }

        /// Limits the task to this many documents per second; -1 means no limit.
        ///
        /// [`tasks::Rethrottle`](crate::opensearch::tasks::Rethrottle) changes the limit later.
        pub fn requests_per_second(mut self, documents: f64) -> Self {
            self.query.set("requests_per_second", documents);
            self
        }

        /// Sets whether searches see all changes when the task is complete.
        pub fn refresh(mut self, refresh: bool) -> Self {
            self.query.set("refresh", refresh);
            self
        }
    };
}
pub(super) use by_query;

/// The parameters of a call that starts a task: the server responds with its id.
pub(super) fn as_task() -> Query {
    let mut query = Query::default();
    query.set("wait_for_completion", false);
    query
}
