//! GET /_cat/indices ([reference](https://docs.opensearch.org/latest/api-reference/cat/cat-indices/)).

use http::Request;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::cell::{number, status};
use super::table::table;
use crate::body::Body;
use crate::opensearch::call::query::{
    Query, cluster_manager_timeout, expand_wildcards, query_param,
};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::cluster::Status;
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;

/// Lists indices with their health, documents and size.
#[derive(Clone, Debug)]
#[must_use]
pub struct Indices {
    index: Option<String>,
    query: Query,
}

impl Indices {
    /// Lists all of them.
    pub fn new() -> Self {
        Self {
            index: None,
            query: table(COLUMNS),
        }
    }

    /// Lists only these indices: a name, or a list with wildcards.
    pub fn index(mut self, index: impl Into<String>) -> Self {
        self.index = Some(index.into());
        self
    }

    /// Lists only indices with this health.
    pub fn health(mut self, health: Status) -> Self {
        self.query.set("health", health);
        self
    }

    expand_wildcards!();
    cluster_manager_timeout!();
    query_param!();
}

impl Default for Indices {
    fn default() -> Self {
        Self::new()
    }
}

impl Call for Indices {
    type Output = Vec<IndexRow>;

    fn request(&self) -> Result<Request<Body>, Error> {
        let mut route = Route::get().literal("_cat/indices");
        if let Some(index) = &self.index {
            route = route.index(index);
        }
        route.parameters(&self.query).empty()
    }

    fn decode(&self, response: Response) -> Result<Vec<IndexRow>, Error> {
        response.success()?.json()
    }
}

/// One index. What is not known, of a closed index for example, is `None`.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct IndexRow {
    /// The worst of its shards' statuses.
    #[serde(default, deserialize_with = "status")]
    pub health: Option<Status>,
    /// `open` or `close`.
    #[serde(default)]
    pub status: Option<String>,
    /// Its name.
    #[serde(default)]
    pub index: String,
    /// Its unique id.
    #[serde(default)]
    pub uuid: Option<String>,
    /// How many primary shards it has.
    #[serde(rename = "pri", default, deserialize_with = "number")]
    pub primaries: Option<u32>,
    /// How many replicas each primary shard has.
    #[serde(rename = "rep", default, deserialize_with = "number")]
    pub replicas: Option<u32>,
    /// How many documents it has.
    #[serde(rename = "docs.count", default, deserialize_with = "number")]
    pub docs_count: Option<u64>,
    /// How many deleted documents still take space.
    #[serde(rename = "docs.deleted", default, deserialize_with = "number")]
    pub docs_deleted: Option<u64>,
    /// The bytes of all shards.
    #[serde(rename = "store.size", default, deserialize_with = "number")]
    pub store_size: Option<u64>,
    /// The bytes of the primary shards.
    #[serde(rename = "pri.store.size", default, deserialize_with = "number")]
    pub primary_store_size: Option<u64>,
    /// The columns that have no field here, as the server writes them.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

const COLUMNS: &str =
    "health,status,index,uuid,pri,rep,docs.count,docs.deleted,store.size,pri.store.size";
