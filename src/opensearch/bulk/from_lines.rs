//! Reads an operation back from its lines.

use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::action::Action;
use super::meta::Meta;
use super::operation::Operation;
use super::source::{Change, Json, Part, Parts, Source};

impl Operation {
    /// Reads the operation back from its second line, as it was written.
    pub(crate) fn from_lines(action: Action, meta: Meta, source: &[u8]) -> Self {
        let source = match action {
            Action::Delete => Source::None,
            Action::Update => update(source),
            _ => Source::Document(Part::Json(Ok(Bytes::copy_from_slice(source)))),
        };
        Self::of(action, meta, source)
    }
}

fn update(source: &[u8]) -> Source<Json> {
    let mut line: UpdateLine<'_> = serde_json::from_slice(source).unwrap_or_default();
    let change = match (line.doc, line.script) {
        (None, Some(script)) => Change::Script(Ok(copy(script))),
        (Some(doc), script) => {
            let script = script.and_then(|json| serde_json::from_str(json.get()).ok());
            line.other
                .extend(script.map(|json| ("script".to_owned(), json)));
            Change::Doc(Part::Json(Ok(copy(doc))))
        }
        // The caller's bytes are not JSON. They are returned unchanged.
        (None, None) => Change::Doc(Part::Json(Ok(doc_of(source)))),
    };
    Source::Update {
        change,
        upsert: line.upsert.map(|upsert| Part::Json(Ok(copy(upsert)))),
        parts: Parts {
            doc_as_upsert: line.doc_as_upsert,
            other: (!line.other.is_empty()).then(|| Box::new(line.other)),
        },
    }
}

#[derive(Default, Deserialize)]
struct UpdateLine<'a> {
    #[serde(borrow)]
    doc: Option<&'a RawValue>,
    #[serde(borrow)]
    script: Option<&'a RawValue>,
    #[serde(borrow)]
    upsert: Option<&'a RawValue>,
    #[serde(default)]
    doc_as_upsert: bool,
    #[serde(flatten)]
    other: Map<String, Value>,
}

fn copy(json: &RawValue) -> Bytes {
    Bytes::copy_from_slice(json.get().as_bytes())
}

/// The text after `{"doc":` and before the last brace.
fn doc_of(line: &[u8]) -> Bytes {
    let doc = line.strip_prefix(b"{\"doc\":").unwrap_or(line);
    Bytes::copy_from_slice(doc.strip_suffix(b"}").unwrap_or(doc))
}
