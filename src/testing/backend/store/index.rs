//! An index: its documents, and which of them searches can see.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde_json::{Map, Value, json};

use super::document::{Conditions, Document, Stamp};
use super::error::ApiError;
use super::json::members;
use super::mapping;
use super::name::check_alias;
use super::settings::Settings;

/// An index with all of its shards on one node.
#[derive(Debug)]
pub(super) struct Index {
    pub(super) uuid: String,
    pub(super) mappings: Value,
    pub(super) settings: Settings,
    pub(super) aliases: BTreeSet<String>,
    documents: BTreeMap<String, Arc<Document>>,
    /// The versions of deletions.
    deleted: BTreeMap<String, i64>,
    next_seq_no: u64,
    /// The documents as they were at the last refresh.
    searchable: BTreeMap<String, Arc<Document>>,
    /// The ids written since the last refresh, and when the first of them was written.
    pending: BTreeSet<String>,
    pending_since: Option<SystemTime>,
}

impl Index {
    /// A new index, as the body of `PUT /{index}` describes it.
    pub(super) fn new(uuid: String, body: &Value) -> Result<Self, ApiError> {
        Ok(Self {
            uuid,
            mappings: mapping::parse(&body["mappings"])?,
            settings: Settings::read(&body["settings"])?,
            aliases: aliases(&body["aliases"])?,
            documents: BTreeMap::new(),
            deleted: BTreeMap::new(),
            next_seq_no: 0,
            searchable: BTreeMap::new(),
            pending: BTreeSet::new(),
            pending_since: None,
        })
    }

    /// The document of that id, written or not yet refreshed.
    pub(super) fn document(&self, id: &str) -> Option<&Arc<Document>> {
        self.documents.get(id)
    }

    /// The document of that id as searches see it.
    pub(super) fn searchable_document(&self, id: &str) -> Option<&Arc<Document>> {
        self.searchable.get(id)
    }

    /// All documents that searches see.
    pub(super) fn searchable(&self) -> impl Iterator<Item = (&String, &Arc<Document>)> {
        self.searchable.iter()
    }

    /// Stores a document, or deletes it if there is no source. Says whether it existed.
    pub(super) fn write(
        &mut self,
        id: &str,
        source: Option<Value>,
        conditions: &Conditions,
        now: SystemTime,
    ) -> (Stamp, bool) {
        let known = self.documents.get(id).map(|known| known.version);
        let current = known.or_else(|| self.deleted.get(id).copied());
        let stamp = Stamp {
            version: conditions.next_version(current),
            seq_no: self.next_seq_no,
        };
        self.next_seq_no += 1;
        match source {
            Some(source) => {
                self.deleted.remove(id);
                let document = Document {
                    source,
                    version: stamp.version,
                    seq_no: stamp.seq_no,
                    routing: conditions.routing.clone(),
                };
                self.documents.insert(id.to_owned(), Arc::new(document));
            }
            None => {
                self.documents.remove(id);
                self.deleted.insert(id.to_owned(), stamp.version);
            }
        }
        self.pending.insert(id.to_owned());
        self.pending_since.get_or_insert(now);
        (stamp, known.is_some())
    }

    /// Why the conditions forbid to write a document, if they do.
    pub(super) fn conflict(&self, id: &str, conditions: &Conditions) -> Option<String> {
        let known = self.documents.get(id).map(|known| &**known);
        conditions.conflict(known, self.deleted.get(id).copied())
    }

    /// Makes all writes visible to searches.
    pub(super) fn refresh(&mut self) {
        for id in std::mem::take(&mut self.pending) {
            self.make_visible(id);
        }
        self.pending_since = None;
    }

    /// Refreshes the shards of these documents, after a write that asked for it.
    ///
    /// The store does not assign documents to shards. With several shards, it shows only these
    /// documents: OpenSearch may show more, and never less.
    pub(super) fn refresh_shards_of(&mut self, ids: &[String]) {
        if self.settings.shards == 1 {
            return self.refresh();
        }
        for id in ids {
            if self.pending.remove(id) {
                self.make_visible(id.clone());
            }
        }
    }

    /// Refreshes if the first of the pending writes is older than the refresh interval.
    pub(super) fn tick(&mut self, now: SystemTime, interval: Duration) {
        let age = self.pending_since.map(|since| now.duration_since(since));
        if let Some(Ok(age)) = age
            && age >= interval
        {
            self.refresh();
        }
    }

    /// The response to `GET /{index}`.
    pub(super) fn describe(&self, name: &str) -> Value {
        let aliases = self.aliases.iter().map(|alias| (alias.clone(), json!({})));
        json!({
            "aliases": aliases.collect::<Map<_, _>>(),
            "mappings": self.mappings,
            "settings": self.describe_settings(name),
        })
    }

    pub(super) fn describe_settings(&self, name: &str) -> Value {
        let mut settings = self.settings.to_json();
        settings.insert("replication".to_owned(), json!({ "type": "DOCUMENT" }));
        settings.insert("provided_name".to_owned(), json!(name));
        settings.insert("uuid".to_owned(), json!(self.uuid));
        settings.insert("creation_date".to_owned(), json!("1440938160000"));
        settings.insert("version".to_owned(), json!({ "created": "136408227" }));
        json!({ "index": settings })
    }

    /// Replicas, none of which can be assigned in a cluster of one node.
    pub(super) fn unassigned_shards(&self) -> u64 {
        self.settings.shards.saturating_mul(self.settings.replicas)
    }

    fn make_visible(&mut self, id: String) {
        match self.documents.get(&id) {
            Some(document) => {
                self.searchable.insert(id, Arc::clone(document));
            }
            None => {
                self.searchable.remove(&id);
            }
        }
    }
}

/// Reads the `aliases` of a body. An alias has no settings of its own here.
fn aliases(given: &Value) -> Result<BTreeSet<String>, ApiError> {
    let given = match given {
        Value::Null => return Ok(BTreeSet::new()),
        Value::Object(given) => given,
        other => return Err(ApiError::unsupported(other, "as aliases of an index")),
    };
    let mut aliases = BTreeSet::new();
    for (name, settings) in given {
        check_alias(name)?;
        members(settings, "", &format!("in the alias `{name}`"))?;
        aliases.insert(name.clone());
    }
    Ok(aliases)
}
