//! DELETE /{index}/_doc/{id}
//! ([reference](https://docs.opensearch.org/latest/api-reference/document-apis/delete-document/)).

use http::{Request, StatusCode};

use super::written::{Change, WriteResponse, Written};
use crate::body::Body;
use crate::opensearch::call::query::{
    Query, if_seq_no, query_param, refresh, routing, shard_options, version,
};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;
use crate::opensearch::wire::altered;

/// Deletes a document.
///
/// If there is no such document, the response has [`Change::NotFound`]. If there is no such index,
/// the call fails.
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
    shard_options!();
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
            && let Ok(mut written) = response.object::<Written>()
        {
            if written.result.is_none()
                && altered::is_filtered(&self.query)
                && !written.other.has("error")
            {
                written.result = Some(Change::NotFound);
            }
            if written.result == Some(Change::NotFound) {
                return Ok(WriteResponse::of(written));
            }
        }
        WriteResponse::read(&response.success()?)
    }
}
