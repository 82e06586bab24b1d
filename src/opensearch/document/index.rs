//! PUT /{index}/_doc/{id}, POST /{index}/_doc
//! ([reference](https://docs.opensearch.org/latest/api-reference/document-apis/index-document/)).

use http::Request;
use serde::Serialize;

use super::written::WriteResponse;
use crate::body::Body;
use crate::opensearch::call::query::{
    Query, if_seq_no, query_param, refresh, routing, shard_options, version,
};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;

/// Stores a document. A document with the same id is replaced.
///
/// ```
/// use sigtower::opensearch::{Call, Refresh, document};
///
/// #[derive(serde::Serialize)]
/// struct Movie {
///     title: String,
///     year: u16,
/// }
///
/// let movie = Movie { title: "The Shawshank Redemption".into(), year: 1994 };
/// let call = document::Index::new("movies", &movie).id("tt0111161").refresh(Refresh::WaitFor);
/// assert_eq!(call.request()?.uri(), "/movies/_doc/tt0111161?refresh=wait_for");
/// # Ok::<(), sigtower::opensearch::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Index<D> {
    index: String,
    id: Option<String>,
    document: D,
    query: Query,
}

impl<D: Serialize> Index<D> {
    /// Stores `document` in `index`. Without an [`id`](Self::id), the server chooses one.
    pub fn new(index: impl Into<String>, document: D) -> Self {
        Self {
            index: index.into(),
            id: None,
            document,
            query: Query::default(),
        }
    }

    /// Sets the document's id, 1 to 512 bytes.
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Sets whether the call may replace a document.
    pub fn op_type(mut self, op_type: OpType) -> Self {
        self.query.set("op_type", op_type.as_str());
        self
    }

    /// Sets the ingest pipeline that the document passes first.
    pub fn pipeline(mut self, pipeline: impl Into<String>) -> Self {
        self.query.set("pipeline", pipeline.into());
        self
    }

    /// Sets whether the call fails unless the index is an alias.
    pub fn require_alias(mut self, require_alias: bool) -> Self {
        self.query.set("require_alias", require_alias);
        self
    }

    routing!();
    refresh!();
    if_seq_no!();
    version!();
    shard_options!();
    query_param!();
}

impl<D: Serialize> Call for Index<D> {
    type Output = WriteResponse;

    fn request(&self) -> Result<Request<Body>, Error> {
        let route = match &self.id {
            Some(id) => Route::put().index(&self.index).literal("_doc").id(id),
            None => Route::post().index(&self.index).literal("_doc"),
        };
        route.parameters(&self.query).json(&self.document)
    }

    fn decode(&self, response: Response) -> Result<WriteResponse, Error> {
        WriteResponse::read(&response.success()?)
    }
}

/// Whether [`Index`] may replace a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OpType {
    /// The call may replace a document.
    Index,
    /// The call fails with a conflict if the id is taken.
    Create,
}

impl OpType {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Index => "index",
            Self::Create => "create",
        }
    }
}
