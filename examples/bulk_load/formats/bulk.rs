use std::io::{self, BufRead};

use serde_json::{Map, Value};
use sigtower::ingest::Operation;
use sigtower::opensearch::VersionType;

use super::super::record::{Bad, Fault, Record, check};
use super::lines::Lines;

/// Lines of the `_bulk` API, and of files with rejects.
pub(super) struct Bulk<R>(Lines<R>);

impl<R: BufRead> Bulk<R> {
    pub(super) fn new(reader: R) -> Self {
        Self(Lines::new(reader))
    }

    fn record(&mut self, number: u64, line: &[u8]) -> io::Result<Record> {
        let action = match action(line) {
            Ok(Line::Action(action)) => action,
            Ok(Line::Bad(bad)) => {
                return Ok(Record {
                    line: number,
                    content: Err(bad),
                });
            }
            Err(fault) => {
                let mut text = line.to_vec();
                // The document of a broken action belongs to it, and is no action of its own.
                if self.0.peek()?.is_some_and(|next| !is_action(next)) {
                    text.push(b'\n');
                    text.extend(self.0.next()?.map(|(_, line)| line).unwrap_or_default());
                }
                return Ok(Record::bad(number, fault.column, fault.reason, &text));
            }
        };
        if action.name == "delete" {
            let operation = action.into_operation(&[]);
            return Ok(finish(number, operation, line));
        }
        let Some((source_number, source)) = self.0.next()? else {
            let reason = "the document of the last action is missing";
            return Ok(Record::bad(number, line.len() as u64 + 1, reason, line));
        };
        let operation = check(&source).and_then(|()| action.into_operation(&source));
        let text = [line, b"\n", &*source].concat();
        Ok(finish(source_number, operation, &text))
    }
}

fn finish(number: u64, operation: Result<Operation, Fault>, text: &[u8]) -> Record {
    match operation {
        Ok(operation) => Record::good(number, operation),
        Err(fault) => Record::bad(number, fault.column, fault.reason, text),
    }
}

impl<R: BufRead> Iterator for Bulk<R> {
    type Item = io::Result<Record>;

    fn next(&mut self) -> Option<io::Result<Record>> {
        let line = self.0.next().transpose()?;
        Some(line.and_then(|(number, line)| self.record(number, &line)))
    }
}

/// Whether a line is an action, or a bad line that an earlier load has kept.
pub(super) fn is_action(line: &[u8]) -> bool {
    action(line).is_ok()
}

enum Line {
    Action(Action),
    Bad(Bad),
}

/// An action line.
struct Action {
    name: String,
    meta: Map<String, Value>,
}

fn action(line: &[u8]) -> Result<Line, Fault> {
    check(line)?;
    let mut line: Map<String, Value> = serde_json::from_slice(line)?;
    if let Some(bad) = line.get("bad_line").and_then(Value::as_object) {
        return Ok(Line::Bad(earlier(bad)));
    }
    // A file with rejects has the reason of the failure beside each action.
    line.remove("not_loaded");
    let mut members = line.into_iter();
    let (Some((name, meta)), None) = (members.next(), members.next()) else {
        return Err(Fault::new("an action must have one name".to_owned()));
    };
    if !ACTIONS.contains(&&*name) {
        return Err(Fault::new(format!(
            "`{name}` is no action: use index, create, update or delete"
        )));
    }
    match meta {
        Value::Object(meta) => Ok(Line::Action(Action { name, meta })),
        _ => Err(Fault::new(format!(
            "the action `{name}` must have an object"
        ))),
    }
}

/// A bad line as an earlier load kept it.
fn earlier(bad: &Map<String, Value>) -> Bad {
    let text = |name: &str| bad.get(name).and_then(Value::as_str).map(str::to_owned);
    let number = |name: &str| bad.get(name).and_then(Value::as_u64).unwrap_or(1);
    Bad {
        file: text("file"),
        line: number("line"),
        column: number("column"),
        reason: text("reason").unwrap_or_default(),
        text: text("text").unwrap_or_default().into_bytes(),
    }
}

impl Action {
    fn into_operation(self, source: &[u8]) -> Result<Operation, Fault> {
        let id = match self.meta.get("_id") {
            None | Some(Value::Null) => None,
            Some(Value::String(id)) => Some(id.clone()),
            Some(Value::Number(id)) => Some(id.to_string()),
            Some(_) => return Err(Fault::new("`_id` must be a text".to_owned())),
        };
        let missing = || Fault::new(format!("`{}` needs an `_id`", self.name));
        let mut operation = match &*self.name {
            "index" => Operation::index_json(source.to_vec()),
            "create" => Operation::create_json(source.to_vec()),
            "delete" => Operation::delete(id.clone().ok_or_else(missing)?),
            _ => update(id.clone().ok_or_else(missing)?, source)?,
        };
        if let Some(id) = id {
            operation = operation.id(id);
        }
        add_meta(operation, self.meta)
    }
}

/// An update whose parts are those of this line.
fn update(id: String, source: &[u8]) -> Result<Operation, Fault> {
    let mut parts: Map<String, Value> = serde_json::from_slice(source)?;
    let operation = match (parts.remove("doc"), parts.remove("script")) {
        (Some(doc), None) => Operation::update_json(id, doc.to_string()),
        (None, Some(script)) => Operation::script(id, script),
        _ => {
            return Err(Fault::new(
                "an update needs either `doc` or `script`".to_owned(),
            ));
        }
    };
    Ok(parts
        .into_iter()
        .fold(operation, |operation, (name, part)| {
            operation.body_param(name, part)
        }))
}

fn add_meta(mut operation: Operation, meta: Map<String, Value>) -> Result<Operation, Fault> {
    let version_type = match meta.get("version_type").and_then(Value::as_str) {
        Some("external_gte") => VersionType::ExternalGte,
        _ => VersionType::External,
    };
    for (name, value) in meta {
        let text = match &value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        operation = match (&*name, value.as_i64()) {
            // Files from old servers have types.
            ("_id" | "_type" | "version_type", _) => operation,
            ("_index", _) => operation.in_index(text),
            ("routing" | "_routing", _) => operation.routing(text),
            ("pipeline", _) => operation.pipeline(text),
            ("if_seq_no", Some(number)) => operation.if_seq_no(number),
            ("if_primary_term", Some(number)) => operation.if_primary_term(number),
            ("version" | "_version", Some(number)) => operation.version(number, version_type),
            ("require_alias", _) => operation.require_alias(value == true),
            ("retry_on_conflict", Some(times)) => {
                operation.retry_on_conflict(u32::try_from(times).unwrap_or(0))
            }
            _ => operation.meta_param(name, value),
        };
    }
    Ok(operation)
}

const ACTIONS: [&str; 4] = ["index", "create", "update", "delete"];
