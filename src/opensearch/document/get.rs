//! GET /{index}/_doc/{id}
//! ([reference](https://docs.opensearch.org/latest/api-reference/document-apis/get-documents/)).

use std::marker::PhantomData;

use http::{Request, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::body::Body;
use crate::opensearch::call::query::{Query, query_param, routing};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;
use crate::opensearch::wire::lenient::or_default;

/// Asks for a document by its id.
///
/// One that is not there is a response with [`found`](GetResponse::found) `false`; an index that is
/// not there is an error.
#[derive(Clone, Debug)]
#[must_use]
pub struct Get<T> {
    index: String,
    id: String,
    query: Query,
    source: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Get<T> {
    /// Asks for the document `id` of `index`.
    pub fn new(index: impl Into<String>, id: impl Into<String>) -> Self {
        Self {
            index: index.into(),
            id: id.into(),
            query: Query::default(),
            source: PhantomData,
        }
    }

    routing!();
    query_param!();
}

impl<T: DeserializeOwned> Call for Get<T> {
    type Output = GetResponse<T>;

    fn request(&self) -> Result<Request<Body>, Error> {
        let route = Route::get().index(&self.index).literal("_doc").id(&self.id);
        route.parameters(&self.query).empty()
    }

    fn decode(&self, response: Response) -> Result<GetResponse<T>, Error> {
        if response.status == StatusCode::NOT_FOUND
            && let Ok(missing) = response.object::<GetResponse<T>>()
            && !missing.found
        {
            return Ok(missing);
        }
        response.success()?.object()
    }
}

/// A document, if it was found.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct GetResponse<T> {
    /// The index, also if an alias was named.
    #[serde(default, rename = "_index", deserialize_with = "or_default")]
    pub index: String,
    /// The document's id.
    #[serde(default, rename = "_id", deserialize_with = "or_default")]
    pub id: String,
    /// Whether there is such a document.
    pub found: bool,
    /// The document, unless it was not found or not stored.
    #[serde(rename = "_source")]
    pub source: Option<T>,
    /// The document's version.
    #[serde(rename = "_version")]
    pub version: Option<i64>,
    /// The sequence number of its last change, for `if_seq_no`.
    #[serde(rename = "_seq_no")]
    pub seq_no: Option<i64>,
    /// The primary term of its last change, for `if_primary_term`.
    #[serde(rename = "_primary_term")]
    pub primary_term: Option<i64>,
    /// Its routing value, if it has one.
    #[serde(rename = "_routing")]
    pub routing: Option<String>,
}
