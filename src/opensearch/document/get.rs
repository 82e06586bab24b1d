//! GET /{index}/_doc/{id}
//! ([reference](https://docs.opensearch.org/latest/api-reference/document-apis/get-documents/)).

use std::marker::PhantomData;

use http::{Request, StatusCode};
use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error as _, MapAccess};
use serde_json::Value;

use crate::body::Body;
use crate::opensearch::call::query::{
    Query, preference, query_param, realtime, routing, source_fields,
};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;
use crate::opensearch::wire::altered;
use crate::opensearch::wire::metadata::Metadata;
use crate::opensearch::wire::object::{self, Name, Object, Other};

/// Reads a document by its id.
///
/// If there is no such document, the response has [`found`](GetResponse::found) `false`. If there is
/// no such index, the call fails.
#[derive(Clone, Debug)]
#[must_use]
pub struct Get<T> {
    index: String,
    id: String,
    query: Query,
    source: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Get<T> {
    /// Reads the document `id` of `index`.
    pub fn new(index: impl Into<String>, id: impl Into<String>) -> Self {
        Self {
            index: index.into(),
            id: id.into(),
            query: Query::default(),
            source: PhantomData,
        }
    }

    routing!();
    preference!();
    realtime!();
    source_fields!();
    query_param!();
}

impl<T: DeserializeOwned> Call for Get<T> {
    type Output = GetResponse<T>;

    fn request(&self) -> Result<Request<Body>, Error> {
        Route::get()
            .index(&self.index)
            .literal("_doc")
            .id(&self.id)
            .parameters(&self.query)
            .empty()
    }

    fn decode(&self, response: Response) -> Result<GetResponse<T>, Error> {
        let is_filtered = altered::is_filtered(&self.query);
        if response.status == StatusCode::NOT_FOUND
            && let Ok(document) = response.object::<Document<T>>()
        {
            let is_missing = match document.found {
                Some(found) => !found,
                // The server filters no error.
                None => is_filtered && !document.other.has("error"),
            };
            if is_missing {
                return Ok(document.into_response(false));
            }
        }
        let response = response.success()?;
        if is_filtered {
            let document: Document<T> = altered::read(&response, &self.query)?;
            let found = document.found.unwrap_or(true);
            return Ok(document.into_response(found));
        }
        altered::read(&response, &self.query)
    }
}

/// The response to [`Get`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct GetResponse<T> {
    /// The index, also if the call named an alias.
    pub index: String,
    /// The document's id.
    pub id: String,
    /// Whether there is such a document.
    pub found: bool,
    /// The document, unless it was not found, not stored or not requested.
    pub source: Option<T>,
    /// The document's version.
    pub version: Option<i64>,
    /// The sequence number of the last change, for `if_seq_no`.
    pub seq_no: Option<i64>,
    /// The primary term of the last change, for `if_primary_term`.
    pub primary_term: Option<i64>,
    /// The document's routing value, if it has one.
    pub routing: Option<String>,
    /// Everything else, as JSON: `fields`, `_ignored` and so on. `null` if there is nothing else.
    pub other: Value,
}

/// Reads an object that has a field `found`.
impl<'de, T: Deserialize<'de>> Deserialize<'de> for GetResponse<T> {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        let document = Document::deserialize(json)?;
        match document.found {
            Some(found) => Ok(document.into_response(found)),
            None => Err(D::Error::missing_field("found")),
        }
    }
}

/// A document as the server sent it; every part may be absent.
struct Document<T> {
    metadata: Metadata,
    found: Option<bool>,
    source: Option<T>,
    other: Other,
}

impl<T> Document<T> {
    fn into_response(self, found: bool) -> GetResponse<T> {
        GetResponse {
            index: self.metadata.index,
            id: self.metadata.id.unwrap_or_default(),
            found,
            source: self.source,
            version: self.metadata.version,
            seq_no: self.metadata.seq_no,
            primary_term: self.metadata.primary_term,
            routing: self.metadata.routing,
            other: self.other.into_json(),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Document<T> {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        object::read(json)
    }
}

impl<'de, T: Deserialize<'de>> Object<'de> for Document<T> {
    const WHAT: &'static str = "a document";

    fn empty() -> Self {
        Self {
            metadata: Metadata::default(),
            found: None,
            source: None,
            other: Other::default(),
        }
    }

    fn read_field<A: MapAccess<'de>>(
        &mut self,
        name: Name<'de>,
        fields: &mut A,
    ) -> Result<(), A::Error> {
        match &*name {
            "found" => self.found = fields.next_value()?,
            "_source" => self.source = fields.next_value()?,
            name if self.metadata.read_field(name, fields)? => {}
            _ => self.other.read_field(name, fields)?,
        }
        Ok(())
    }
}
