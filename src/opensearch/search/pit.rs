//! POST /{index}/_search/point_in_time, DELETE /_search/point_in_time
//! ([reference](https://docs.opensearch.org/latest/search-plugins/searching-data/point-in-time-api/)).

use http::{Request, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::body::Body;
use crate::opensearch::call::query::{Query, indices_options, preference, query_param, routing};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;
use crate::opensearch::wire::Shards;
use crate::opensearch::wire::altered;
use crate::opensearch::wire::body::body_param;
use crate::opensearch::wire::lenient::or_default;

/// Keeps the present state of indices for searches with [`Search::pit`](super::Search::pit).
///
/// OpenSearch supports this call since version 2.4; Elasticsearch has a different one.
#[derive(Clone, Debug)]
#[must_use]
pub struct CreatePit {
    index: String,
    query: Query,
}

impl CreatePit {
    /// Keeps one index, or all indices in a list with wildcards, for this long: `5m`.
    pub fn new(index: impl Into<String>, keep_alive: impl Into<String>) -> Self {
        let mut query = Query::default();
        query.set("keep_alive", keep_alive.into());
        Self {
            index: index.into(),
            query,
        }
    }

    routing!();
    preference!();
    indices_options!();
    query_param!();
}

impl Call for CreatePit {
    type Output = CreatePitResponse;

    fn request(&self) -> Result<Request<Body>, Error> {
        Route::post()
            .index(&self.index)
            .literal("_search/point_in_time")
            .parameters(&self.query)
            .empty()
    }

    fn decode(&self, response: Response) -> Result<CreatePitResponse, Error> {
        altered::read(&response.success()?, &self.query)
    }
}

/// The response to [`CreatePit`].
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct CreatePitResponse {
    /// The id for searches.
    pub pit_id: String,
    /// When the point in time was created, in milliseconds since 1970.
    pub creation_time: Option<u64>,
    /// How many shards took part.
    #[serde(default, rename = "_shards", deserialize_with = "or_default")]
    pub shards: Shards,
}

/// Deletes points in time.
#[derive(Clone, Debug)]
#[must_use]
pub struct DeletePit {
    body: Map<String, Value>,
    query: Query,
}

impl DeletePit {
    /// Deletes the points in time with these ids.
    pub fn new<I: Into<String>>(pit_ids: impl IntoIterator<Item = I>) -> Self {
        let ids = pit_ids
            .into_iter()
            .map(|id| Value::String(id.into()))
            .collect();
        Self {
            body: Map::from_iter([("pit_id".to_owned(), Value::Array(ids))]),
            query: Query::default(),
        }
    }

    body_param!();
    query_param!();
}

impl Call for DeletePit {
    type Output = DeletePitResponse;

    fn request(&self) -> Result<Request<Body>, Error> {
        Route::delete()
            .literal("_search/point_in_time")
            .parameters(&self.query)
            .json(&self.body)
    }

    fn decode(&self, response: Response) -> Result<DeletePitResponse, Error> {
        if response.status == StatusCode::NOT_FOUND
            && let Ok(deleted) = response.object()
        {
            return Ok(deleted);
        }
        altered::read_written(&response.success()?, &self.query, |body| {
            let pits = body.entry("pits").or_insert_with(|| json!([]));
            let pits = pits.as_array_mut().into_iter().flatten();
            for pit in pits.filter_map(Value::as_object_mut) {
                // Had the server failed to delete one, the status would be 404.
                pit.entry("successful").or_insert(true.into());
            }
        })
    }
}

/// The response to [`DeletePit`].
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct DeletePitResponse {
    /// One entry for each point in time; empty if a filter removed the entries.
    pub pits: Vec<DeletedPit>,
}

/// What happened to one point in time.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct DeletedPit {
    /// The id of the point in time.
    #[serde(default)]
    pub pit_id: String,
    /// Whether the point in time existed and was deleted. If a filter removed this from a successful
    /// response, it is `true`.
    pub successful: bool,
}
