//! GET /_cat/nodes ([reference](https://docs.opensearch.org/latest/api-reference/cat/cat-nodes/)).

use http::Request;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::cell::number;
use super::table::table;
use crate::body::Body;
use crate::opensearch::call::query::{Query, cluster_manager_timeout, query_param};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;

/// Lists the nodes of the cluster with their roles and loads.
#[derive(Clone, Debug)]
#[must_use]
pub struct Nodes {
    query: Query,
}

impl Nodes {
    /// Lists all of them.
    pub fn new() -> Self {
        Self {
            query: table(COLUMNS),
        }
    }

    cluster_manager_timeout!();
    query_param!();
}

impl Default for Nodes {
    fn default() -> Self {
        Self::new()
    }
}

impl Call for Nodes {
    type Output = Vec<NodeRow>;

    fn request(&self) -> Result<Request<Body>, Error> {
        Route::get()
            .literal("_cat/nodes")
            .parameters(&self.query)
            .empty()
    }

    fn decode(&self, response: Response) -> Result<Vec<NodeRow>, Error> {
        let mut rows: Vec<NodeRow> = response.success()?.json()?;
        for row in &mut rows {
            // Elasticsearch and OpenSearch 1 call this column `master`.
            let master = row.other.remove("master");
            let mark = row.other.remove("cluster_manager").or(master);
            let is_manager = |mark: Value| Some(mark.as_str()? == "*");
            row.is_cluster_manager = mark.and_then(is_manager);
        }
        Ok(rows)
    }
}

/// One node. What is not known is `None`; a domain on AWS shows no addresses.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct NodeRow {
    /// Its address.
    #[serde(default)]
    pub ip: Option<String>,
    /// Its name.
    #[serde(default)]
    pub name: Option<String>,
    /// Its version of OpenSearch.
    #[serde(default)]
    pub version: Option<String>,
    /// The first letters of its roles, `dimr` for example.
    #[serde(rename = "node.role", default)]
    pub role: Option<String>,
    /// Whether it manages the cluster at the moment.
    #[serde(skip)]
    pub is_cluster_manager: Option<bool>,
    /// How much of the heap is in use, in percent.
    #[serde(rename = "heap.percent", default, deserialize_with = "number")]
    pub heap_percent: Option<f64>,
    /// How much of the memory is in use, in percent.
    #[serde(rename = "ram.percent", default, deserialize_with = "number")]
    pub ram_percent: Option<f64>,
    /// How busy the processors are, in percent.
    #[serde(default, deserialize_with = "number")]
    pub cpu: Option<f64>,
    /// The load of the last minute.
    #[serde(default, deserialize_with = "number")]
    pub load_1m: Option<f64>,
    /// The bytes of its disk.
    #[serde(rename = "disk.total", default, deserialize_with = "number")]
    pub disk_total: Option<u64>,
    /// The bytes that are free on its disk.
    #[serde(rename = "disk.avail", default, deserialize_with = "number")]
    pub disk_available: Option<u64>,
    /// The columns that have no field here, as the server writes them.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

const COLUMNS: &str = "ip,name,version,node.role,cluster_manager,master,heap.percent,ram.percent,cpu,load_1m,disk.total,disk.avail";
