//! Indices: made, described, changed and dropped.

use serde_json::{Map, Value, json};

use super::call::{Call, Reply};
use super::cluster::Cluster;
use super::error::ApiError;
use super::index::Index;
use super::mapping;

pub(super) fn create(
    cluster: &mut Cluster,
    name: &str,
    call: &Call<'_>,
) -> Result<Reply, ApiError> {
    cluster.create_index(name, &call.json()?)?;
    Ok((
        200,
        json!({ "acknowledged": true, "shards_acknowledged": true, "index": name }),
    ))
}

pub(super) fn delete(
    cluster: &mut Cluster,
    name: &str,
    call: &Call<'_>,
) -> Result<Reply, ApiError> {
    for name in cluster.resolve(name, call)? {
        cluster.indices.remove(&name);
    }
    Ok((200, json!({ "acknowledged": true })))
}

/// An object with what `describe` tells of each index.
pub(super) fn get(
    cluster: &Cluster,
    name: &str,
    call: &Call<'_>,
    describe: impl Fn(&Index, &str) -> Value,
) -> Result<Reply, ApiError> {
    let names = cluster.resolve(name, call)?;
    let found = names
        .iter()
        .filter_map(|name| cluster.indices.get_key_value(name));
    let all: Map<String, Value> = found
        .map(|(name, index)| (name.clone(), describe(index, name)))
        .collect();
    Ok((200, Value::Object(all)))
}

pub(super) fn put_mapping(
    cluster: &mut Cluster,
    name: &str,
    call: &Call<'_>,
) -> Result<Reply, ApiError> {
    let given = mapping::given(&call.json()?)?;
    for name in cluster.resolve(name, call)? {
        if let Some(index) = cluster.indices.get_mut(&name) {
            mapping::merge(&mut index.mappings, &given)?;
        }
    }
    Ok((200, json!({ "acknowledged": true })))
}

pub(super) fn refresh(cluster: &Cluster, name: &str, call: &Call<'_>) -> Result<Reply, ApiError> {
    let names = cluster.resolve(name, call)?;
    let found = || names.iter().filter_map(|name| cluster.indices.get(name));
    let primaries: u64 = found().map(Index::shards).sum();
    let total = primaries + found().map(Index::unassigned).sum::<u64>();
    let shards = json!({ "total": total, "successful": primaries, "failed": 0 });
    Ok((200, json!({ "_shards": shards })))
}
