//! Points in time.

use serde_json::{Value, json};

use super::super::call::{Call, Reply};
use super::super::cluster::{Cluster, shards};
use super::super::cursors::{Expiry, check_id};
use super::super::error::ApiError;
use super::super::expression::resolve;
use super::scroll::{ids, keep_alive};

pub(in super::super) fn open_pit(
    cluster: &mut Cluster,
    index: &str,
    call: &Call<'_>,
) -> Result<Reply, ApiError> {
    let Some(time) = keep_alive(call.params.get("keep_alive"), "keep_alive")? else {
        return Err(ApiError::validation("keep alive not specified"));
    };
    let snapshot = cluster.snapshot(&resolve(cluster, index, call)?);
    let id = cluster.new_name();
    let body = json!({
        "pit_id": id,
        "_shards": shards(snapshot.shards()),
        "creation_time": 1_440_938_160_000_u64,
    });
    let until = Expiry::after(call.now, time);
    cluster.cursors.open_pit(id, snapshot, until);
    Ok((200, body))
}

pub(in super::super) fn close_pit(
    cluster: &mut Cluster,
    all: bool,
    call: &Call<'_>,
) -> Result<Reply, ApiError> {
    let ids = if all {
        cluster.cursors.pit_ids()
    } else {
        ids(&call.object()?["pit_id"], "pit_id")?
    };
    if ids.is_empty() && !all {
        return Err(ApiError::validation("no pit ids specified"));
    }
    ids.iter().try_for_each(|id| check_id(id))?;
    let closed: Vec<Value> = ids
        .iter()
        .map(|id| json!({ "pit_id": id, "successful": cluster.cursors.close_pit(id) }))
        .collect();
    let status = if closed.iter().all(|pit| pit["successful"] == true) {
        200
    } else {
        404
    };
    Ok((status, json!({ "pits": closed })))
}
