//! Searches that go on: scrolls and points in time.

use serde_json::{Value, json};

use super::super::call::{Call, Reply};
use super::super::cluster::{Cluster, shards};
use super::super::cursors::missing;
use super::super::error::ApiError;
use super::super::scalar::text;

pub(in super::super) fn open_pit(
    cluster: &mut Cluster,
    index: &str,
    call: &Call<'_>,
) -> Result<Reply, ApiError> {
    if call.params.get("keep_alive").is_none() {
        return Err(ApiError::validation("keep alive not specified"));
    }
    let names = cluster.resolve(index, call)?;
    let snapshot = cluster.snapshot(&names);
    let id = cluster.new_name();
    cluster.cursors.pits.insert(id.clone(), snapshot);
    let body = json!({
        "pit_id": id,
        "_shards": shards(names.len()),
        "creation_time": 1_440_938_160_000_u64,
    });
    Ok((200, body))
}

pub(in super::super) fn close_pit(
    cluster: &mut Cluster,
    all: bool,
    call: &Call<'_>,
) -> Result<Reply, ApiError> {
    let pits = &mut cluster.cursors.pits;
    let ids = if all {
        pits.keys().cloned().collect()
    } else {
        ids(&call.json()?["pit_id"])
    };
    let closed: Vec<Value> = ids
        .iter()
        .map(|id| json!({ "pit_id": id, "successful": pits.remove(id).is_some() }))
        .collect();
    let status = if closed.iter().all(|pit| pit["successful"] == true) {
        200
    } else {
        404
    };
    Ok((status, json!({ "pits": closed })))
}

pub(in super::super) fn scroll(
    cluster: &mut Cluster,
    id: Option<String>,
    call: &Call<'_>,
) -> Result<Reply, ApiError> {
    let body = call.json()?;
    let given = body["scroll_id"]
        .as_str()
        .or_else(|| call.params.get("scroll_id"));
    let Some(id) = id.or_else(|| given.map(str::to_owned)) else {
        return Err(ApiError::validation("scrollId is missing"));
    };
    let scroll = cluster
        .cursors
        .scrolls
        .get_mut(&id)
        .ok_or_else(|| missing(&id))?;
    let page: Vec<Value> = scroll
        .rest
        .drain(..scroll.size.min(scroll.rest.len()))
        .collect();
    let mut hits = scroll.first.clone();
    hits["hits"] = Value::Array(page);
    let answer = json!({
        "_scroll_id": id,
        "took": 1,
        "timed_out": false,
        "_shards": shards(1),
        "hits": hits,
    });
    Ok((200, answer))
}

pub(in super::super) fn clear_scroll(
    cluster: &mut Cluster,
    id: Option<String>,
    call: &Call<'_>,
) -> Result<Reply, ApiError> {
    let scrolls = &mut cluster.cursors.scrolls;
    let before = scrolls.len();
    let wanted = match id {
        Some(id) => id.split(',').map(str::to_owned).collect(),
        None => ids(&call.json()?["scroll_id"]),
    };
    if wanted == ["_all"] {
        scrolls.clear();
    }
    for id in &wanted {
        scrolls.remove(id);
    }
    let freed = before - scrolls.len();
    let status = if freed > 0 || wanted == ["_all"] {
        200
    } else {
        404
    };
    Ok((status, json!({ "succeeded": true, "num_freed": freed })))
}

/// One id, or a list of them.
fn ids(value: &Value) -> Vec<String> {
    match value {
        Value::Array(ids) => ids.iter().map(text).collect(),
        Value::Null => Vec::new(),
        one => vec![text(one)],
    }
}
