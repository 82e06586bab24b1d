//! POST /{index}/_update/{id}
//! ([reference](https://docs.opensearch.org/latest/api-reference/document-apis/update-document/)).

use http::Request;
use serde::Serialize;
use serde_json::Value;

use super::written::WriteResponse;
use crate::body::Body;
use crate::opensearch::call::query::{Query, if_seq_no, query_param, refresh, routing};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;

/// Changes parts of a document.
///
/// If there is none, that is an error, unless the call says what to store then.
///
/// ```
/// use serde_json::json;
/// use sigtower::opensearch::{Call, document};
///
/// let call = document::Update::new("movies", "tt0111161", json!({"rating": 9.3})).retry_on_conflict(3);
/// assert_eq!(call.request()?.uri(), "/movies/_update/tt0111161?retry_on_conflict=3");
/// # Ok::<(), sigtower::opensearch::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Update<D> {
    index: String,
    id: String,
    body: UpdateBody<D>,
    query: Query,
}

#[derive(Clone, Debug, Serialize)]
struct UpdateBody<D> {
    #[serde(skip_serializing_if = "Option::is_none")]
    doc: Option<D>,
    #[serde(skip_serializing_if = "Option::is_none")]
    script: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    upsert: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    doc_as_upsert: Option<bool>,
}

impl<D: Serialize> Update<D> {
    /// Merges the fields of `doc` into the document `id` of `index`.
    pub fn new(index: impl Into<String>, id: impl Into<String>, doc: D) -> Self {
        Self::of(index.into(), id.into(), Some(doc), None)
    }

    /// Whether to store `doc` itself if there is no document yet.
    pub fn doc_as_upsert(mut self, doc_as_upsert: bool) -> Self {
        self.body.doc_as_upsert = Some(doc_as_upsert);
        self
    }

    /// What to store if there is no document yet, as JSON.
    pub fn upsert(mut self, document: Value) -> Self {
        self.body.upsert = Some(document);
        self
    }

    /// How often the server begins anew if somebody else changes the document at the same time.
    pub fn retry_on_conflict(mut self, times: u32) -> Self {
        self.query.set("retry_on_conflict", times);
        self
    }

    routing!();
    refresh!();
    if_seq_no!();
    query_param!();

    fn of(index: String, id: String, doc: Option<D>, script: Option<Value>) -> Self {
        Self {
            index,
            id,
            body: UpdateBody {
                doc,
                script,
                upsert: None,
                doc_as_upsert: None,
            },
            query: Query::default(),
        }
    }
}

impl Update<()> {
    /// Changes the document `id` of `index` by a script, given as JSON.
    pub fn script(index: impl Into<String>, id: impl Into<String>, script: Value) -> Self {
        Self::of(index.into(), id.into(), None, Some(script))
    }
}

impl<D: Serialize> Call for Update<D> {
    type Output = WriteResponse;

    fn request(&self) -> Result<Request<Body>, Error> {
        // A script builds on what it finds. So does the partial document on an upsert: the second
        // time it would be merged into what the first has inserted.
        let is_repeatable = self.body.script.is_none()
            && self.body.upsert.is_none()
            && self.query.get("if_seq_no").is_none();
        Route::post()
            .index(&self.index)
            .literal("_update")
            .id(&self.id)
            .parameters(&self.query)
            .idempotent(is_repeatable)
            .json(&self.body)
    }

    fn decode(&self, response: Response) -> Result<WriteResponse, Error> {
        response.success()?.object()
    }
}
