use std::time::Duration;

use crate::opensearch::Error;

/// Why an export ended early. The hits that came before are valid.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// The export has settings that do not go together. Nothing was sent.
    #[error("the export of {index} cannot start: {reason}")]
    #[non_exhaustive]
    Invalid {
        /// The index, or the list of indices.
        index: String,
        /// What does not go together, and what to do.
        reason: &'static str,
    },
    /// The point in time or the scroll could not be opened.
    #[error("cannot begin the export of {index}")]
    #[non_exhaustive]
    Open {
        /// The index, or the list of indices.
        index: String,
        /// What failed.
        source: Error,
    },
    /// A page could not be read.
    #[error("cannot read the next page of {index}; resume after the sort values of the last hit")]
    #[non_exhaustive]
    Page {
        /// The index, or the list of indices.
        index: String,
        /// What failed.
        source: Error,
    },
    /// The server no longer keeps the point in time or the scroll.
    #[error(
        "the search of {index} expired: more than {keep_alive:?} passed between two pages, \
         or a node left; set a longer `keep_alive` or smaller pages, \
         and resume after the sort values of the last hit"
    )]
    #[non_exhaustive]
    Expired {
        /// The index, or the list of indices.
        index: String,
        /// How long the server was asked to keep it.
        keep_alive: Duration,
        /// What the server responded, unless only some shards have lost the search.
        source: Option<Error>,
    },
    /// Shards failed, so that hits are missing from a page.
    #[error(
        "{failed} of {total} shards of {index} failed: {reason}; \
         resume after the sort values of the last hit"
    )]
    #[non_exhaustive]
    Shards {
        /// The index, or the list of indices.
        index: String,
        /// How many shards failed.
        failed: u32,
        /// How many shards were asked.
        total: u32,
        /// Why the first of them failed.
        reason: String,
    },
    /// A search timed out on the server, so that hits are missing from a page.
    #[error(
        "a search of {index} timed out on the server, so that hits are missing; \
         resume after the sort values of the last hit"
    )]
    #[non_exhaustive]
    TimedOut {
        /// The index, or the list of indices.
        index: String,
    },
    /// The server counted more hits than it returned: several hits have the same sort values.
    #[error(
        "the export of {index} has {read} of {total} hits, because several hits have the same sort \
         values; name a field that is different in each document with `tiebreaker`"
    )]
    #[non_exhaustive]
    Incomplete {
        /// The index, or the list of indices.
        index: String,
        /// How many hits there were.
        read: u64,
        /// How many hits the server had counted.
        total: u64,
    },
}
