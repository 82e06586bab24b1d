//! POST /{index}/_search/point_in_time, DELETE /_search/point_in_time
//! ([reference](https://docs.opensearch.org/latest/search-plugins/searching-data/point-in-time-api/)).

use http::{Request, StatusCode};
use serde::Deserialize;
use serde_json::json;

use crate::body::Body;
use crate::opensearch::call::query::{Query, query_param, routing};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;
use crate::opensearch::wire::Shards;
use crate::opensearch::wire::lenient::or_default;

/// Keeps indices as they are now, for searches with [`Search::pit`](super::Search::pit).
///
/// OpenSearch has it since 2.4; Elasticsearch has another call for it.
#[derive(Clone, Debug)]
#[must_use]
pub struct CreatePit {
    index: String,
    query: Query,
}

impl CreatePit {
    /// Keeps one index, or all those that a list with wildcards names, for `5m` for instance.
    pub fn new(index: impl Into<String>, keep_alive: impl Into<String>) -> Self {
        let mut query = Query::default();
        query.set("keep_alive", keep_alive.into());
        Self {
            index: index.into(),
            query,
        }
    }

    routing!();
    query_param!();
}

impl Call for CreatePit {
    type Output = CreatePitResponse;

    fn request(&self) -> Result<Request<Body>, Error> {
        let route = Route::post()
            .index(&self.index)
            .literal("_search/point_in_time");
        route.parameters(&self.query).empty()
    }

    fn decode(&self, response: Response) -> Result<CreatePitResponse, Error> {
        response.success()?.object()
    }
}

/// A point in time.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct CreatePitResponse {
    /// The id to search with.
    pub pit_id: String,
    /// When it was made, in milliseconds since 1970.
    pub creation_time: Option<u64>,
    /// How many shards took part.
    #[serde(default, rename = "_shards", deserialize_with = "or_default")]
    pub shards: Shards,
}

/// Gives points in time up.
#[derive(Clone, Debug)]
#[must_use]
pub struct DeletePit {
    ids: Vec<String>,
    query: Query,
}

impl DeletePit {
    /// Gives up the points in time of these ids.
    pub fn new<I: Into<String>>(pit_ids: impl IntoIterator<Item = I>) -> Self {
        Self {
            ids: pit_ids.into_iter().map(Into::into).collect(),
            query: Query::default(),
        }
    }

    query_param!();
}

impl Call for DeletePit {
    type Output = DeletePitResponse;

    fn request(&self) -> Result<Request<Body>, Error> {
        let route = Route::delete()
            .literal("_search/point_in_time")
            .parameters(&self.query);
        route.json(&json!({ "pit_id": self.ids }))
    }

    fn decode(&self, response: Response) -> Result<DeletePitResponse, Error> {
        if response.status == StatusCode::NOT_FOUND
            && let Ok(deleted) = response.object()
        {
            return Ok(deleted);
        }
        response.success()?.object()
    }
}

/// What became of points in time that were given up.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct DeletePitResponse {
    /// Each of them.
    pub pits: Vec<DeletedPit>,
}

/// What became of a point in time that was given up.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct DeletedPit {
    /// Its id.
    pub pit_id: String,
    /// Whether it was there, and is no more.
    pub successful: bool,
}
