//! GET /_cluster/health ([reference](https://docs.opensearch.org/latest/api-reference/cluster-api/cluster-health/)).

use std::collections::BTreeMap;
use std::fmt;

use http::{Request, StatusCode};
use serde::Deserialize;

use crate::body::Body;
use crate::opensearch::call::query::{
    Query, cluster_manager_timeout, expand_wildcards, query_param, wait_for_active_shards,
};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;
use crate::opensearch::wire::altered;
use crate::opensearch::wire::number::float_or_zero;

/// Reads the health of a cluster, or of some of its indices.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Health {
    index: Option<String>,
    query: Query,
}

impl Health {
    /// Reads the health of the whole cluster.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads the health of these indices only: a name, or a list with wildcards.
    pub fn index(mut self, index: impl Into<String>) -> Self {
        self.index = Some(index.into());
        self
    }

    /// Sets how much detail to return.
    pub fn level(mut self, level: Level) -> Self {
        self.query.set("level", level.as_str());
        self
    }

    /// Waits until the status is at least this good, at most for the [`timeout`](Self::timeout).
    pub fn wait_for_status(mut self, status: Status) -> Self {
        self.query.set("wait_for_status", status.as_str());
        self
    }

    /// Sets how long the server waits: `30s`. After that,
    /// [`timed_out`](HealthResponse::timed_out) is `true`.
    pub fn timeout(mut self, timeout: impl Into<String>) -> Self {
        self.query.set("timeout", timeout.into());
        self
    }

    wait_for_active_shards!();
    expand_wildcards!();
    cluster_manager_timeout!();
    query_param!();
}

impl Call for Health {
    type Output = HealthResponse;

    fn request(&self) -> Result<Request<Body>, Error> {
        let mut route = Route::get().literal("_cluster/health");
        if let Some(index) = &self.index {
            route = route.index(index);
        }
        route.parameters(&self.query).empty()
    }

    fn decode(&self, response: Response) -> Result<HealthResponse, Error> {
        // If the wait times out, the server sends the health with the status 408.
        if response.status == StatusCode::REQUEST_TIMEOUT
            && let Ok(health) = response.object()
        {
            return Ok(health);
        }
        altered::read(&response.success()?, &self.query)
    }
}

/// The response to [`Health`].
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct HealthResponse {
    /// The cluster's name; on AWS, account id and domain name.
    #[serde(default)]
    pub cluster_name: String,
    /// The worst of its indices' statuses.
    pub status: Status,
    /// Whether the wait timed out.
    #[serde(default)]
    pub timed_out: bool,
    /// How many nodes the cluster has.
    #[serde(default)]
    pub number_of_nodes: u32,
    /// How many nodes hold data.
    #[serde(default)]
    pub number_of_data_nodes: u32,
    /// Primary shards that are in use.
    #[serde(default)]
    pub active_primary_shards: u32,
    /// Shards that are in use.
    #[serde(default)]
    pub active_shards: u32,
    /// Shards that move to a different node.
    #[serde(default)]
    pub relocating_shards: u32,
    /// Shards that start.
    #[serde(default)]
    pub initializing_shards: u32,
    /// Shards that no node holds.
    #[serde(default)]
    pub unassigned_shards: u32,
    /// Changes of the cluster's state that wait in the queue.
    #[serde(default)]
    pub number_of_pending_tasks: u32,
    /// The part of the shards that is in use, in percent.
    #[serde(default, deserialize_with = "float_or_zero")]
    pub active_shards_percent_as_number: f64,
    /// Each index, with [`Level::Indices`] or [`Level::Shards`].
    #[serde(default)]
    pub indices: BTreeMap<String, IndexHealth>,
}

/// The health of an index.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct IndexHealth {
    /// The worst of its shards' statuses.
    pub status: Status,
    /// How many primary shards it has.
    #[serde(default)]
    pub number_of_shards: u32,
    /// How many replicas each primary shard has.
    #[serde(default)]
    pub number_of_replicas: u32,
    /// Primary shards that are in use.
    ///
    /// An index that is being restored is yellow from the beginning: the server counts a primary shard
    /// that waits for its data as yellow.
    #[serde(default)]
    pub active_primary_shards: u32,
    /// Shards that are in use.
    #[serde(default)]
    pub active_shards: u32,
    /// Shards that no node holds.
    #[serde(default)]
    pub unassigned_shards: u32,
    /// Each shard by its number, with [`Level::Shards`].
    #[serde(default)]
    pub shards: BTreeMap<String, ShardHealth>,
}

/// The health of a shard.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct ShardHealth {
    /// The worst of its copies' statuses.
    pub status: Status,
    /// Whether its primary copy is in use.
    #[serde(default)]
    pub primary_active: bool,
    /// Copies that are in use.
    #[serde(default)]
    pub active_shards: u32,
    /// Copies that no node holds.
    #[serde(default)]
    pub unassigned_shards: u32,
}

/// The status of a cluster, an index or a shard, from worst to best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Status {
    /// Primary shards are missing: part of the data cannot be reached.
    Red,
    /// All primary shards are in use; replicas are missing.
    Yellow,
    /// All shards are in use.
    Green,
}

impl Status {
    /// `red`, `yellow` or `green`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Red => "red",
            Self::Yellow => "yellow",
            Self::Green => "green",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// How much detail [`Health`] returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Level {
    /// The cluster as a whole.
    Cluster,
    /// The cluster and each index.
    Indices,
    /// The cluster, each index and each shard.
    Shards,
}

impl Level {
    fn as_str(self) -> &'static str {
        match self {
            Self::Cluster => "cluster",
            Self::Indices => "indices",
            Self::Shards => "shards",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::opensearch::fixtures::{decoded, line};

    #[test]
    fn requests_are_as_the_reference_has_them() {
        for (request, expected) in [
            (line(Health::new()), "GET /_cluster/health"),
            (
                line(
                    Health::new()
                        .index("a,b*")
                        .level(Level::Shards)
                        .wait_for_status(Status::Yellow)
                        .timeout("30s")
                        .query_param("local", "true"),
                ),
                "GET /_cluster/health/a,b*?level=shards&wait_for_status=yellow&timeout=30s&local=true",
            ),
        ] {
            assert_eq!(request, expected);
        }
    }

    #[test]
    fn health_is_read_at_every_level() {
        decoded("health.json", Health::new, |health| {
            assert!(!health.timed_out);
            assert_eq!(health.number_of_nodes, 1);
        });
        decoded("health_indices.json", Health::new, |health| {
            assert!(health.indices["movies"].shards.is_empty());
        });
        decoded("health_shards.json", Health::new, |health| {
            assert!(health.indices["movies"].shards["0"].primary_active);
        });
    }

    #[test]
    fn a_wait_that_timed_out_returns_the_health() {
        decoded("health_timed_out.json", Health::new, |health| {
            assert!(health.timed_out);
            assert!(health.status < Status::Green);
        });
        let response = Response::new(
            StatusCode::REQUEST_TIMEOUT,
            http::HeaderMap::new(),
            "<html></html>",
        );
        assert!(Health::new().decode(response).is_err());
    }

    #[test]
    fn a_status_is_displayed_as_its_color() {
        let colors = [Status::Green, Status::Yellow, Status::Red].map(|it| it.to_string());
        assert_eq!(colors, ["green", "yellow", "red"]);
        assert_eq!(format!("{:>7}", Status::Red), "    red");
    }
}
