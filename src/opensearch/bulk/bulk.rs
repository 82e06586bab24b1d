//! POST /{index}/_bulk ([reference](https://docs.opensearch.org/latest/api-reference/document-apis/bulk/)).

use http::Request;
use serde::Serialize;
use serde_json::Value;

use super::action::Action;
use super::added::{Added, Named, Partial, Unnamed};
use super::operation::Operation;
use super::outcome::BulkResponse;
use super::read;
use crate::body::Body;
use crate::opensearch::call::query::{Query, query_param, refresh, shard_options};
use crate::opensearch::call::serverless::NamesDocuments;
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;

/// Many operations on documents in one request.
///
/// Each operation gets its own outcome, in the same order. The methods that follow an operation in
/// the chain change this operation; an id can only follow an operation that has none.
///
/// ```
/// use serde_json::json;
/// use sigtower::opensearch::Call;
/// use sigtower::opensearch::bulk::Bulk;
///
/// let mut bulk = Bulk::new("movies");
/// bulk.index(json!({"year": 1994})).id("1").create(json!({"year": 1972})).id("2").delete("3");
/// for year in [1957, 1966] {
///     bulk.index(json!({ "year": year }));
/// }
/// assert_eq!(bulk.len(), 5);
/// assert_eq!(bulk.request()?.uri(), "/movies/_bulk");
/// # Ok::<(), sigtower::opensearch::Error>(())
/// ```
///
/// ```compile_fail
/// # let mut bulk = sigtower::opensearch::bulk::Bulk::new("movies");
/// bulk.delete("3").id("4"); // this operation has an id already
/// ```
///
/// `client.send(&bulk)` leaves the bulk with the caller, who can send it again if the whole call
/// fails.
#[derive(Clone, Debug)]
#[must_use]
pub struct Bulk {
    index: Option<String>,
    operations: Vec<Operation>,
    query: Query,
}

impl Bulk {
    /// Starts a bulk without operations, for documents of `index`.
    pub fn new(index: impl Into<String>) -> Self {
        Self::of(Some(index.into()))
    }

    /// Starts a bulk without operations. Each operation needs its own index:
    /// [`in_index`](Added::in_index).
    pub fn without_index() -> Self {
        Self::of(None)
    }

    /// Sets the ingest pipeline that documents pass first.
    pub fn pipeline(mut self, pipeline: impl Into<String>) -> Self {
        self.query.set("pipeline", pipeline.into());
        self
    }

    /// Sets whether an operation is rejected unless its index is an alias.
    pub fn require_alias(mut self, require_alias: bool) -> Self {
        self.query.set("require_alias", require_alias);
        self
    }

    refresh!();
    shard_options!();
    query_param!();

    /// Adds an operation: store a document, in place of the one with the same id if there is one.
    pub fn index(&mut self, document: impl Serialize) -> Added<'_, Unnamed> {
        let operation = Operation::document(Action::Index, &document);
        Added::push(&mut self.operations, operation)
    }

    /// Adds an operation: store a document, unless there is one with the same id.
    pub fn create(&mut self, document: impl Serialize) -> Added<'_, Unnamed> {
        let operation = Operation::document(Action::Create, &document);
        Added::push(&mut self.operations, operation)
    }

    /// Adds an operation: merge the fields of `doc` into the document `id`.
    pub fn update(&mut self, id: impl Into<String>, doc: impl Serialize) -> Added<'_, Partial> {
        let operation = Operation::partial(id.into(), &doc);
        Added::push(&mut self.operations, operation)
    }

    /// Adds an operation: change the document `id` by a script, as JSON.
    pub fn script(&mut self, id: impl Into<String>, script: Value) -> Added<'_, Partial> {
        Added::push(&mut self.operations, Operation::script(id, script))
    }

    /// Adds an operation: delete the document `id`.
    pub fn delete(&mut self, id: impl Into<String>) -> Added<'_, Named> {
        Added::push(&mut self.operations, Operation::delete(id))
    }

    /// Adds an operation, for example one that was rejected and may be tried again.
    pub fn push(&mut self, operation: Operation) {
        self.operations.push(operation);
    }

    /// Returns the operations, in order.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// Returns how many operations there are.
    pub fn len(&self) -> usize {
        self.operations.len()
    }

    /// Whether there is no operation.
    pub fn is_empty(&self) -> bool {
        self.operations.is_empty()
    }

    fn of(index: Option<String>) -> Self {
        Self {
            index,
            operations: Vec::new(),
            query: Query::default(),
        }
    }
}

impl Call for Bulk {
    type Output = BulkResponse;

    fn request(&self) -> Result<Request<Body>, Error> {
        if self.is_empty() {
            return Err(Error::invalid("the bulk has no operations"));
        }
        let mut lines = Vec::new();
        for (position, operation) in self.operations.iter().enumerate() {
            if self.index.is_none() && operation.index_name().is_none() {
                return Err(Error::invalid(format!(
                    "bulk operation {position} has no index, and neither has the bulk; \
                     set one with `in_index`"
                )));
            }
            operation.write(position, &mut lines)?;
        }
        let route = match &self.index {
            Some(index) => Route::post().index(index),
            None => Route::post(),
        };
        let mut request = route
            .literal("_bulk")
            .parameters(&self.query)
            // This depends on the operations.
            .idempotent(self.operations.iter().all(Operation::is_repeatable))
            .batch_size(self.len())
            .ndjson(lines)?;
        if self.operations.iter().any(Operation::names_its_document) {
            request.extensions_mut().insert(NamesDocuments);
        }
        Ok(request)
    }

    fn decode(&self, response: Response) -> Result<BulkResponse, Error> {
        read::read(&self.operations, &self.query, response.success()?)
    }
}
