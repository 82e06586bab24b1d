//! POST /{index}/_bulk ([reference](https://docs.opensearch.org/latest/api-reference/document-apis/bulk/)).

use http::Request;
use serde::Serialize;
use serde_json::Value;

use super::action::Action;
use super::added::{Added, Named, Partial, Unnamed};
use super::operation::Operation;
use super::outcome::{self, BulkResponse};
use crate::body::Body;
use crate::opensearch::call::query::{Query, query_param, refresh};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;

/// Many operations on documents in one request, mixed as they come.
///
/// Each gets an outcome of its own, in the same order. What one operation is added with follows
/// it in the chain; an id can only follow what has none yet.
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
/// bulk.delete("3").id("4"); // the id is given already
/// ```
///
/// `client.send(&bulk)` leaves the bulk with the caller, to be sent again if the call as a whole
/// fails.
#[derive(Clone, Debug)]
#[must_use]
pub struct Bulk {
    index: String,
    pub(super) operations: Vec<Operation>,
    query: Query,
}

impl Bulk {
    /// A bulk without operations yet, for documents of `index`.
    pub fn new(index: impl Into<String>) -> Self {
        Self {
            index: index.into(),
            operations: Vec::new(),
            query: Query::default(),
        }
    }

    /// The ingest pipeline that documents go through first.
    pub fn pipeline(mut self, pipeline: impl Into<String>) -> Self {
        self.query.set("pipeline", pipeline.into());
        self
    }

    refresh!();
    query_param!();

    /// Adds: store a document, in place of the one with the same id if there is one.
    pub fn index(&mut self, document: impl Serialize) -> Added<'_, Unnamed> {
        self.add(Operation::document(Action::Index, &document))
    }

    /// Adds: store a document, unless there is one with the same id.
    pub fn create(&mut self, document: impl Serialize) -> Added<'_, Unnamed> {
        self.add(Operation::document(Action::Create, &document))
    }

    /// Adds: merge the fields of `doc` into the document `id`.
    pub fn update(&mut self, id: impl Into<String>, doc: impl Serialize) -> Added<'_, Partial> {
        self.add(Operation::partial(id.into(), &doc))
    }

    /// Adds: change the document `id` by a script, given as JSON.
    pub fn script(&mut self, id: impl Into<String>, script: Value) -> Added<'_, Partial> {
        self.add(Operation::script(id, script))
    }

    /// Adds: delete the document `id`.
    pub fn delete(&mut self, id: impl Into<String>) -> Added<'_, Named> {
        self.add(Operation::delete(id))
    }

    /// Adds an operation as it is, for instance one that was rejected and may be tried again.
    pub fn push(&mut self, operation: Operation) {
        self.operations.push(operation);
    }

    /// The operations, in order.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// How many operations there are.
    pub fn len(&self) -> usize {
        self.operations.len()
    }

    /// Whether there is no operation.
    pub fn is_empty(&self) -> bool {
        self.operations.is_empty()
    }

    fn add<State>(&mut self, operation: Operation) -> Added<'_, State> {
        Added::add(&mut self.operations, operation)
    }
}

impl Call for Bulk {
    type Output = BulkResponse;

    fn request(&self) -> Result<Request<Body>, Error> {
        if self.is_empty() {
            return Err(Error::invalid("bulk has no operations"));
        }
        let mut lines = Vec::new();
        for (position, operation) in self.operations.iter().enumerate() {
            operation.write(position, &mut lines)?;
        }
        // Stated here, since it depends on the operations.
        let is_repeatable = self.operations.iter().all(Operation::is_repeatable);
        Route::post()
            .index(&self.index)
            .literal("_bulk")
            .parameters(&self.query)
            .idempotent(is_repeatable)
            .batch_size(self.len())
            .ndjson(lines)
    }

    fn decode(&self, response: Response) -> Result<BulkResponse, Error> {
        outcome::read(&self.operations, response.success()?)
    }
}
