//! HEAD /{index}/_doc/{id}
//! ([reference](https://docs.opensearch.org/latest/api-reference/document-apis/get-documents/)).

use http::{Request, StatusCode};

use crate::body::Body;
use crate::opensearch::call::query::{Query, preference, query_param, realtime, routing};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;

/// Asks whether a document exists. If there is no such index, it does not.
#[derive(Clone, Debug)]
#[must_use]
pub struct Exists {
    index: String,
    id: String,
    query: Query,
}

impl Exists {
    /// Asks whether `index` has the document `id`.
    pub fn new(index: impl Into<String>, id: impl Into<String>) -> Self {
        Self {
            index: index.into(),
            id: id.into(),
            query: Query::default(),
        }
    }

    routing!();
    preference!();
    realtime!();
    query_param!();
}

impl Call for Exists {
    type Output = bool;

    fn request(&self) -> Result<Request<Body>, Error> {
        let route = Route::head()
            .index(&self.index)
            .literal("_doc")
            .id(&self.id);
        route.parameters(&self.query).empty()
    }

    fn decode(&self, response: Response) -> Result<bool, Error> {
        if response.status == StatusCode::NOT_FOUND {
            return Ok(false);
        }
        response.success().map(|_| true)
    }
}
