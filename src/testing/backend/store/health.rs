//! `GET /_cluster/health`.

use serde_json::{Map, Value, json};

use super::call::{Call, Reply};
use super::cluster::Cluster;
use super::error::ApiError;
use super::expression::resolve;
use super::index::Index;
use super::info::CLUSTER;

pub(super) fn health(
    cluster: &Cluster,
    expression: Option<&str>,
    call: &Call<'_>,
) -> Result<Reply, ApiError> {
    let level = call.params.get("level").unwrap_or("cluster");
    if !["cluster", "indices", "shards"].contains(&level) {
        return Err(ApiError::unsupported(
            format_args!("level={level}"),
            format_args!("as a parameter of {}", call.endpoint.name),
        ));
    }
    let wanted = wanted_status(call)?;
    let (names, is_missing) = match resolve(cluster, expression.unwrap_or("_all"), call) {
        Ok(names) => (names, false),
        Err(error) if error.status() == 404 => (Vec::new(), true),
        Err(error) => return Err(error),
    };
    let found: Vec<(&String, &Index)> = names
        .iter()
        .filter_map(|name| cluster.indices.get_key_value(name))
        .collect();
    let status = if is_missing {
        "red"
    } else {
        worst(found.iter().map(|(_, index)| status(index)))
    };
    // Nothing can change while OpenSearch would wait, so the store responds at once.
    let timed_out = is_missing || rank(status) < rank(wanted);
    let primaries: u64 = found.iter().map(|(_, index)| index.settings.shards).sum();
    let unassigned = found.iter().map(|(_, index)| index.unassigned_shards());
    let mut body = json!({
        "cluster_name": CLUSTER,
        "status": status,
        "timed_out": timed_out,
        "number_of_nodes": 1,
        "number_of_data_nodes": 1,
        "discovered_master": true,
        "discovered_cluster_manager": true,
        "active_primary_shards": primaries,
        "active_shards": primaries,
        "relocating_shards": 0,
        "initializing_shards": 0,
        "unassigned_shards": unassigned.sum::<u64>(),
        "delayed_unassigned_shards": 0,
        "number_of_pending_tasks": 0,
        "number_of_in_flight_fetch": 0,
        "task_max_waiting_in_queue_millis": 0,
        "active_shards_percent_as_number": percent_active(cluster),
    });
    if level != "cluster" {
        let indices: Map<String, Value> = found
            .iter()
            .map(|(name, index)| ((*name).clone(), of_index(index, level == "shards")))
            .collect();
        body["indices"] = Value::Object(indices);
    }
    Ok((if timed_out { 408 } else { 200 }, body))
}

fn wanted_status(call: &Call<'_>) -> Result<&'static str, ApiError> {
    let Some(wanted) = call.params.get("wait_for_status") else {
        return Ok("red");
    };
    let known = STATUSES.into_iter();
    let mut known = known.filter(|status| *status == wanted.to_lowercase());
    known.next().ok_or_else(|| {
        let name = wanted.to_uppercase();
        ApiError::illegal_argument(format!(
            "No enum constant org.opensearch.cluster.health.ClusterHealthStatus.{name}"
        ))
    })
}

fn of_index(index: &Index, with_shards: bool) -> Value {
    let (shards, replicas) = (index.settings.shards, index.settings.replicas);
    let mut health = json!({
        "status": status(index),
        "number_of_shards": shards,
        "number_of_replicas": replicas,
        "active_primary_shards": shards,
        "active_shards": shards,
        "relocating_shards": 0,
        "initializing_shards": 0,
        "unassigned_shards": index.unassigned_shards(),
    });
    if with_shards {
        let shard = json!({
            "status": status(index),
            "primary_active": true,
            "active_shards": 1,
            "relocating_shards": 0,
            "initializing_shards": 0,
            "unassigned_shards": replicas,
        });
        let all = (0..shards).map(|number| (number.to_string(), shard.clone()));
        health["shards"] = Value::Object(all.collect());
    }
    health
}

fn percent_active(cluster: &Cluster) -> f64 {
    let indices = || cluster.indices.values();
    let active: u64 = indices().map(|index| index.settings.shards).sum();
    let unassigned: u64 = indices().map(Index::unassigned_shards).sum();
    if active + unassigned == 0 {
        return 100.0;
    }
    #[expect(clippy::cast_precision_loss, reason = "a percentage of few shards")]
    let percent = active as f64 / (active + unassigned) as f64 * 100.0;
    percent
}

fn status(index: &Index) -> &'static str {
    if index.unassigned_shards() == 0 {
        "green"
    } else {
        "yellow"
    }
}

fn worst<'a>(statuses: impl Iterator<Item = &'a str>) -> &'a str {
    statuses
        .min_by_key(|status| rank(status))
        .unwrap_or("green")
}

fn rank(status: &str) -> usize {
    STATUSES
        .iter()
        .position(|known| *known == status)
        .unwrap_or(0)
}

const STATUSES: [&str; 3] = ["red", "yellow", "green"];
