//! POST /{index}/_mget
//! ([reference](https://docs.opensearch.org/latest/api-reference/document-apis/multi-get/)).

use std::marker::PhantomData;

use http::{HeaderMap, Request, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::get::GetResponse;
use crate::body::Body;
use crate::opensearch::call::query::{Query, preference, query_param, realtime, source_fields};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;
use crate::opensearch::wire::altered;

/// Reads many documents by their ids.
///
/// ```no_run
/// # use serde_json::Value;
/// # use sigtower::opensearch::{Client, Error};
/// use sigtower::opensearch::document::Mget;
///
/// # async fn example(client: Client) -> Result<(), Error> {
/// for document in client.send(Mget::<Value>::new("movies").ids(["1", "2"])).await? {
///     let document = document?;
///     println!("{}: {:?}", document.id, document.source);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Mget<T> {
    index: String,
    docs: Vec<Value>,
    query: Query,
    source: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Mget<T> {
    /// Reads documents of `index`.
    pub fn new(index: impl Into<String>) -> Self {
        Self {
            index: index.into(),
            docs: Vec::new(),
            query: Query::default(),
            source: PhantomData,
        }
    }

    /// Adds the document `id`.
    pub fn id(self, id: impl Into<String>) -> Self {
        self.document(json!({ "_id": id.into() }))
    }

    /// Adds the documents of these ids.
    pub fn ids<I: Into<String>>(self, ids: impl IntoIterator<Item = I>) -> Self {
        ids.into_iter().fold(self, Self::id)
    }

    /// Adds the document `id` that was stored with this routing value.
    pub fn routed(self, id: impl Into<String>, routing: impl Into<String>) -> Self {
        self.document(json!({ "_id": id.into(), "routing": routing.into() }))
    }

    /// Adds the document `id` of a different index.
    pub fn of_index(self, index: impl Into<String>, id: impl Into<String>) -> Self {
        self.document(json!({ "_index": index.into(), "_id": id.into() }))
    }

    preference!();
    realtime!();
    source_fields!();
    query_param!();

    fn document(mut self, document: Value) -> Self {
        self.docs.push(document);
        self
    }
}

impl<T: DeserializeOwned> Call for Mget<T> {
    type Output = Vec<Result<GetResponse<T>, Error>>;

    fn request(&self) -> Result<Request<Body>, Error> {
        if self.docs.is_empty() {
            return Err(Error::invalid("a multi-get has no document; add an id"));
        }
        let route = Route::post().index(&self.index).literal("_mget");
        let route = route.parameters(&self.query).batch_size(self.docs.len());
        route.json(&json!({ "docs": self.docs }))
    }

    /// Each document in the order of the call, or why that one was not read. A document that does not exist is no
    /// error: [`found`](GetResponse::found) is `false`.
    fn decode(&self, response: Response) -> Result<Self::Output, Error> {
        let documents: Documents = altered::read(&response.success()?, &self.query)?;
        Ok(documents.docs.iter().map(|json| read(json)).collect())
    }
}

#[derive(Deserialize)]
struct Documents {
    docs: Vec<Box<RawValue>>,
}

fn read<T: DeserializeOwned>(json: &RawValue) -> Result<GetResponse<T>, Error> {
    let response = |status| Response::new(status, HeaderMap::new(), json.get().to_owned());
    let fields: Map<String, Value> = response(StatusCode::OK).json()?;
    let Some(error) = fields.get("error") else {
        return response(StatusCode::OK).json();
    };
    // The server states no status for one document of many.
    let is_missing = error["type"] == "index_not_found_exception";
    let status = match is_missing {
        true => StatusCode::NOT_FOUND,
        false => StatusCode::BAD_REQUEST,
    };
    Err(Error::from_response(&response(status)))
}
