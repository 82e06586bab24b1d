//! Documents: indexed, created, updated, deleted.

use std::sync::Arc;

use serde_json::{Value, json};

use super::call::{Call, Reply};
use super::cluster::Cluster;
use super::error::ApiError;
use super::index::Document;
use super::mapping;
use super::params::Params;
use super::terms::{PRIMARY_TERM, Terms};

pub(super) fn index(
    cluster: &mut Cluster,
    name: &str,
    id: Option<&str>,
    create: bool,
    call: &Call<'_>,
) -> Result<Reply, ApiError> {
    let terms = Terms::read(&call.params, create)?;
    let source = match call.json() {
        Ok(Value::Null) => {
            return Err(ApiError::new(
                400,
                "parse_exception",
                "request body is required",
            ));
        }
        Ok(source) => source,
        Err(cause) => return Err(malformed(&cause)),
    };
    Ok(finish(
        put(cluster, name, id, source, &terms)?,
        &call.params,
    ))
}

pub(super) fn update(
    cluster: &mut Cluster,
    name: &str,
    id: &str,
    call: &Call<'_>,
) -> Result<Reply, ApiError> {
    let terms = Terms::read(&call.params, false)?;
    Ok(finish(
        change(cluster, name, id, &call.json()?, &terms)?,
        &call.params,
    ))
}

pub(super) fn delete(
    cluster: &mut Cluster,
    name: &str,
    id: &str,
    call: &Call<'_>,
) -> Result<Reply, ApiError> {
    let terms = Terms::read(&call.params, false)?;
    Ok(finish(remove(cluster, name, id, &terms)?, &call.params))
}

/// Stores a document; under a name of our own if it has no id.
pub(super) fn put(
    cluster: &mut Cluster,
    name: &str,
    id: Option<&str>,
    source: Value,
    terms: &Terms,
) -> Result<Reply, ApiError> {
    let id = match id {
        Some(id) => id.to_owned(),
        None => cluster.new_name(),
    };
    if id.len() > 512 {
        let problem = "is too long, must be no longer than 512 bytes but was";
        return Err(ApiError::validation(&format!(
            "id [{id}] {problem}: {}",
            id.len()
        )));
    }
    let index = cluster.index_mut(name)?;
    if index.mappings["_routing"]["required"] == true && terms.routing.is_none() {
        let reason = format!("routing is required for [{name}]/[{id}]");
        return Err(ApiError::new(400, "routing_missing_exception", reason).about(name, "_na_"));
    }
    terms.check(name, index, &id)?;
    mapping::learn(&mut index.mappings, &source, &id)?;
    let known = index.documents.get(&id).map(|known| known.version);
    let last = known.or_else(|| index.deleted.remove(&id)).unwrap_or(0);
    let version = terms.external_version.unwrap_or(last + 1);
    let seq_no = index.next_seq_no;
    index.next_seq_no += 1;
    let routing = terms.routing.clone();
    let document = Arc::new(Document {
        source,
        version,
        seq_no,
        routing,
    });
    index.documents.insert(id.clone(), document);
    let (status, result) = if known.is_some() {
        (200, "updated")
    } else {
        (201, "created")
    };
    Ok((status, outcome(name, &id, version, seq_no, result)))
}

/// Merges `doc` into a document, or stores `upsert`.
pub(super) fn change(
    cluster: &mut Cluster,
    name: &str,
    id: &str,
    body: &Value,
    terms: &Terms,
) -> Result<Reply, ApiError> {
    if !body["script"].is_null() {
        return Err(ApiError::illegal(
            "failed to execute script: the in-memory backend runs none",
        ));
    }
    let doc = &body["doc"];
    if doc.is_null() {
        return Err(ApiError::validation("script or doc is missing"));
    }
    let index = cluster.index_mut(name)?;
    let Some(known) = index.documents.get(id).map(Arc::clone) else {
        let first = if body["doc_as_upsert"] == true {
            doc
        } else {
            &body["upsert"]
        };
        if first.is_null() {
            let reason = format!("[{id}]: document missing");
            return Err(ApiError::new(404, "document_missing_exception", reason)
                .with("shard", "0")
                .about(name, &index.uuid));
        }
        return put(cluster, name, Some(id), first.clone(), terms);
    };
    terms.check(name, index, id)?;
    let mut source = known.source.clone();
    overlay(&mut source, doc);
    if source == known.source && body["detect_noop"] != false {
        let mut noop = outcome(name, id, known.version, known.seq_no, "noop");
        noop["_shards"] = json!({ "total": 0, "successful": 0, "failed": 0 });
        return Ok((200, noop));
    }
    let routing = terms.routing.clone().or_else(|| known.routing.clone());
    put(
        cluster,
        name,
        Some(id),
        source,
        &Terms {
            routing,
            ..Terms::default()
        },
    )
}

pub(super) fn remove(
    cluster: &mut Cluster,
    name: &str,
    id: &str,
    terms: &Terms,
) -> Result<Reply, ApiError> {
    let index = cluster
        .indices
        .get_mut(name)
        .ok_or_else(|| ApiError::no_index_of_document(name))?;
    terms.check(name, index, id)?;
    let known = index.documents.remove(id).map(|known| known.version);
    let last = known
        .or_else(|| index.deleted.get(id).copied())
        .unwrap_or(0);
    let version = terms.external_version.unwrap_or(last + 1);
    index.deleted.insert(id.to_owned(), version);
    let seq_no = index.next_seq_no;
    index.next_seq_no += 1;
    let (status, result) = if known.is_some() {
        (200, "deleted")
    } else {
        (404, "not_found")
    };
    Ok((status, outcome(name, id, version, seq_no, result)))
}

/// A source that is not JSON.
pub(super) fn malformed(cause: &ApiError) -> ApiError {
    let cause = cause.object();
    let text = |name: &str| cause[name].as_str().unwrap_or_default().to_owned();
    ApiError::new(400, "mapper_parsing_exception", "failed to parse")
        .because(&text("type"), &text("reason"))
}

/// Tells that a refresh was forced.
pub(super) fn finish((status, mut body): Reply, params: &Params) -> Reply {
    if matches!(params.get("refresh"), Some("" | "true")) && body["result"] != "noop" {
        body["forced_refresh"] = json!(true);
    }
    (status, body)
}

fn outcome(index: &str, id: &str, version: u64, seq_no: u64, result: &str) -> Value {
    json!({
        "_index": index,
        "_id": id,
        "_version": version,
        "result": result,
        "_shards": { "total": 2, "successful": 1, "failed": 0 },
        "_seq_no": seq_no,
        "_primary_term": PRIMARY_TERM,
    })
}

/// Objects are merged, everything else is replaced.
fn overlay(onto: &mut Value, from: &Value) {
    match (onto, from) {
        (Value::Object(onto), Value::Object(from)) => {
            for (name, value) in from {
                overlay(onto.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
        (onto, from) => *onto = from.clone(),
    }
}
