//! Documents, by id.

use serde_json::{Map, Value, json};

use super::cluster::Cluster;
use super::error::ApiError;
use super::index::{Document, glob};
use super::terms::PRIMARY_TERM;
use super::{Call, Reply};

pub(super) fn get(
    cluster: &Cluster,
    name: &str,
    id: &str,
    call: &Call<'_>,
) -> Result<Reply, ApiError> {
    let found = find(cluster, name, id)?;
    let filter = SourceFilter::of_params(call)?;
    let status = if found.is_some() { 200 } else { 404 };
    Ok((status, describe(name, id, found, &filter)))
}

pub(super) fn source(
    cluster: &Cluster,
    name: &str,
    id: &str,
    call: &Call<'_>,
) -> Result<Reply, ApiError> {
    let filter = SourceFilter::of_params(call)?;
    let found = find(cluster, name, id)?.and_then(|found| filter.apply(&found.source));
    found.map(|source| (200, source)).ok_or_else(|| {
        let reason = format!("Document not found [{name}]/[{id}]");
        ApiError::new(404, "resource_not_found_exception", reason)
    })
}

pub(super) fn multi_get(
    cluster: &Cluster,
    index: Option<&str>,
    call: &Call<'_>,
) -> Result<Reply, ApiError> {
    let body = call.json()?;
    let ids = body["ids"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|id| json!({ "_id": id }));
    let wanted: Vec<Value> = body["docs"]
        .as_array()
        .into_iter()
        .flatten()
        .cloned()
        .chain(ids)
        .collect();
    if wanted.is_empty() {
        return Err(ApiError::validation("no documents to get"));
    }
    let docs: Vec<Value> = wanted
        .iter()
        .map(|wanted| {
            let name = wanted["_index"].as_str().or(index).unwrap_or_default();
            let id = text(&wanted["_id"]);
            match find(cluster, name, &id) {
                Ok(found) => describe(name, &id, found, &SourceFilter::of_body(&wanted["_source"])),
                Err(error) => json!({ "_index": name, "_id": id, "error": error.object() }),
            }
        })
        .collect();
    Ok((200, json!({ "docs": docs })))
}

/// Which parts of a source are asked for.
#[derive(Debug, Clone, Default)]
pub(super) struct SourceFilter {
    none: bool,
    includes: Vec<String>,
    excludes: Vec<String>,
}

impl SourceFilter {
    pub(super) fn of_params(call: &Call<'_>) -> Result<Self, ApiError> {
        let list = |name| {
            let names = call.params.get(name).unwrap_or_default().split(',');
            names
                .filter(|name| !name.is_empty())
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        let mut filter = Self {
            none: false,
            includes: [list("_source_includes"), list("_source_include")].concat(),
            excludes: [list("_source_excludes"), list("_source_exclude")].concat(),
        };
        match call.params.get("_source") {
            None | Some("true" | "") => {}
            Some("false") => filter.none = true,
            Some(_) => filter.includes.extend(list("_source")),
        }
        Ok(filter)
    }

    pub(super) fn of_body(value: &Value) -> Self {
        let list = |value: &Value| match value {
            Value::String(name) => vec![name.clone()],
            Value::Array(names) => names.iter().map(text).collect(),
            _ => Vec::new(),
        };
        match value {
            Value::Object(_) => Self {
                none: false,
                includes: [list(&value["includes"]), list(&value["include"])].concat(),
                excludes: [list(&value["excludes"]), list(&value["exclude"])].concat(),
            },
            other => Self {
                none: *other == false,
                includes: list(other),
                excludes: Vec::new(),
            },
        }
    }

    pub(super) fn apply(&self, source: &Value) -> Option<Value> {
        if self.none {
            return None;
        }
        if self.includes.is_empty() && self.excludes.is_empty() {
            return Some(source.clone());
        }
        Some(self.prune(source, ""))
    }

    fn prune(&self, value: &Value, path: &str) -> Value {
        let Value::Object(fields) = value else {
            return value.clone();
        };
        let mut kept = Map::new();
        for (name, value) in fields {
            let path = format!("{path}{name}");
            if self.excludes.iter().any(|pattern| covers(pattern, &path)) {
                continue;
            }
            let included = self.includes.is_empty()
                || self.includes.iter().any(|pattern| covers(pattern, &path));
            if included || value.is_object() {
                let inner = self.prune(value, &format!("{path}."));
                if included || inner.as_object().is_some_and(|inner| !inner.is_empty()) {
                    kept.insert(name.clone(), inner);
                }
            }
        }
        Value::Object(kept)
    }
}

/// A JSON scalar as a parameter would spell it.
pub(super) fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn find<'a>(cluster: &'a Cluster, name: &str, id: &str) -> Result<Option<&'a Document>, ApiError> {
    let index = cluster
        .indices
        .get(name)
        .ok_or_else(|| ApiError::no_index_of_document(name))?;
    Ok(index.documents.get(id).map(|document| &**document))
}

fn describe(name: &str, id: &str, found: Option<&Document>, filter: &SourceFilter) -> Value {
    let Some(document) = found else {
        return json!({ "_index": name, "_id": id, "found": false });
    };
    let mut body = json!({
        "_index": name,
        "_id": id,
        "_version": document.version,
        "_seq_no": document.seq_no,
        "_primary_term": PRIMARY_TERM,
        "found": true,
    });
    if let Some(routing) = &document.routing {
        body["_routing"] = json!(routing);
    }
    if let Some(source) = filter.apply(&document.source) {
        body["_source"] = source;
    }
    body
}

/// Whether a pattern names a field, or an object above it.
fn covers(pattern: &str, path: &str) -> bool {
    glob(pattern, path)
        || path
            .strip_prefix(pattern)
            .is_some_and(|rest| rest.starts_with('.'))
}
