//! The cluster: its indices, and the calls about it as a whole.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::error::ApiError;
use super::index::{self, Index};
use super::route::Route;
use super::search::Cursors;
use super::{Call, Reply, read, search, write};

/// All there is.
#[derive(Debug, Default)]
pub(super) struct Cluster {
    pub(super) indices: BTreeMap<String, Index>,
    pub(super) cursors: Cursors,
    /// How many names were made up so far: of indices, documents, cursors.
    names: u64,
}

impl Cluster {
    pub(super) fn run(&mut self, route: Route, call: &Call<'_>) -> Result<Reply, ApiError> {
        match route {
            Route::Info => Ok((200, info())),
            Route::Health { index } => self.health(index.as_deref(), call),
            Route::CreateIndex { index } => index::create(self, &index, &call.json()?),
            Route::DeleteIndex { index } => index::delete(self, &index, call),
            Route::GetIndex { index } => index::get(self, &index, call, Index::describe),
            Route::GetMapping { index } => index::get(
                self,
                &index,
                call,
                |index, _| json!({ "mappings": index.mappings }),
            ),
            Route::PutMapping { index } => index::put_mapping(self, &index, call),
            Route::GetSettings { index } => index::get(
                self,
                &index,
                call,
                |index, name| json!({ "settings": index.settings(name) }),
            ),
            Route::Refresh { index } => {
                let names = self.resolve(&index, call)?;
                let found = || names.iter().filter_map(|name| self.indices.get(name));
                let primaries: u64 = found().map(Index::shards).sum();
                let total = primaries + found().map(Index::unassigned).sum::<u64>();
                let shards = json!({ "total": total, "successful": primaries, "failed": 0 });
                Ok((200, json!({ "_shards": shards })))
            }
            Route::Index { index, id, create } => {
                write::index(self, &index, id.as_deref(), create, call)
            }
            Route::Update { index, id } => write::update(self, &index, &id, call),
            Route::Delete { index, id } => write::delete(self, &index, &id, call),
            Route::Get { index, id } => read::get(self, &index, &id, call),
            Route::GetSource { index, id } => read::source(self, &index, &id, call),
            Route::MultiGet { index } => read::multi_get(self, index.as_deref(), call),
            Route::Bulk { index } => super::bulk::run(self, index.as_deref(), call, &[]),
            Route::Search { index } => search::search(self, index.as_deref(), call),
            Route::Count { index } => search::count(self, index.as_deref(), call),
            Route::OpenPit { index } => search::open_pit(self, &index, call),
            Route::ClosePit { all } => search::close_pit(self, all, call),
            Route::Scroll { id } => search::scroll(self, id, call),
            Route::ClearScroll { id } => search::clear_scroll(self, id, call),
        }
    }

    /// The names an expression of names, commas and `*` stands for.
    pub(super) fn resolve(
        &self,
        expression: &str,
        call: &Call<'_>,
    ) -> Result<Vec<String>, ApiError> {
        let ignore = call.params.flag("ignore_unavailable")?;
        let mut names = Vec::new();
        for part in expression.split(',') {
            let pattern = if part == "_all" || part.is_empty() {
                "*"
            } else {
                part
            };
            if pattern.contains('*') {
                let matching = self
                    .indices
                    .keys()
                    .filter(|name| index::glob(pattern, name));
                names.extend(matching.cloned());
            } else if self.indices.contains_key(pattern) {
                names.push(pattern.to_owned());
            } else {
                index::check_reserved(pattern)?;
                if !ignore {
                    return Err(ApiError::no_index(pattern));
                }
            }
        }
        names.sort();
        names.dedup();
        Ok(names)
    }

    /// The index of that name, created if there is none.
    pub(super) fn index_mut(&mut self, name: &str) -> Result<&mut Index, ApiError> {
        if !self.indices.contains_key(name) {
            index::create(self, name, &Value::Null)?;
        }
        self.indices
            .get_mut(name)
            .ok_or_else(|| ApiError::no_index(name))
    }

    /// A name that was not there before, as long as OpenSearch's.
    pub(super) fn new_name(&mut self) -> String {
        self.names += 1;
        super::super::super::verify::hash(&self.names.to_be_bytes())[..20].to_owned()
    }

    fn health(&self, expression: Option<&str>, call: &Call<'_>) -> Result<Reply, ApiError> {
        let params = &call.params;
        let resolved = self.resolve(expression.unwrap_or("_all"), call);
        let missing = resolved.is_err();
        let names = resolved.unwrap_or_default();
        let found: Vec<(&String, &Index)> = names
            .iter()
            .filter_map(|name| self.indices.get_key_value(name))
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
                let reason =
                    format!("request [/_cluster/health] contains invalid status [{other}]");
                return Err(ApiError::illegal(reason));
            }
        };
        let timed_out = missing || rank(status) < rank(wanted);
        let shards: u64 = found.iter().map(|(_, index)| index.shards()).sum();
        let unassigned: u64 = found.iter().map(|(_, index)| index.unassigned()).sum();
        let all = || self.indices.values();
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
}

/// The `_shards` of an operation over so many shards.
pub(super) fn shards(count: usize) -> Value {
    json!({ "total": count, "successful": count, "skipped": 0, "failed": 0 })
}

fn info() -> Value {
    json!({
        "name": "0123456789abcdef0123456789abcdef",
        "cluster_name": CLUSTER,
        "cluster_uuid": "testing-Domain-in-mem",
        "version": {
            "distribution": "opensearch",
            "number": "2.19.4",
            "build_type": "tar",
            "build_hash": "unknown",
            "build_date": "2025-11-01T00:00:00.000000Z",
            "build_snapshot": false,
            "lucene_version": "9.12.3",
            "minimum_wire_compatibility_version": "7.10.0",
            "minimum_index_compatibility_version": "7.0.0",
        },
        "tagline": "The OpenSearch Project: https://opensearch.org/",
    })
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
const CLUSTER: &str = "123456789012:testing";
