//! Reads an error document in JSON.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

use super::cluster::ClusterError;
use super::codes;
use super::content::{Content, Form};
use crate::surrogates;

/// Reads a document, or a text in quotation marks. `None` if the body is neither.
pub(super) fn read(body: &[u8]) -> Option<Content> {
    if let Ok(Some(content)) = parse(body) {
        return Some(content);
    }
    // A server may cut a text inside a character, or put a byte order mark first.
    let repaired = surrogates::replace_halves(body);
    let text = String::from_utf8_lossy(repaired.as_deref().unwrap_or(body));
    parse(text.trim_start_matches('\u{feff}').as_bytes()).ok()?
}

fn parse(body: &[u8]) -> Result<Option<Content>, serde_json::Error> {
    Ok(match body.trim_ascii_start().first() {
        Some(b'{') => Some(serde_json::from_slice::<Document>(body)?.into_content()),
        Some(b'"') => Some(Content::from_text(&serde_json::from_slice::<String>(body)?)),
        Some(b'[' | b'n') => {
            serde_json::from_slice::<IgnoredAny>(body)?;
            Some(Content::default())
        }
        _ => None,
    })
}

/// The fields of a document that count. All others are skipped, however large.
#[derive(Default)]
struct Document {
    fields: Vec<(&'static str, Value)>,
    has_others: bool,
}

impl Document {
    fn into_content(self) -> Content {
        let error = self.get("error");
        let has_request_id = self.text(&REQUEST_IDS).is_some();
        let form = if self.get("took").is_some() {
            Form::Result
        } else if error.is_some_and(|error| self.is_of_the_cluster(error)) && !has_request_id {
            Form::Cluster
        } else if self.is_only_a_message() {
            Form::MessageOnly
        } else {
            Form::Unclear
        };
        let code = match form {
            Form::Cluster | Form::Result => None,
            _ => self.text(&["__type", "code", "Code"]),
        };
        Content {
            form,
            code: code.and_then(codes::short).map(str::to_owned),
            message: self
                .text(&["message", "Message", "errorMessage", "reason"])
                .map(str::to_owned),
            request_id: self.text(&REQUEST_IDS).map(str::to_owned),
            cluster: error
                .filter(|error| !error.is_null())
                .map(ClusterError::read),
            ..Content::default()
        }
    }

    fn is_of_the_cluster(&self, error: &Value) -> bool {
        let has_status = self.get("status").is_some_and(Value::is_number);
        let is_detailed = error.get("root_cause").is_some();
        is_detailed || has_status && (error.is_object() || error.is_string())
    }

    fn is_only_a_message(&self) -> bool {
        let [(name, value)] = &self.fields[..] else {
            return false;
        };
        let is_text = value.is_string() || value.is_null();
        !self.has_others && is_text && matches!(*name, "message" | "Message")
    }

    fn get(&self, name: &str) -> Option<&Value> {
        let field = self.fields.iter().find(|(known, _)| *known == name)?;
        Some(&field.1)
    }

    /// The first of these fields that has a text.
    fn text(&self, names: &[&str]) -> Option<&str> {
        let texts = names.iter().filter_map(|name| self.get(name)?.as_str());
        let mut texts = texts.map(str::trim).filter(|text| !text.is_empty());
        texts.next()
    }
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;

        impl<'de> Visitor<'de> for Fields {
            type Value = Document;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an error document")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Document, A::Error> {
                let mut document = Document::default();
                while let Some(name) = map.next_key::<String>()? {
                    match NAMES.iter().find(|known| **known == name) {
                        Some(known) => document.fields.push((known, map.next_value()?)),
                        None => {
                            document.has_others = true;
                            map.next_value::<IgnoredAny>()?;
                        }
                    }
                }
                Ok(document)
            }
        }

        deserializer.deserialize_map(Fields)
    }
}

const NAMES: [&str; 13] = [
    "__type",
    "code",
    "Code",
    "error",
    "errorMessage",
    "message",
    "Message",
    "reason",
    "request-id",
    "requestId",
    "RequestId",
    "status",
    "took",
];
const REQUEST_IDS: [&str; 3] = ["request-id", "requestId", "RequestId"];
