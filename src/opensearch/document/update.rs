//! POST /{index}/_update/{id}
//! ([reference](https://docs.opensearch.org/latest/api-reference/document-apis/update-document/)).

use http::Request;
use serde::Serialize;
use serde_json::{Map, Value};

use super::written::WriteResponse;
use crate::body::Body;
use crate::opensearch::call::query::{
    Query, if_seq_no, query_param, refresh, routing, shard_options,
};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;
use crate::opensearch::wire::body::body_param;

/// Changes a document.
///
/// If there is no such document, the call fails, unless it says what to store then.
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
    doc: Option<D>,
    body: Map<String, Value>,
    query: Query,
}

impl<D: Serialize> Update<D> {
    /// Merges the fields of `doc` into the document `id` of `index`.
    pub fn new(index: impl Into<String>, id: impl Into<String>, doc: D) -> Self {
        Self::of(index.into(), id.into(), Some(doc))
    }

    /// Sets whether to store `doc` itself if there is no document yet.
    pub fn doc_as_upsert(self, doc_as_upsert: bool) -> Self {
        self.body_param("doc_as_upsert", doc_as_upsert)
    }

    /// Sets what to store if there is no document yet, as JSON.
    pub fn upsert(self, document: Value) -> Self {
        self.body_param("upsert", document)
    }

    /// Sets whether the script also runs if there is no document yet, on the one to
    /// [insert](Self::upsert).
    pub fn scripted_upsert(self, scripted_upsert: bool) -> Self {
        self.body_param("scripted_upsert", scripted_upsert)
    }

    /// Sets whether the server writes nothing if `doc` changes nothing; its default is `true`.
    pub fn detect_noop(self, detect_noop: bool) -> Self {
        self.body_param("detect_noop", detect_noop)
    }

    /// Sets which fields of the changed document to return: `true`, or as JSON `["title"]` and so on.
    /// The document is in [`WriteResponse::other`]: `response.other["get"]["_source"]`.
    pub fn source(self, source: impl Into<Value>) -> Self {
        self.body_param("_source", source)
    }

    /// Sets how often the server repeats the update if the document changes at the same time.
    pub fn retry_on_conflict(mut self, times: u32) -> Self {
        self.query.set("retry_on_conflict", times);
        self
    }

    routing!();
    refresh!();
    if_seq_no!();
    shard_options!();
    body_param!();
    query_param!();

    fn of(index: String, id: String, doc: Option<D>) -> Self {
        Self {
            index,
            id,
            doc,
            body: Map::new(),
            query: Query::default(),
        }
    }
}

impl Update<()> {
    /// Changes the document `id` of `index` by a script, as JSON.
    pub fn script(index: impl Into<String>, id: impl Into<String>, script: Value) -> Self {
        Self::of(index.into(), id.into(), None).body_param("script", script)
    }
}

impl<D: Serialize> Call for Update<D> {
    type Output = WriteResponse;

    fn request(&self) -> Result<Request<Body>, Error> {
        // A script builds on what it finds. So does the partial document on an upsert: the second
        // time it would be merged into what the first has inserted.
        let is_repeatable = self.query.get("if_seq_no").is_none()
            && self.body.keys().all(|name| REPEATABLE.contains(&&**name));
        Route::post()
            .index(&self.index)
            .literal("_update")
            .id(&self.id)
            .parameters(&self.query)
            .idempotent(is_repeatable)
            .json(&UpdateBody {
                doc: self.doc.as_ref().filter(|_| !self.body.contains_key("doc")),
                parts: &self.body,
            })
    }

    fn decode(&self, response: Response) -> Result<WriteResponse, Error> {
        WriteResponse::read(&response.success()?)
    }
}

#[derive(Serialize)]
struct UpdateBody<'a, D> {
    #[serde(skip_serializing_if = "Option::is_none")]
    doc: Option<&'a D>,
    #[serde(flatten)]
    parts: &'a Map<String, Value>,
}

/// The parts of the body with which an update may be applied twice.
const REPEATABLE: [&str; 4] = ["_source", "detect_noop", "doc", "doc_as_upsert"];
