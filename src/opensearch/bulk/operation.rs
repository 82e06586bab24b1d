use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use serde::Serialize;

use crate::opensearch::call::path;
use crate::opensearch::error::Error;

/// One operation of a [`Bulk`](super::Bulk); cheap to clone, its document is shared.
#[derive(Clone)]
pub struct Operation {
    pub(super) action: Action,
    pub(super) meta: Meta,
    source: Source,
}

/// What an [`Operation`] does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Action {
    /// Stores a document, new or in place of another.
    Index,
    /// Stores a new document.
    Create,
    /// Changes part of a document.
    Update,
    /// Deletes a document.
    Delete,
}

/// The parameters in an operation's first line.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Meta {
    #[serde(rename = "_index", skip_serializing_if = "Option::is_none")]
    pub(super) index: Option<String>,
    #[serde(rename = "_id", skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<String>,
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
}

/// An operation's second line.
#[derive(Clone)]
enum Source {
    None,
    Document(Json),
    Update {
        /// `doc` or `script`.
        name: &'static str,
        change: Json,
        doc_as_upsert: bool,
        upsert: Option<Json>,
    },
}

/// JSON on one line, or why there is none: kept until the request is built.
type Json = Result<Bytes, Arc<serde_json::Error>>;

impl Operation {
    pub(super) fn document(action: Action, document: &impl Serialize) -> Self {
        Self {
            action,
            meta: Meta::default(),
            source: Source::Document(one_line(document)),
        }
    }

    pub(super) fn update(id: String, name: &'static str, change: &impl Serialize) -> Self {
        Self {
            action: Action::Update,
            meta: Meta {
                id: Some(id),
                ..Meta::default()
            },
            source: Source::Update {
                name,
                change: one_line(change),
                doc_as_upsert: false,
                upsert: None,
            },
        }
    }

    pub(super) fn delete(id: String) -> Self {
        Self {
            action: Action::Delete,
            meta: Meta {
                id: Some(id),
                ..Meta::default()
            },
            source: Source::None,
        }
    }

    /// What it does.
    pub fn action(&self) -> Action {
        self.action
    }

    /// The index, if it is not that of the bulk.
    pub fn index(&self) -> Option<&str> {
        self.meta.index.as_deref()
    }

    /// The document's id, if it was given one.
    pub fn id(&self) -> Option<&str> {
        self.meta.id.as_deref()
    }

    /// The document, the partial document or the script, as JSON on one line.
    pub fn source(&self) -> Option<&Bytes> {
        match &self.source {
            Source::None => None,
            Source::Document(json) | Source::Update { change: json, .. } => json.as_ref().ok(),
        }
    }

    /// Whether applied twice is as good as applied once, and answered alike: not so where an id is
    /// made up, where the document must be new or as it was, or where the change builds on itself.
    pub(super) fn is_repeatable(&self) -> bool {
        let meta = &self.meta;
        let is_higher_version = match meta.version_type.as_deref() {
            Some("external_gte") => false,
            _ => meta.version.is_some(),
        };
        if meta.id.is_none()
            || meta.if_seq_no.or(meta.if_primary_term).is_some()
            || is_higher_version
        {
            return false;
        }
        match (self.action, &self.source) {
            (Action::Index | Action::Delete, _) => true,
            (Action::Create, _) => false,
            // The second time it would find what the first has inserted, and change that.
            (Action::Update, Source::Update { name, upsert, .. }) => {
                *name == "doc" && upsert.is_none()
            }
            (Action::Update, _) => false,
        }
    }

    pub(super) fn set_doc_as_upsert(&mut self) {
        if let Source::Update { doc_as_upsert, .. } = &mut self.source {
            *doc_as_upsert = true;
        }
    }

    pub(super) fn set_upsert(&mut self, document: &impl Serialize) {
        if let Source::Update { upsert, .. } = &mut self.source {
            *upsert = Some(one_line(document));
        }
    }

    /// Appends its lines, each of which ends in a newline.
    pub(super) fn write(&self, position: usize, lines: &mut Vec<u8>) -> Result<(), Error> {
        let invalid = |error: Error| {
            Error::invalid(format!("bulk operation {position} is invalid")).with_source(error)
        };
        let source = |json: &Json| {
            json.clone().map_err(|error| {
                Error::invalid(format!(
                    "document of bulk operation {position} cannot be serialised"
                ))
                .with_source(error)
            })
        };
        if let Some(id) = &self.meta.id {
            path::check_id(id).map_err(invalid)?;
        }
        if let Some(index) = &self.meta.index {
            path::check_index(index).map_err(invalid)?;
        }
        lines.extend_from_slice(b"{\"");
        lines.extend_from_slice(self.action.as_str().as_bytes());
        lines.extend_from_slice(b"\":");
        serde_json::to_writer(&mut *lines, &self.meta)?;
        lines.extend_from_slice(b"}\n");
        match &self.source {
            Source::None => return Ok(()),
            Source::Document(document) => lines.extend_from_slice(&source(document)?),
            Source::Update {
                name,
                change,
                doc_as_upsert,
                upsert,
            } => {
                lines.extend_from_slice(b"{\"");
                lines.extend_from_slice(name.as_bytes());
                lines.extend_from_slice(b"\":");
                lines.extend_from_slice(&source(change)?);
                if *doc_as_upsert {
                    lines.extend_from_slice(b",\"doc_as_upsert\":true");
                }
                if let Some(upsert) = upsert {
                    lines.extend_from_slice(b",\"upsert\":");
                    lines.extend_from_slice(&source(upsert)?);
                }
                lines.push(b'}');
            }
        }
        lines.push(b'\n');
        Ok(())
    }
}

/// Leaves out the document.
impl fmt::Debug for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Operation")
            .field("action", &self.action)
            .field("index", &self.meta.index)
            .field("id", &self.meta.id)
            .finish_non_exhaustive()
    }
}

impl Action {
    /// `index`, `create`, `update` or `delete`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Index => "index",
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Serialises to one line: raw JSON may come with line breaks between its tokens.
fn one_line(value: &impl Serialize) -> Json {
    let mut json = serde_json::to_vec(value)?;
    for byte in &mut json {
        if matches!(byte, b'\n' | b'\r') {
            *byte = b' ';
        }
    }
    Ok(json.into())
}
