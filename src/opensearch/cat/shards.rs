//! GET /_cat/shards ([reference](https://docs.opensearch.org/latest/api-reference/cat/cat-shards/)).

use http::Request;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::cell::{is_primary, number};
use super::table::table;
use crate::body::Body;
use crate::opensearch::call::query::{Query, cluster_manager_timeout, query_param};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;

/// Lists the copies of all shards, and the nodes that have them.
#[derive(Clone, Debug)]
#[must_use]
pub struct Shards {
    index: Option<String>,
    query: Query,
}

impl Shards {
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

    cluster_manager_timeout!();
    query_param!();
}

impl Default for Shards {
    fn default() -> Self {
        Self::new()
    }
}

impl Call for Shards {
    type Output = Vec<ShardRow>;

    fn request(&self) -> Result<Request<Body>, Error> {
        let mut route = Route::get().literal("_cat/shards");
        if let Some(index) = &self.index {
            route = route.index(index);
        }
        route.parameters(&self.query).empty()
    }

    fn decode(&self, response: Response) -> Result<Vec<ShardRow>, Error> {
        response.success()?.json()
    }
}

/// One copy of a shard. What is not known, of an unassigned copy for example, is `None`.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct ShardRow {
    /// The index.
    #[serde(default)]
    pub index: String,
    /// The number of the shard.
    #[serde(default, deserialize_with = "number")]
    pub shard: Option<u32>,
    /// Whether it is the primary copy; the others are replicas.
    #[serde(rename = "prirep", default, deserialize_with = "is_primary")]
    pub is_primary: Option<bool>,
    /// `STARTED`, `INITIALIZING`, `RELOCATING` or `UNASSIGNED`.
    #[serde(default)]
    pub state: Option<String>,
    /// How many documents it has.
    #[serde(default, deserialize_with = "number")]
    pub docs: Option<u64>,
    /// How many bytes it has.
    #[serde(default, deserialize_with = "number")]
    pub store: Option<u64>,
    /// The address of the node.
    #[serde(default)]
    pub ip: Option<String>,
    /// The name of the node.
    #[serde(default)]
    pub node: Option<String>,
    /// Why no node has it.
    #[serde(rename = "unassigned.reason", default)]
    pub unassigned_reason: Option<String>,
    /// The columns that have no field here, as the server writes them.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

const COLUMNS: &str = "index,shard,prirep,state,docs,store,ip,node,unassigned.reason";
