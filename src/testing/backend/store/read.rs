//! Documents, by id.

use serde_json::{Value, json};

use super::call::{Call, Reply};
use super::cluster::Cluster;
use super::error::ApiError;
use super::index::Document;
use super::scalar::text;
use super::source_filter::SourceFilter;
use super::terms::PRIMARY_TERM;

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
