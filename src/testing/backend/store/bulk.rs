//! Many writes in one request.

use serde_json::{Value, json};

use super::call::{Call, Reply};
use super::cluster::Cluster;
use super::error::ApiError;
use super::scalar::text;
use super::terms::{Terms, check_refresh};
use super::write;

/// Carries out a bulk request; item `i` is refused with `faults[i]` if that is an error.
pub(super) fn run(
    cluster: &mut Cluster,
    index: Option<&str>,
    call: &Call<'_>,
    faults: &[u16],
) -> Result<Reply, ApiError> {
    check_refresh(&call.params)?;
    let operations = read(call.body, index)?;
    let mut items = Vec::with_capacity(operations.len());
    let mut errors = false;
    for (number, operation) in operations.into_iter().enumerate() {
        let (index, id) = (operation.index.clone(), operation.id.clone());
        let action = operation.action;
        let result = match faults.get(number) {
            Some(&status) if status >= 300 => Err(refused(status)),
            _ => operation.run(cluster),
        };
        let item = match result {
            Ok(reply) => {
                let (status, mut item) = write::finish(reply, &call.params);
                item["status"] = json!(status);
                item
            }
            Err(error) => {
                errors = true;
                json!({ "_index": index, "_id": id, "status": error.status(), "error": error.object() })
            }
        };
        items.push(json!({ action: item }));
    }
    Ok((200, json!({ "took": 1, "errors": errors, "items": items })))
}

struct Operation {
    action: &'static str,
    index: String,
    id: Option<String>,
    terms: Terms,
    /// The line below the action, if it has one.
    body: Option<Result<Value, ApiError>>,
}

impl Operation {
    fn run(self, cluster: &mut Cluster) -> Result<Reply, ApiError> {
        let id = self.id.as_deref();
        let body = self.body.unwrap_or(Ok(Value::Null));
        match (self.action, id) {
            ("index" | "create", _) => write::put(cluster, &self.index, id, body?, &self.terms),
            ("update", Some(id)) => write::change(cluster, &self.index, id, &body?, &self.terms),
            ("delete", Some(id)) => write::remove(cluster, &self.index, id, &self.terms),
            _ => Err(ApiError::illegal("an id must be provided")),
        }
    }
}

fn read(body: &[u8], index: Option<&str>) -> Result<Vec<Operation>, ApiError> {
    if body.is_empty() {
        return Err(ApiError::new(
            400,
            "parse_exception",
            "request body is required",
        ));
    }
    if !body.ends_with(b"\n") {
        return Err(ApiError::illegal(
            "The bulk request must be terminated by a newline [\\n]",
        ));
    }
    let mut lines = body.split(|byte| *byte == b'\n').enumerate();
    let mut operations = Vec::new();
    while let Some((number, line)) = lines.next() {
        if line.trim_ascii().is_empty() {
            continue;
        }
        let (action, given) = action(line, number + 1)?;
        let body = match action {
            "delete" => None,
            _ => {
                let (_, line) = lines.next().unwrap_or_default();
                let json = serde_json::from_slice(line);
                Some(json.map_err(|error| write::malformed(&ApiError::bad_json(&error))))
            }
        };
        let Some(index) = given["_index"].as_str().or(index) else {
            return Err(ApiError::validation("index is missing"));
        };
        let id = Some(&given["_id"]).filter(|id| !id.is_null()).map(text);
        if id.is_none() && matches!(action, "update" | "delete") {
            return Err(ApiError::validation("id is missing"));
        }
        let external = matches!(
            given["version_type"].as_str(),
            Some("external" | "external_gte")
        );
        let terms = Terms {
            routing: Some(&given["routing"])
                .filter(|routing| !routing.is_null())
                .map(text),
            if_seq_no: given["if_seq_no"].as_u64(),
            if_primary_term: given["if_primary_term"].as_u64(),
            external_version: given["version"].as_u64().filter(|_| external),
            create: action == "create",
        };
        operations.push(Operation {
            action,
            index: index.to_owned(),
            id,
            terms,
            body,
        });
    }
    if operations.is_empty() {
        return Err(ApiError::validation("no requests added"));
    }
    Ok(operations)
}

/// Which action a line names, and what it says of it.
fn action(line: &[u8], number: usize) -> Result<(&'static str, Value), ApiError> {
    let malformed = |problem: String| {
        ApiError::illegal(format!(
            "Malformed action/metadata line [{number}], {problem}"
        ))
    };
    let line: Value = serde_json::from_slice(line)
        .map_err(|_| malformed("expected START_OBJECT but found [VALUE_STRING]".to_owned()))?;
    let mut fields = line.as_object().into_iter().flatten();
    let (Some((name, given)), None) = (fields.next(), fields.next()) else {
        return Err(malformed(
            "expected FIELD_NAME but found [END_OBJECT]".to_owned(),
        ));
    };
    let action = ACTIONS
        .iter()
        .find(|action| *action == name)
        .ok_or_else(|| {
            malformed(format!(
                "expected one of [create, delete, index, update] but found [{name}]"
            ))
        })?;
    Ok((action, given.clone()))
}

fn refused(status: u16) -> ApiError {
    match status {
        429 => ApiError::new(
            429,
            "rejected_execution_exception",
            "rejected execution of coordinating operation [coordinating_and_primary_bytes=0, \
             max_coordinating_and_primary_bytes=1]",
        ),
        503 => ApiError::new(
            503,
            "unavailable_shards_exception",
            "primary shard is not active",
        ),
        404 => ApiError::new(404, "document_missing_exception", "document missing"),
        409 => ApiError::new(409, "version_conflict_engine_exception", "version conflict"),
        400 => ApiError::new(400, "mapper_parsing_exception", "failed to parse"),
        other => ApiError::new(other, "exception", "refused by the test's script"),
    }
}

const ACTIONS: [&str; 4] = ["index", "create", "update", "delete"];
