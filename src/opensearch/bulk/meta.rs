use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::action::Action;
use crate::opensearch::call::path;
use crate::opensearch::error::Error;

/// The parameters in an operation's first line.
#[derive(Clone, Debug, Default)]
pub(crate) struct Meta {
    pub(crate) index: Option<String>,
    pub(crate) id: Option<String>,
    /// Parameters that few operations have.
    more: Option<Box<More>>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct More {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) routing: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) if_seq_no: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) if_primary_term: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) version: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) version_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) retry_on_conflict: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) pipeline: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) require_alias: Option<bool>,
    /// Parameters that have no field here.
    #[serde(flatten)]
    other: Map<String, Value>,
}

impl More {
    /// Sets a parameter by its name.
    fn set(&mut self, name: String, json: Value) {
        // A parameter that has a field goes there, if the value has the right type.
        if let Ok(Value::Object(mut all)) = serde_json::to_value(&*self) {
            all.insert(name.clone(), json.clone());
            if let Ok(all) = serde_json::from_value(Value::Object(all)) {
                *self = all;
                return;
            }
        }
        self.other.insert(name, json);
    }
}

impl Meta {
    pub(super) fn more(&mut self) -> &mut More {
        self.more.get_or_insert_default()
    }

    /// Sets a parameter by its name.
    pub(super) fn set(&mut self, name: String, json: Value) {
        match (&*name, json) {
            ("_index", Value::String(index)) => self.index = Some(index),
            ("_id", Value::String(id)) => self.id = Some(id),
            (_, json) => self.more().set(name, json),
        }
    }

    /// Appends the first line.
    pub(crate) fn write(&self, action: Action, line: &mut Vec<u8>) {
        self.write_with_id(action, self.id.as_deref(), line);
    }

    /// Appends the first line with another id.
    pub(crate) fn write_with_id(&self, action: Action, id: Option<&str>, line: &mut Vec<u8>) {
        line.extend_from_slice(match action {
            Action::Index => b"{\"index\":{".as_slice(),
            Action::Create => b"{\"create\":{",
            Action::Update => b"{\"update\":{",
            Action::Delete => b"{\"delete\":{",
        });
        let start = line.len();
        if let Some(index) = &self.index {
            line.extend_from_slice(b"\"_index\":");
            push_string(index, line);
        }
        if let Some(id) = id {
            line.extend_from_slice(if line.len() > start {
                b",\"_id\":"
            } else {
                b"\"_id\":"
            });
            push_string(id, line);
        }
        if let Some(more) = &self.more {
            let before = line.len();
            // Serialising strings and numbers into a vector cannot fail.
            let _ = serde_json::to_writer(&mut *line, more);
            match before > start && line.len() > before + 2 {
                true => line[before] = b',',
                false => drop(line.remove(before)),
            }
            line.pop();
        }
        line.extend_from_slice(b"}}\n");
    }

    /// Reads a first line back.
    pub(crate) fn read(line: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct Read {
            _index: Option<String>,
            _id: Option<String>,
            #[serde(flatten)]
            more: More,
        }
        let line: std::collections::HashMap<String, Read> = serde_json::from_slice(line).ok()?;
        let (_, read) = line.into_iter().next()?;
        Some(Self {
            index: read._index,
            id: read._id,
            more: Some(Box::new(read.more)),
        })
    }

    /// Whether the operation has a condition, so that the server may respond with a conflict.
    pub(crate) fn is_conditional(&self) -> bool {
        let Some(more) = &self.more else {
            return false;
        };
        let is_higher_version = match more.version_type.as_deref() {
            Some("external_gte") => false,
            _ => more.version.is_some(),
        };
        let is_unknown = |name: &String| !UNCONDITIONAL.contains(&&**name);
        more.if_seq_no.or(more.if_primary_term).is_some()
            || is_higher_version
            || more.other.keys().any(is_unknown)
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        if let Some(id) = &self.id {
            path::check_id(id)?;
        }
        self.index.as_deref().map_or(Ok(()), path::check_index)
    }
}

fn push_string(text: &str, line: &mut Vec<u8>) {
    // Serialising a string into a vector cannot fail.
    let _ = serde_json::to_writer(line, text);
}

/// Parameters without a field that add no condition.
const UNCONDITIONAL: [&str; 4] = [
    "_source",
    "_source_excludes",
    "_source_includes",
    "dynamic_templates",
];
