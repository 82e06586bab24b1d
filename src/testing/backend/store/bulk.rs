//! Many writes in one request.

use std::time::SystemTime;

use serde_json::{Map, Value, json};

use super::call::{Call, Reply};
use super::cluster::Cluster;
use super::document::{Conditions, VersionType};
use super::error::ApiError;
use super::json::{self, members, text};
use super::refresh::Refresh;
use super::update::Update;
use super::write;

/// Carries out a bulk request. Item `i` is rejected with `faults[i]` if that is an error status.
pub(super) fn run(
    cluster: &mut Cluster,
    index: Option<&str>,
    call: &Call<'_>,
    faults: &[u16],
) -> Result<Reply, ApiError> {
    let refresh = Refresh::read(&call.params)?;
    let operations = read(call.body, index)?;
    let mut items = Vec::with_capacity(operations.len());
    let mut errors = false;
    for (number, operation) in operations.into_iter().enumerate() {
        let (index, id) = (operation.index.clone(), operation.id.clone());
        let action = operation.action;
        let result = match faults.get(number) {
            Some(&status) if status >= 300 => Err(rejected(status)),
            _ => operation.run(cluster, call.now),
        };
        let item = match result {
            Ok((status, mut item)) => {
                refresh.mark(&mut item);
                item["status"] = json!(status);
                item
            }
            Err(error) => {
                errors = true;
                json!({ "_index": index, "_id": id, "status": error.status(), "error": error.object() })
            }
        };
        items.push((action, item));
    }
    refresh.refresh(cluster, items.iter().map(|(_, item)| item));
    let items: Vec<Value> = items
        .into_iter()
        .map(|(action, item)| json!({ action: item }))
        .collect();
    Ok((200, json!({ "took": 1, "errors": errors, "items": items })))
}

struct Operation {
    action: &'static str,
    index: String,
    id: Option<String>,
    conditions: Conditions,
    body: Body,
}

/// The line after the action.
enum Body {
    None,
    Source(Result<Value, ApiError>),
    Update(Update),
}

impl Operation {
    fn run(self, cluster: &mut Cluster, now: SystemTime) -> Result<Reply, ApiError> {
        let (index, id, conditions) = (&self.index, self.id.as_deref(), &self.conditions);
        if id == Some("") {
            let reason = "if _id is specified it must not be empty";
            return Err(ApiError::illegal_argument(reason));
        }
        match (self.body, id) {
            (Body::Source(source), id) => write::put(cluster, index, id, source?, conditions, now),
            (Body::Update(update), Some(id)) => {
                write::change(cluster, index, id, &update, conditions, now)
            }
            (Body::None, Some(id)) => write::remove(cluster, index, id, conditions, now),
            (_, None) => Err(ApiError::validation("id is missing")),
        }
    }
}

fn read(body: &[u8], index: Option<&str>) -> Result<Vec<Operation>, ApiError> {
    if body.is_empty() {
        return Err(ApiError::body_required());
    }
    if !body.ends_with(b"\n") {
        return Err(ApiError::illegal_argument(
            "The bulk request must be terminated by a newline [\\n]",
        ));
    }
    let lines = body[..body.len() - 1].split(|byte| *byte == b'\n');
    let mut lines = lines.enumerate();
    let mut operations = Vec::new();
    while let Some((number, line)) = lines.next() {
        if line.trim_ascii().is_empty() {
            continue;
        }
        let (action, given) = action(line, number + 1)?;
        let index = match given.get("_index") {
            None | Some(Value::Null) => index.map(str::to_owned),
            Some(index) => Some(text(index)),
        };
        let index = index.ok_or_else(|| ApiError::validation("index is missing"))?;
        let id = given.get("_id").filter(|id| !id.is_null()).map(text);
        let has_id = id.is_some();
        if !has_id && matches!(action, "update" | "delete") {
            return Err(ApiError::validation("id is missing"));
        }
        let conditions = conditions(action, &given, number + 1)?;
        conditions.validate(has_id)?;
        let body = match action {
            "delete" => Body::None,
            _ => match lines.next() {
                Some((_, line)) => body_of(action, line, &conditions)?,
                // OpenSearch, too, ignores an action after which the request ends.
                None => break,
            },
        };
        operations.push(Operation {
            action,
            index,
            id,
            conditions,
            body,
        });
    }
    if operations.is_empty() {
        return Err(ApiError::validation("no requests added"));
    }
    Ok(operations)
}

fn body_of(action: &str, line: &[u8], conditions: &Conditions) -> Result<Body, ApiError> {
    match action {
        "update" => Update::read(&json::parse(line)?, conditions).map(Body::Update),
        _ => {
            let source = json::parse(line).map_err(|error| write::malformed(&error));
            Ok(Body::Source(source))
        }
    }
}

/// The action of a line, and its metadata.
fn action(line: &[u8], number: usize) -> Result<(&'static str, Map<String, Value>), ApiError> {
    let line = json::parse(line)?;
    let Some(actions) = line.as_object() else {
        return Err(malformed(number, "expected START_OBJECT"));
    };
    let mut actions = actions.iter();
    let (name, given) = match (actions.next(), actions.next()) {
        (Some(action), None) => action,
        (None, _) => {
            return Err(malformed(
                number,
                "expected FIELD_NAME but found [END_OBJECT]",
            ));
        }
        (Some(_), Some((name, _))) => {
            let place = "as a second action on a line of a bulk request";
            return Err(ApiError::unsupported(name, place));
        }
    };
    let Some(action) = ACTIONS.iter().find(|action| *action == name) else {
        let problem = format!("expected one of [create, delete, index, update] but found [{name}]");
        return Err(malformed(number, &problem));
    };
    if !given.is_object() {
        return Err(malformed(number, "expected START_OBJECT or END_OBJECT"));
    }
    let allowed = match *action {
        "update" => "_index _id if_seq_no if_primary_term retry_on_conflict",
        "delete" => "_index _id if_seq_no if_primary_term version version_type",
        _ => "_index _id if_seq_no if_primary_term version version_type routing",
    };
    let place = format!("in the action on line {number} of a bulk request");
    let given = members(given, allowed, &place)?;
    if let Some((name, _)) = given
        .iter()
        .find(|(_, value)| value.is_object() || value.is_array())
    {
        let problem = format!("expected a simple value for field [{name}]");
        return Err(malformed(number, &problem));
    }
    Ok((action, given.clone()))
}

fn conditions(
    action: &str,
    given: &Map<String, Value>,
    number: usize,
) -> Result<Conditions, ApiError> {
    let value = |name: &str| given.get(name).filter(|value| !value.is_null());
    let integer = |name: &str| match value(name).map(text) {
        None => Ok(None),
        Some(value) => value.parse().map(Some).map_err(|_| {
            ApiError::unsupported(
                format_args!("\"{name}\": {value}"),
                format_args!("in the action on line {number} of a bulk request"),
            )
        }),
    };
    integer("retry_on_conflict")?;
    Ok(Conditions {
        routing: value("routing")
            .map(text)
            .filter(|routing| !routing.is_empty()),
        if_seq_no: integer("if_seq_no")?,
        if_primary_term: integer("if_primary_term")?,
        version: integer("version")?,
        version_type: VersionType::read(value("version_type").map(text).as_deref())?,
        create: action == "create",
    })
}

fn malformed(number: usize, problem: &str) -> ApiError {
    ApiError::illegal_argument(format!(
        "Malformed action/metadata line [{number}], {problem}"
    ))
}

fn rejected(status: u16) -> ApiError {
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
        other => ApiError::new(
            other,
            "exception",
            "rejected by Domain::next_items of the test",
        ),
    }
}

const ACTIONS: [&str; 4] = ["index", "create", "update", "delete"];
