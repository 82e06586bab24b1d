//! Indices: created, described, changed and deleted.

use serde_json::{Map, Value, json};

use super::call::{Call, Reply};
use super::cluster::Cluster;
use super::error::ApiError;
use super::expression::{resolve, resolve_without_aliases};
use super::index::Index;
use super::mapping;

pub(super) fn create(
    cluster: &mut Cluster,
    name: &str,
    call: &Call<'_>,
) -> Result<Reply, ApiError> {
    cluster.create_index(name, &call.object()?)?;
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
    for name in resolve_without_aliases(cluster, name, call)? {
        cluster.indices.remove(&name);
    }
    Ok((200, json!({ "acknowledged": true })))
}

/// An object with the description of each index.
pub(super) fn get(
    cluster: &Cluster,
    name: &str,
    call: &Call<'_>,
    describe: impl Fn(&Index, &str) -> Value,
) -> Result<Reply, ApiError> {
    let names = resolve(cluster, name, call)?;
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
    if call.is_empty() {
        return Err(ApiError::body_required());
    }
    let more = mapping::parse(&call.object()?)?;
    let mut merged = Vec::new();
    for name in resolve(cluster, name, call)? {
        if let Some(index) = cluster.indices.get(&name) {
            let mut mappings = index.mappings.clone();
            mapping::merge(&mut mappings, &more)?;
            merged.push((name, mappings));
        }
    }
    for (name, mappings) in merged {
        if let Some(index) = cluster.indices.get_mut(&name) {
            index.mappings = mappings;
        }
    }
    Ok((200, json!({ "acknowledged": true })))
}

pub(super) fn refresh(
    cluster: &mut Cluster,
    name: &str,
    call: &Call<'_>,
) -> Result<Reply, ApiError> {
    let (mut successful, mut total) = (0, 0);
    for name in resolve(cluster, name, call)? {
        if let Some(index) = cluster.indices.get_mut(&name) {
            index.refresh();
            successful += index.settings.shards;
            total += index.settings.shards + index.unassigned_shards();
        }
    }
    let shards = json!({ "total": total, "successful": successful, "failed": 0 });
    Ok((200, json!({ "_shards": shards })))
}
