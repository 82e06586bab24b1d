use std::error::Error as StdError;
use std::fmt;

use serde_json::Value;

use super::action::Action;
use super::operation::Operation;
use crate::opensearch::document::Change;
use crate::opensearch::error::OneLine;

/// The response to a [`Bulk`](super::Bulk): one outcome for each operation, in their order.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct BulkResponse {
    /// How long the server worked, in milliseconds; 0 if the response does not say it.
    pub took: u64,
    /// One outcome for each operation.
    pub outcomes: Vec<Result<Done, Rejected>>,
}

impl BulkResponse {
    /// The operations that were rejected.
    pub fn rejected(&self) -> impl Iterator<Item = &Rejected> {
        self.outcomes
            .iter()
            .filter_map(|outcome| outcome.as_ref().err())
    }
}

impl IntoIterator for BulkResponse {
    type Item = Result<Done, Rejected>;
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.outcomes.into_iter()
    }
}

impl<'a> IntoIterator for &'a BulkResponse {
    type Item = &'a Result<Done, Rejected>;
    type IntoIter = std::slice::Iter<'a, Result<Done, Rejected>>;

    fn into_iter(self) -> Self::IntoIter {
        self.outcomes.iter()
    }
}

/// An operation that was carried out.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Done {
    /// What the operation did.
    pub action: Action,
    /// The document's index.
    pub index: String,
    /// The document's id, also if the server chose it. OpenSearch Serverless may leave it empty.
    pub id: String,
    /// The HTTP status of this operation: 2xx, or 404 for a delete that found no document.
    pub status: u16,
    /// What changed: [`Change::NotFound`] for a delete that found no document.
    pub result: Option<Change>,
    /// The document's version.
    pub version: Option<i64>,
    /// The change's sequence number, for `if_seq_no`.
    pub seq_no: Option<i64>,
    /// The change's primary term, for `if_primary_term`.
    pub primary_term: Option<i64>,
    /// Everything else except the shards, as JSON: `forced_refresh`, and after an update with
    /// `_source` the document in `get`. `null` if there is nothing else.
    pub other: Value,
}

/// An operation that the server rejected. Others of the same bulk may have been carried out.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Rejected {
    /// The position of the operation in its bulk, from 0.
    pub position: usize,
    /// The operation with its document, for example to [add](super::Bulk::push) it to the next bulk.
    pub operation: Box<Operation>,
    /// What the operation would have done.
    pub action: Action,
    /// The document's index.
    pub index: String,
    /// The document's id, if it has one.
    pub id: Option<String>,
    /// The HTTP status of this operation.
    pub status: u16,
    /// The server's name for the error; OpenSearch Serverless may leave it out.
    pub error_type: Option<String>,
    /// What the server wrote about the reason.
    pub reason: Option<String>,
    /// The root cause, if it differs from the reason.
    pub cause: Option<String>,
}

impl Rejected {
    /// Whether the same operation may succeed later: the status is 429 or 503.
    pub fn is_retryable(&self) -> bool {
        matches!(self.status, 429 | 503)
    }
}

/// One line: `create of "2" rejected: version_conflict_engine_exception: … (409)`.
impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of ", self.action)?;
        match &self.id {
            Some(id) => write!(f, "\"{}\"", OneLine(id))?,
            None => write!(f, "operation {}", self.position)?,
        }
        f.write_str(" rejected")?;
        let parts = [&self.error_type, &self.reason, &self.cause];
        for part in parts.into_iter().flatten() {
            write!(f, ": {}", OneLine(part))?;
        }
        write!(f, " ({})", self.status)
    }
}

impl StdError for Rejected {}
