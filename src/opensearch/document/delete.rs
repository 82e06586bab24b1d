//! DELETE /{index}/_doc/{id}
//! ([reference](https://docs.opensearch.org/latest/api-reference/document-apis/delete-document/)).

use http::{Request, StatusCode};

use super::written::{Change, WriteResponse};
use crate::body::Body;
use crate::opensearch::call::query::{Query, if_seq_no, query_param, refresh, routing, version};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;

/// Deletes a document.
///
/// One that is not there is a response with [`Change::NotFound`].
#[derive(Clone, Debug)]
#[must_use]
pub struct Delete {
    index: String,
    id: String,
    query: Query,
}

impl Delete {
    /// Deletes the document `id` of `index`.
    pub fn new(index: impl Into<String>, id: impl Into<String>) -> Self {
        Self {
            index: index.into(),
            id: id.into(),
            query: Query::default(),
        }
    }

    routing!();
    refresh!();
    if_seq_no!();
    version!();
    query_param!();
}

impl Call for Delete {
    type Output = WriteResponse;

    fn request(&self) -> Result<Request<Body>, Error> {
        let route = Route::delete()
            .index(&self.index)
            .literal("_doc")
            .id(&self.id);
        route.parameters(&self.query).empty()
    }

    fn decode(&self, response: Response) -> Result<WriteResponse, Error> {
        if response.status == StatusCode::NOT_FOUND
            && let Ok(written) = response.object::<WriteResponse>()
            && written.result == Change::NotFound
        {
            return Ok(written);
        }
        response.success()?.object()
    }
}
