//! `GET /_cluster/health`.

use serde_json::{Map, Value, json};

use super::call::{Call, Reply};
use super::cluster::Cluster;
use super::error::ApiError;
use super::index::Index;
use super::info::CLUSTER;

pub(super) fn health(
    cluster: &Cluster,
    expression: Option<&str>,
    call: &Call<'_>,
) -> Result<Reply, ApiError> {
    let params = &call.params;
    let resolved = cluster.resolve(expression.unwrap_or("_all"), call);
    let missing = resolved.is_err();
    let names = resolved.unwrap_or_default();
    let found: Vec<(&String, &Index)> = names
        .iter()
        .filter_map(|name| cluster.indices.get_key_value(name))
        .collect();
    let status = if missing {
        "red"
    } else {
        worst(found.iter().map(|(_, index)| index.health()))
    };
    let wanted = match params.get("wait_for_status") {
        None => "red",
        Some(wanted) if STATUSES.contains(&wanted) => wanted,
        Some(other) => {
            let reason = format!("request [/_cluster/health] contains invalid status [{other}]");
            return Err(ApiError::illegal(reason));
        }
    };
    let timed_out = missing || rank(status) < rank(wanted);
    let shards: u64 = found.iter().map(|(_, index)| index.shards()).sum();
    let unassigned: u64 = found.iter().map(|(_, index)| index.unassigned()).sum();
    let all = || cluster.indices.values();
    let total: u64 = all().map(|index| index.shards() + index.unassigned()).sum();
    let active: u64 = all().map(Index::shards).sum();
    #[expect(clippy::cast_precision_loss, reason = "a percentage of few shards")]
    let percent = if total == 0 {
        100.0
    } else {
        active as f64 / total as f64 * 100.0
    };
    let mut body = json!({
        "cluster_name": CLUSTER,
        "status": status,
        "timed_out": timed_out,
        "number_of_nodes": 1,
        "number_of_data_nodes": 1,
        "discovered_master": true,
        "discovered_cluster_manager": true,
        "active_primary_shards": shards,
        "active_shards": shards,
        "relocating_shards": 0,
        "initializing_shards": 0,
        "unassigned_shards": unassigned,
        "delayed_unassigned_shards": 0,
        "number_of_pending_tasks": 0,
        "number_of_in_flight_fetch": 0,
        "task_max_waiting_in_queue_millis": 0,
        "active_shards_percent_as_number": percent,
    });
    let level = params.get("level").unwrap_or("cluster");
    if level != "cluster" {
        let indices: Map<String, Value> = found
            .iter()
            .map(|(name, index)| ((*name).clone(), index.health_json(level == "shards")))
            .collect();
        body["indices"] = Value::Object(indices);
    }
    Ok((if timed_out { 408 } else { 200 }, body))
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
