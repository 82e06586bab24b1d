//! Indices: made, described and dropped.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::error::ApiError;
use super::mapping;

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
    /// A new index, as the body of `PUT /{index}` describes it.
    pub(super) fn new(uuid: String, body: &Value) -> Result<Self, ApiError> {
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
        Ok(Self {
            uuid,
            mappings: mapping::given(&body["mappings"])?,
            documents: BTreeMap::new(),
            deleted: BTreeMap::new(),
            next_seq_no: 0,
            aliases: body.get("aliases").cloned().unwrap_or_else(|| json!({})),
            settings,
        })
    }

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
