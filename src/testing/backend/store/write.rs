//! Documents: indexed, created, updated, deleted.

use std::sync::Arc;
use std::time::SystemTime;

use serde_json::{Value, json};

use super::call::{Call, Reply};
use super::cluster::Cluster;
use super::document::{Conditions, PRIMARY_TERM, Stamp, VersionType};
use super::error::ApiError;
use super::index::Index;
use super::json;
use super::mapping;
use super::params::Params;
use super::refresh::Refresh;
use super::update::Update;

pub(super) fn index(
    cluster: &mut Cluster,
    name: &str,
    id: Option<&str>,
    create: bool,
    call: &Call<'_>,
) -> Result<Reply, ApiError> {
    let refresh = Refresh::read(&call.params)?;
    let mut conditions = conditions(&call.params)?;
    conditions.create = match call.params.get("op_type").map(str::to_lowercase).as_deref() {
        None => create || id.is_none(),
        Some("create") => true,
        Some("index") if !create => false,
        Some(other) => {
            let expected = if create {
                "'create'"
            } else {
                "'create' or 'index'"
            };
            return Err(ApiError::illegal_argument(format!(
                "opType must be {expected}, found: [{other}]"
            )));
        }
    };
    conditions.validate(id.is_some())?;
    if call.is_empty() {
        return Err(ApiError::body_required());
    }
    let source = json::parse(call.body).map_err(|error| malformed(&error))?;
    let reply = put(cluster, name, id, source, &conditions, call.now)?;
    Ok(refresh.after(cluster, reply))
}

pub(super) fn update(
    cluster: &mut Cluster,
    name: &str,
    id: &str,
    call: &Call<'_>,
) -> Result<Reply, ApiError> {
    let refresh = Refresh::read(&call.params)?;
    let conditions = conditions(&call.params)?;
    conditions.validate(true)?;
    let retries = call.params.int("retry_on_conflict")?.unwrap_or(0);
    if retries != 0 && conditions.if_seq_no.is_some() {
        let problem = "compare and write operations can not be retried";
        return Err(ApiError::validation(problem));
    }
    let update = Update::read(&call.object()?, &conditions)?;
    let reply = change(cluster, name, id, &update, &conditions, call.now)?;
    Ok(refresh.after(cluster, reply))
}

pub(super) fn delete(
    cluster: &mut Cluster,
    name: &str,
    id: &str,
    call: &Call<'_>,
) -> Result<Reply, ApiError> {
    let refresh = Refresh::read(&call.params)?;
    let conditions = conditions(&call.params)?;
    conditions.validate(true)?;
    let reply = remove(cluster, name, id, &conditions, call.now)?;
    Ok(refresh.after(cluster, reply))
}

/// Stores a document. Without an id, the store makes one.
pub(super) fn put(
    cluster: &mut Cluster,
    name: &str,
    id: Option<&str>,
    source: Value,
    conditions: &Conditions,
    now: SystemTime,
) -> Result<Reply, ApiError> {
    let id = match id {
        Some(id) => id.to_owned(),
        None => cluster.new_name(),
    };
    if id.len() > 512 {
        let length = id.len();
        return Err(ApiError::validation(&format!(
            "id [{id}] is too long, must be no longer than 512 bytes but was: {length}"
        )));
    }
    let (name, index) = target(cluster, name)?;
    if conditions.routing.is_some() && index.settings.shards > 1 {
        return Err(ApiError::unsupported(
            "routing",
            format_args!("of a document in index `{name}`, which has several shards"),
        ));
    }
    check(index, &name, &id, conditions)?;
    index.mappings = mapping::infer(&index.mappings, &source, &id)?;
    let (stamp, existed) = index.write(&id, Some(source), conditions, now);
    let (status, result) = if existed {
        (200, "updated")
    } else {
        (201, "created")
    };
    Ok((status, outcome(index, &name, &id, stamp, result)))
}

/// Merges a partial document into a document, or stores the first version of it.
pub(super) fn change(
    cluster: &mut Cluster,
    name: &str,
    id: &str,
    update: &Update,
    conditions: &Conditions,
    now: SystemTime,
) -> Result<Reply, ApiError> {
    let (name, index) = target(cluster, name)?;
    let Some(known) = index.document(id).map(Arc::clone) else {
        let Some(first) = update.first() else {
            let reason = format!("[{id}]: document missing");
            return Err(ApiError::new(404, "document_missing_exception", reason)
                .with("shard", "0")
                .with_index(&name, &index.uuid));
        };
        return put(cluster, &name, Some(id), first.clone(), conditions, now);
    };
    check(index, &name, id, conditions)?;
    let Some(source) = update.apply(&known.source) else {
        let stamp = Stamp {
            version: known.version,
            seq_no: known.seq_no,
        };
        let mut noop = outcome(index, &name, id, stamp, "noop");
        noop["_shards"] = json!({ "total": 0, "successful": 0, "failed": 0 });
        return Ok((200, noop));
    };
    let conditions = Conditions {
        routing: known.routing.clone(),
        ..Conditions::default()
    };
    put(cluster, &name, Some(id), source, &conditions, now)
}

pub(super) fn remove(
    cluster: &mut Cluster,
    name: &str,
    id: &str,
    conditions: &Conditions,
    now: SystemTime,
) -> Result<Reply, ApiError> {
    let (name, index) = if conditions.version_type == VersionType::Internal {
        let existing = cluster.existing_index_to_write(name)?;
        let existing = existing.ok_or_else(|| ApiError::no_index_of_document(name))?;
        target(cluster, &existing)?
    } else {
        // A version that the caller counts creates the index, to keep the version of the deletion.
        target(cluster, name)?
    };
    check(index, &name, id, conditions)?;
    let (stamp, existed) = index.write(id, None, conditions, now);
    let (status, result) = if existed {
        (200, "deleted")
    } else {
        (404, "not_found")
    };
    Ok((status, outcome(index, &name, id, stamp, result)))
}

/// A source that is not JSON.
pub(super) fn malformed(cause: &ApiError) -> ApiError {
    let cause = cause.object();
    let text = |name: &str| cause[name].as_str().unwrap_or_default().to_owned();
    ApiError::new(400, "mapper_parsing_exception", "failed to parse")
        .caused_by(&text("type"), &text("reason"))
}

/// The index that a write to `name` goes to, with its name.
fn target<'a>(cluster: &'a mut Cluster, name: &str) -> Result<(String, &'a mut Index), ApiError> {
    let name = cluster.index_to_write(name)?;
    match cluster.indices.get_mut(&name) {
        Some(index) => Ok((name, index)),
        None => Err(ApiError::no_index(&name)),
    }
}

fn check(index: &Index, name: &str, id: &str, conditions: &Conditions) -> Result<(), ApiError> {
    index.conflict(id, conditions).map_or(Ok(()), |problem| {
        let reason = format!("[{id}]: version conflict, {problem}");
        Err(ApiError::conflict(name, &index.uuid, reason))
    })
}

fn conditions(params: &Params) -> Result<Conditions, ApiError> {
    Ok(Conditions {
        routing: params
            .get("routing")
            .filter(|routing| !routing.is_empty())
            .map(str::to_owned),
        if_seq_no: params.long("if_seq_no")?,
        if_primary_term: params.long("if_primary_term")?,
        version: params.long("version")?,
        version_type: VersionType::read(params.get("version_type"))?,
        create: false,
    })
}

fn outcome(index: &Index, name: &str, id: &str, stamp: Stamp, result: &str) -> Value {
    let copies = index.settings.replicas.saturating_add(1);
    json!({
        "_index": name,
        "_id": id,
        "_version": stamp.version,
        "result": result,
        "_shards": { "total": copies, "successful": 1, "failed": 0 },
        "_seq_no": stamp.seq_no,
        "_primary_term": PRIMARY_TERM,
    })
}
