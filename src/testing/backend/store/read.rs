//! Documents, by id.

use serde_json::{Value, json};

use super::call::{Call, Reply};
use super::cluster::Cluster;
use super::document::{Document, PRIMARY_TERM};
use super::error::ApiError;
use super::json::{members, text};
use super::source_filter::SourceFilter;

pub(super) fn get(
    cluster: &Cluster,
    name: &str,
    id: &str,
    call: &Call<'_>,
) -> Result<Reply, ApiError> {
    let (index, found) = find(cluster, name, id, call)?;
    let filter = SourceFilter::of_params(call).unwrap_or_default();
    let status = if found.is_some() { 200 } else { 404 };
    Ok((status, describe(index, id, found, &filter)))
}

pub(super) fn source(
    cluster: &Cluster,
    name: &str,
    id: &str,
    call: &Call<'_>,
) -> Result<Reply, ApiError> {
    let filter = SourceFilter::of_params(call).unwrap_or_default();
    if filter.excludes_all() {
        return Err(ApiError::validation("fetching source can not be disabled"));
    }
    let (_, found) = find(cluster, name, id, call)?;
    let found = found.and_then(|found| filter.apply(&found.source));
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
    if call.is_empty() {
        let reason = "request body or source parameter is required";
        return Err(ApiError::new(400, "parse_exception", reason));
    }
    let body = call.object()?;
    let list = |name: &str| match &body[name] {
        Value::Null => Ok(Vec::new()),
        Value::Array(values) => Ok(values.clone()),
        _ => Err(ApiError::parsing(
            "unexpected token, expected [FIELD_NAME] or [START_ARRAY]",
        )),
    };
    let ids = list("ids")?.into_iter().map(|id| json!({ "_id": id }));
    let wanted: Vec<Value> = list("docs")?.into_iter().chain(ids).collect();
    if wanted.is_empty() {
        return Err(ApiError::validation("no documents to get"));
    }
    let of_params = SourceFilter::of_params(call).unwrap_or_default();
    let mut docs = Vec::with_capacity(wanted.len());
    for (number, wanted) in wanted.iter().enumerate() {
        let place = format!("in a document of {}", call.endpoint.name);
        members(wanted, "_index _id _source", &place)?;
        let name = wanted["_index"]
            .as_str()
            .or(index)
            .ok_or_else(|| ApiError::validation(&format!("index is missing for doc {number}")))?;
        if wanted["_id"].is_null() {
            let problem = format!("id is missing for doc {number}");
            return Err(ApiError::validation(&problem));
        }
        let id = text(&wanted["_id"]);
        let filter = match &wanted["_source"] {
            Value::Null => of_params.clone(),
            value => SourceFilter::of_body(value)?,
        };
        docs.push(match find(cluster, name, &id, call) {
            Ok((index, found)) => describe(index, &id, found, &filter),
            Err(error) => {
                json!({ "_index": name, "_id": id, "error": error.object_with_root_cause() })
            }
        });
    }
    Ok((200, json!({ "docs": docs })))
}

/// The document and the name of its index: in real time, unless the call says otherwise.
fn find<'a>(
    cluster: &'a Cluster,
    name: &str,
    id: &str,
    call: &Call<'_>,
) -> Result<(&'a str, Option<&'a Document>), ApiError> {
    let (name, index) = cluster.index_to_read(name)?;
    let document = if call.params.flag("realtime", true)? {
        index.document(id)
    } else {
        index.searchable_document(id)
    };
    Ok((name, document.map(|document| &**document)))
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
    // OpenSearch reads the routing together with the source.
    if let Some(routing) = &document.routing
        && !filter.excludes_all()
    {
        body["_routing"] = json!(routing);
    }
    if let Some(source) = filter.apply(&document.source) {
        body["_source"] = source;
    }
    body
}
