//! Indices: made, described and dropped.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::cluster::Cluster;
use super::error::ApiError;
use super::{Call, Reply, mapping};

/// An index of one copy.
#[derive(Debug)]
pub(super) struct Index {
    pub(super) uuid: String,
    pub(super) mappings: Value,
    pub(super) documents: BTreeMap<String, Arc<Document>>,
    /// The versions of documents that are gone.
    pub(super) deleted: BTreeMap<String, u64>,
    pub(super) next_seq_no: u64,
    aliases: Value,
    settings: Map<String, Value>,
}

/// A document as it stands.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) source: Value,
    pub(super) version: u64,
    pub(super) seq_no: u64,
    pub(super) routing: Option<String>,
}

impl Index {
    /// The answer to `GET /{index}`.
    pub(super) fn describe(&self, name: &str) -> Value {
        json!({
            "aliases": self.aliases,
            "mappings": self.mappings,
            "settings": self.settings(name),
        })
    }

    pub(super) fn settings(&self, name: &str) -> Value {
        let mut settings = self.settings.clone();
        settings.insert("replication".to_owned(), json!({ "type": "DOCUMENT" }));
        settings.insert("provided_name".to_owned(), json!(name));
        settings.insert("uuid".to_owned(), json!(self.uuid));
        settings.insert("creation_date".to_owned(), json!("1440938160000"));
        settings.insert("version".to_owned(), json!({ "created": "136408227" }));
        json!({ "index": settings })
    }

    pub(super) fn shards(&self) -> u64 {
        self.setting("number_of_shards")
    }

    /// Replicas have nowhere to go in a cluster of one node.
    pub(super) fn unassigned(&self) -> u64 {
        self.shards() * self.setting("number_of_replicas")
    }

    pub(super) fn health(&self) -> &'static str {
        if self.unassigned() == 0 {
            "green"
        } else {
            "yellow"
        }
    }

    pub(super) fn health_json(&self, with_shards: bool) -> Value {
        let shards = self.shards();
        let mut health = json!({
            "status": self.health(),
            "number_of_shards": shards,
            "number_of_replicas": self.setting("number_of_replicas"),
            "active_primary_shards": shards,
            "active_shards": shards,
            "relocating_shards": 0,
            "initializing_shards": 0,
            "unassigned_shards": self.unassigned(),
        });
        if with_shards {
            let shard = json!({
                "status": self.health(),
                "primary_active": true,
                "active_shards": 1,
                "relocating_shards": 0,
                "initializing_shards": 0,
                "unassigned_shards": self.setting("number_of_replicas"),
            });
            let all = (0..shards).map(|number| (number.to_string(), shard.clone()));
            health["shards"] = Value::Object(all.collect());
        }
        health
    }

    fn setting(&self, name: &str) -> u64 {
        let value = self.settings.get(name).and_then(Value::as_str);
        value.and_then(|value| value.parse().ok()).unwrap_or(1)
    }
}

pub(super) fn create(cluster: &mut Cluster, name: &str, body: &Value) -> Result<Reply, ApiError> {
    check_name(name)?;
    if let Some(index) = cluster.indices.get(name) {
        let reason = format!("index [{name}/{}] already exists", index.uuid);
        return Err(
            ApiError::new(400, "resource_already_exists_exception", reason)
                .about(name, &index.uuid),
        );
    }
    if let Some(key) = unknown_key(body, &["settings", "mappings", "aliases"]) {
        return Err(ApiError::new(
            400,
            "parse_exception",
            format!("unknown key [{key}] for create index"),
        ));
    }
    let mut settings = Map::new();
    settings.insert("number_of_shards".to_owned(), json!("1"));
    settings.insert("number_of_replicas".to_owned(), json!("1"));
    flatten(&body["settings"], &mut settings);
    let index = Index {
        uuid: cluster.new_name(),
        mappings: mapping::given(&body["mappings"])?,
        documents: BTreeMap::new(),
        deleted: BTreeMap::new(),
        next_seq_no: 0,
        aliases: body.get("aliases").cloned().unwrap_or_else(|| json!({})),
        settings,
    };
    cluster.indices.insert(name.to_owned(), index);
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

/// Whether `name` fits a pattern with `*`.
pub(super) fn glob(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((start, rest)) => name.strip_prefix(start).is_some_and(|end| {
            let cuts = (0..=end.len()).filter(|at| end.is_char_boundary(*at));
            cuts.into_iter().any(|at| glob(rest, &end[at..]))
        }),
    }
}

/// Refuses a name that no index can have, and that is no pattern.
pub(super) fn check_reserved(name: &str) -> Result<(), ApiError> {
    if name.starts_with('_') {
        return Err(bad_name(name, "must not start with '_'."));
    }
    Ok(())
}

fn check_name(name: &str) -> Result<(), ApiError> {
    check_reserved(name)?;
    let problem = if name.chars().any(|c| "\\/*?\"<>| ,".contains(c)) {
        "must not contain the following characters [ , \", *, \\, <, |, ,, >, /, ?]"
    } else if name.contains('#') {
        "must not contain '#'"
    } else if name.contains(':') {
        "must not contain ':'"
    } else if name.starts_with(['-', '+']) {
        "must not start with '_', '-', or '+'"
    } else if name != name.to_lowercase() {
        "must be lowercase"
    } else if name == "." || name == ".." {
        "must not be '.' or '..'"
    } else if name.len() > 255 {
        "index name is too long"
    } else {
        return Ok(());
    };
    Err(bad_name(name, problem))
}

fn bad_name(name: &str, problem: &str) -> ApiError {
    let reason = format!("Invalid index name [{name}], {problem}");
    ApiError::new(400, "invalid_index_name_exception", reason).about(name, "_na_")
}

/// Settings come nested, dotted and with or without `index` before them.
fn flatten(given: &Value, into: &mut Map<String, Value>) {
    for (name, value) in given.as_object().into_iter().flatten() {
        if name == "index" && value.is_object() {
            flatten(value, into);
            continue;
        }
        let name = name.strip_prefix("index.").unwrap_or(name);
        let value = match value {
            Value::Number(_) | Value::Bool(_) => json!(value.to_string()),
            other => other.clone(),
        };
        into.insert(name.to_owned(), value);
    }
}

fn unknown_key<'a>(body: &'a Value, known: &[&str]) -> Option<&'a str> {
    let mut keys = body.as_object()?.keys().map(String::as_str);
    keys.find(|key| !known.contains(key))
}
