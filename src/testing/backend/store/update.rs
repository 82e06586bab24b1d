//! A partial update of a document.

use serde_json::Value;

use super::document::Conditions;
use super::endpoint::UPDATE_BODY;
use super::error::ApiError;
use super::json::{flag, members};

/// What an update does.
#[derive(Debug)]
pub(super) struct Update {
    doc: Value,
    /// The document to store if there is none.
    upsert: Option<Value>,
    detects_noop: bool,
}

impl Update {
    /// Reads the body of an update.
    pub(super) fn read(body: &Value, conditions: &Conditions) -> Result<Self, ApiError> {
        members(body, UPDATE_BODY, PLACE)?;
        let object = |name: &str| match &body[name] {
            Value::Null => Ok(None),
            Value::Object(_) => Ok(Some(body[name].clone())),
            other => Err(ApiError::new(
                400,
                "x_content_parse_exception",
                format!("[UpdateRequest] {name} doesn't support values of type: {other}"),
            )),
        };
        let (doc, upsert) = (object("doc")?, object("upsert")?);
        let Some(doc) = doc else {
            return Err(ApiError::validation("script or doc is missing"));
        };
        let upsert = if flag(&body["doc_as_upsert"], "doc_as_upsert", PLACE)? {
            Some(doc.clone())
        } else {
            upsert
        };
        if upsert.is_some() && conditions.if_seq_no.is_some() {
            let problem = "compare and write operations can not be used with upsert";
            return Err(ApiError::validation(problem));
        }
        let detects_noop = match &body["detect_noop"] {
            Value::Null => true,
            value => flag(value, "detect_noop", PLACE)?,
        };
        Ok(Self {
            doc,
            upsert,
            detects_noop,
        })
    }

    /// The document to store if there is none.
    pub(super) fn first(&self) -> Option<&Value> {
        self.upsert.as_ref()
    }

    /// The source after the update; `None` if the update changes nothing.
    pub(super) fn apply(&self, source: &Value) -> Option<Value> {
        let mut changed = source.clone();
        merge(&mut changed, &self.doc);
        (changed != *source || !self.detects_noop).then_some(changed)
    }
}

/// Merges objects, and replaces everything else.
fn merge(onto: &mut Value, from: &Value) {
    match (onto, from) {
        (Value::Object(onto), Value::Object(from)) => {
            for (name, value) in from {
                merge(onto.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
        (onto, from) => *onto = from.clone(),
    }
}

const PLACE: &str = "in the body of an update";
