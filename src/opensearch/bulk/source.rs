//! The second line of an operation: a document, or the parts of an update.

use std::sync::Arc;

use bytes::Bytes;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::one_line::{Line, one_line, write_one_line};

/// The second line of an operation.
#[derive(Clone)]
pub(super) enum Source<D> {
    None,
    Document(Part<D>),
    Update {
        change: Change<D>,
        upsert: Option<Part<D>>,
        parts: Parts,
    },
}

/// What an update does to the document.
#[derive(Clone)]
pub(super) enum Change<D> {
    Doc(Part<D>),
    Script(Line),
}

/// A document, or part of one.
#[derive(Clone)]
pub(super) enum Part<D> {
    Value(D),
    Json(Line),
}

/// The parts of an update that do not depend on the type of the documents.
#[derive(Clone, Default)]
pub(super) struct Parts {
    pub(super) doc_as_upsert: bool,
    /// The parts that few updates have.
    pub(super) other: Option<Box<Map<String, Value>>>,
}

/// The type parameter of an [`Operation`](super::Operation) whose documents are JSON already. It has
/// no values.
#[derive(Clone, Copy, Debug)]
pub enum Json {}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        match *self {}
    }
}

impl<D> Source<D> {
    /// Returns the source of an update that has no other part.
    pub(super) fn update(change: Change<D>) -> Self {
        Self::Update {
            change,
            upsert: None,
            parts: Parts::default(),
        }
    }

    /// Returns the same source with each document replaced.
    pub(super) fn map<E>(self, each: impl Fn(Part<D>) -> Part<E>) -> Source<E> {
        match self {
            Self::None => Source::None,
            Self::Document(document) => Source::Document(each(document)),
            Self::Update {
                change,
                upsert,
                parts,
            } => Source::Update {
                change: match change {
                    Change::Doc(doc) => Change::Doc(each(doc)),
                    Change::Script(script) => Change::Script(script),
                },
                upsert: upsert.map(each),
                parts,
            },
        }
    }

    /// Returns the same source with references to its documents.
    pub(super) fn by_ref(&self) -> Source<&D> {
        match self {
            Self::None => Source::None,
            Self::Document(document) => Source::Document(document.by_ref()),
            Self::Update {
                change,
                upsert,
                parts,
            } => Source::Update {
                change: match change {
                    Change::Doc(doc) => Change::Doc(doc.by_ref()),
                    Change::Script(script) => Change::Script(script.clone()),
                },
                upsert: upsert.as_ref().map(Part::by_ref),
                parts: parts.clone(),
            },
        }
    }
}

impl<D: Serialize> Source<D> {
    /// Appends the line without its newline. On an error, part of the line may be written.
    pub(super) fn write(&self, line: &mut Vec<u8>) -> Result<(), Arc<serde_json::Error>> {
        let (change, upsert, parts) = match self {
            Self::None => return Ok(()),
            Self::Document(document) => return document.write(line),
            Self::Update {
                change,
                upsert,
                parts,
            } => (change, upsert, parts),
        };
        match change {
            Change::Doc(doc) => {
                line.extend_from_slice(b"{\"doc\":");
                doc.write(line)?;
            }
            Change::Script(script) => {
                line.extend_from_slice(b"{\"script\":");
                line.extend_from_slice(script.as_ref().map_err(Arc::clone)?);
            }
        }
        if parts.doc_as_upsert {
            line.extend_from_slice(b",\"doc_as_upsert\":true");
        }
        if let Some(upsert) = upsert {
            line.extend_from_slice(b",\"upsert\":");
            upsert.write(line)?;
        }
        let Some(other) = &parts.other else {
            line.push(b'}');
            return Ok(());
        };
        // A map in JSON begins with a brace, where the separator belongs.
        let start = line.len();
        serde_json::to_writer(&mut *line, other)?;
        line[start] = b',';
        Ok(())
    }
}

impl Source<Json> {
    /// The document, the partial document or the script.
    pub(super) fn json(&self) -> Option<&Bytes> {
        let line = match self {
            Self::None => return None,
            Self::Document(part)
            | Self::Update {
                change: Change::Doc(part),
                ..
            } => match part {
                Part::Value(json) => match *json {},
                Part::Json(line) => line,
            },
            Self::Update {
                change: Change::Script(script),
                ..
            } => script,
        };
        line.as_ref().ok()
    }
}

impl<D> Part<D> {
    fn by_ref(&self) -> Part<&D> {
        match self {
            Self::Value(value) => Part::Value(value),
            Self::Json(line) => Part::Json(line.clone()),
        }
    }
}

impl<D: Serialize> Part<D> {
    pub(super) fn into_json(self) -> Part<Json> {
        Part::Json(match self {
            Self::Value(value) => one_line(&value),
            Self::Json(line) => line,
        })
    }

    fn write(&self, line: &mut Vec<u8>) -> Result<(), Arc<serde_json::Error>> {
        match self {
            Self::Value(value) => write_one_line(value, line)?,
            Self::Json(json) => line.extend_from_slice(json.as_ref().map_err(Arc::clone)?),
        }
        Ok(())
    }
}

impl Part<Json> {
    /// Returns the same document as one of any type.
    pub(super) fn cast<D>(self) -> Part<D> {
        match self {
            Self::Value(json) => match json {},
            Self::Json(line) => Part::Json(line),
        }
    }
}
