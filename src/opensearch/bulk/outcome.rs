use std::error::Error as StdError;
use std::fmt;

use serde::Deserialize;
use serde_json::Value;

use super::action::Action;
use super::operation::Operation;
use crate::error::BoxError;
use crate::opensearch::document::Change;
use crate::opensearch::error::Error;
use crate::opensearch::error::{ApiError, OneLine, Scrub, json_error};
use crate::opensearch::response::Response;
use crate::opensearch::wire::json;
use crate::opensearch::wire::lenient::or_default;

/// What became of the operations of a [`Bulk`](super::Bulk), one outcome each, in their order.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct BulkResponse {
    /// How long the server worked, in milliseconds.
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

/// An operation was carried out.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Done {
    /// What it did.
    pub action: Action,
    /// The document's index.
    pub index: String,
    /// The document's id, also if the server made it up.
    pub id: String,
    /// The status it would have got as a call of its own.
    pub status: u16,
    /// What changed; a delete that found nothing is [`Change::NotFound`].
    pub result: Option<Change>,
    /// The document's version.
    pub version: Option<i64>,
    /// The change's sequence number, for `if_seq_no`.
    pub seq_no: Option<i64>,
    /// The change's primary term, for `if_primary_term`.
    pub primary_term: Option<i64>,
}

/// An operation was rejected; the others of its bulk may have been carried out.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Rejected {
    /// Where the operation stands in its bulk, from 0.
    pub position: usize,
    /// The operation, with its document, to be [added](super::Bulk::push) to the next bulk.
    pub operation: Box<Operation>,
    /// What it would have done.
    pub action: Action,
    /// The document's index.
    pub index: String,
    /// The document's id, if it has one.
    pub id: Option<String>,
    /// The status it would have got as a call of its own.
    pub status: u16,
    /// The server's name for the error; OpenSearch Serverless may leave it out.
    pub error_type: Option<String>,
    /// What the server wrote about the reason.
    pub reason: Option<String>,
    /// What the server names as cause of its reason, if that is something else.
    pub cause: Option<String>,
}

impl Rejected {
    /// Whether the same operation may well succeed later (429 and 503).
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

/// A bulk was answered, but not with one outcome for each operation in their order.
///
/// What was carried out is unknown. This is the [source](StdError::source) of an [`Error`] of kind
/// [`Decode`](crate::opensearch::ErrorKind::Decode), and holds all there is to find out.
pub struct Mismatch {
    what: String,
    operations: Vec<Operation>,
    response: Response,
    source: Option<BoxError>,
}

impl Mismatch {
    /// The operations that were sent.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// The response as it came.
    pub fn response(&self) -> &Response {
        &self.response
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "bulk outcomes are unknown: {}", self.what)
    }
}

impl fmt::Debug for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mismatch")
            .field("what", &self.what)
            .field("operations", &self.operations.len())
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}

impl StdError for Mismatch {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// Pairs operations with the response's items: `status` decides, the flag `errors` is not asked.
pub(super) fn read(operations: &[Operation], response: Response) -> Result<BulkResponse, Error> {
    match json::from_slice::<Wire>(&response.body) {
        Ok(wire) => pair(operations, wire, &response).map_err(|what| (what, None)),
        Err(error) => Err((
            "the response cannot be read".into(),
            Some(json_error(&response, &error)),
        )),
    }
    .map_err(|(what, source)| {
        let mismatch = Mismatch {
            what,
            operations: operations.to_vec(),
            response: response.clone(),
            source,
        };
        Error::decode(&response, mismatch)
    })
}

fn pair(operations: &[Operation], wire: Wire, response: &Response) -> Result<BulkResponse, String> {
    if wire.items.len() != operations.len() {
        return Err(format!(
            "{} items for {} operations",
            wire.items.len(),
            operations.len()
        ));
    }
    let scrub = Scrub::of(response);
    let pairs = operations.iter().zip(wire.items).enumerate();
    let outcomes =
        pairs.map(|(position, (operation, item))| outcome(position, operation, item, &scrub));
    Ok(BulkResponse {
        took: wire.took,
        outcomes: outcomes.collect::<Result<_, _>>()?,
    })
}

fn outcome(
    position: usize,
    operation: &Operation,
    item: WireItem,
    scrub: &Scrub,
) -> Result<Result<Done, Rejected>, String> {
    let (action, item) = item.split();
    if action != operation.action() {
        return Err(format!(
            "item {position} is for {action}, but {} was sent",
            operation.action()
        ));
    }
    if let (Some(sent), Some(answered)) = (operation.document_id(), &item.id)
        && sent != answered
    {
        return Err(format!("item {position} is for a different id"));
    }
    let Some(status) = item.status else {
        return Err(format!("item {position} has no status"));
    };
    let nothing_to_delete =
        action == Action::Delete && item.result == Some(Change::NotFound) && item.error.is_null();
    if (200..300).contains(&status) || nothing_to_delete {
        return Ok(Ok(Done {
            action,
            index: item.index,
            id: item.id.unwrap_or_default(),
            status,
            result: item.result,
            version: item.version,
            seq_no: item.seq_no,
            primary_term: item.primary_term,
        }));
    }
    let error = ApiError::of_item(&item.error, scrub);
    Ok(Err(Rejected {
        position,
        operation: Box::new(operation.clone()),
        action,
        index: item.index,
        id: item.id.or_else(|| operation.document_id().map(Into::into)),
        status,
        error_type: error.error_type,
        reason: error.reason,
        cause: error.cause,
    }))
}

#[derive(Deserialize)]
struct Wire {
    #[serde(default)]
    took: u64,
    items: Vec<WireItem>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum WireItem {
    Index(Item),
    Create(Item),
    Update(Item),
    Delete(Item),
}

impl WireItem {
    fn split(self) -> (Action, Item) {
        match self {
            Self::Index(item) => (Action::Index, item),
            Self::Create(item) => (Action::Create, item),
            Self::Update(item) => (Action::Update, item),
            Self::Delete(item) => (Action::Delete, item),
        }
    }
}

#[derive(Deserialize)]
struct Item {
    #[serde(default, rename = "_index", deserialize_with = "or_default")]
    index: String,
    #[serde(rename = "_id")]
    id: Option<String>,
    status: Option<u16>,
    #[serde(default)]
    error: Value,
    result: Option<Change>,
    #[serde(rename = "_version")]
    version: Option<i64>,
    #[serde(rename = "_seq_no")]
    seq_no: Option<i64>,
    #[serde(rename = "_primary_term")]
    primary_term: Option<i64>,
}
