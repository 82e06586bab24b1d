//! One operation of the input, or why there is none.

use bytes::Bytes;
use serde_json::{Map, Value};
use sigtower::ingest::Operation;

use super::args::{Args, Op};

/// A part of the input that is an operation, or should be one.
pub(crate) struct Record {
    pub(crate) line: u64,
    pub(crate) content: Result<Operation, Bad>,
}

/// A part of the input that is no operation.
#[derive(Debug)]
pub(crate) struct Bad {
    /// The file where it was found first, if this input is a file with rejects.
    pub(crate) file: Option<String>,
    pub(crate) line: u64,
    /// From 1, in bytes; in CSV the number of the field.
    pub(crate) column: u64,
    pub(crate) reason: String,
    pub(crate) text: Vec<u8>,
}

impl Record {
    pub(crate) fn good(line: u64, operation: Operation) -> Self {
        Self {
            line,
            content: Ok(operation),
        }
    }

    pub(crate) fn bad(line: u64, column: u64, reason: impl Into<String>, text: &[u8]) -> Self {
        let bad = Bad {
            file: None,
            line,
            column,
            reason: reason.into(),
            text: text.to_vec(),
        };
        Self {
            line,
            content: Err(bad),
        }
    }
}

/// How a document becomes an operation.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    op: Op,
    id_field: Option<String>,
    routing_field: Option<String>,
}

impl Shape {
    pub(crate) fn new(args: &Args) -> Self {
        Self {
            op: args.op,
            id_field: args.id_field.clone(),
            routing_field: args.routing_field.clone(),
        }
    }

    /// Reads a document that begins at this line and column.
    pub(crate) fn record(&self, line: u64, column: u64, json: &[u8]) -> Record {
        match self.operation(json) {
            Ok(operation) => Record::good(line, operation),
            Err(fault) => {
                let (line, column) = match fault.line {
                    0 | 1 => (line, column + fault.column.saturating_sub(1)),
                    further => (line + further - 1, fault.column),
                };
                Record::bad(line, column, fault.reason, json)
            }
        }
    }

    fn operation(&self, json: &[u8]) -> Result<Operation, Fault> {
        check(json)?;
        let (mut id, mut routing) = (None, None);
        if self.id_field.is_some() || self.routing_field.is_some() {
            let document: Map<String, Value> = serde_json::from_slice(json)?;
            id = field(&document, self.id_field.as_deref())?;
            routing = field(&document, self.routing_field.as_deref())?;
        }
        let json = Bytes::copy_from_slice(json);
        let mut operation = match (self.op, &id) {
            (Op::Index, _) => Operation::index_json(json),
            (Op::Create, _) => Operation::create_json(json),
            (Op::Update, Some(id)) => Operation::update_json(id, json),
            (Op::Update, None) => {
                return Err(Fault::new(
                    "an update needs an id: set --id-field".to_owned(),
                ));
            }
        };
        if let Some(id) = id {
            operation = operation.id(id);
        }
        if let Some(routing) = routing {
            operation = operation.routing(routing);
        }
        Ok(operation)
    }
}

/// Why a text is no document, with line and column in the text, from 1.
pub(crate) struct Fault {
    pub(crate) line: u64,
    pub(crate) column: u64,
    pub(crate) reason: String,
}

impl Fault {
    pub(crate) fn new(reason: String) -> Self {
        let (line, column) = (1, 1);
        Self {
            line,
            column,
            reason,
        }
    }
}

impl From<serde_json::Error> for Fault {
    fn from(error: serde_json::Error) -> Self {
        let line = error.line() as u64;
        let column = (error.column() as u64).max(1);
        // The place is that in the input, not the one in this text.
        let text = error.to_string();
        let reason = text.split(" at line ").next().unwrap_or_default();
        let reason = format!("invalid JSON: {reason}");
        Self {
            line,
            column,
            reason,
        }
    }
}

/// Whether a text is a JSON object in UTF-8.
pub(crate) fn check(json: &[u8]) -> Result<(), Fault> {
    if let Err(error) = std::str::from_utf8(json) {
        let before = &json[..error.valid_up_to()];
        let line_start = before
            .iter()
            .rposition(|&byte| byte == b'\n')
            .map_or(0, |at| at + 1);
        return Err(Fault {
            line: before.iter().filter(|&&byte| byte == b'\n').count() as u64 + 1,
            column: (before.len() - line_start) as u64 + 1,
            reason: "invalid UTF-8".to_owned(),
        });
    }
    let document: &serde_json::value::RawValue = serde_json::from_slice(json)?;
    match document.get().starts_with('{') {
        true => Ok(()),
        false => Err(Fault::new("a document must be a JSON object".to_owned())),
    }
}

/// The value of a field as an id or a routing value.
fn field(document: &Map<String, Value>, name: Option<&str>) -> Result<Option<String>, Fault> {
    let Some(name) = name else {
        return Ok(None);
    };
    match document.get(name) {
        Some(Value::String(text)) if !text.is_empty() => Ok(Some(text.clone())),
        Some(Value::Number(number)) => Ok(Some(number.to_string())),
        Some(Value::Bool(flag)) => Ok(Some(flag.to_string())),
        Some(_) => Err(Fault::new(format!(
            "the field `{name}` is no text and no number, or is empty"
        ))),
        None => Err(Fault::new(format!("the document has no field `{name}`"))),
    }
}
