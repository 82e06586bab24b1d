use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use serde::Serialize;
use serde_json::Value;

use super::action::Action;
use super::meta::Meta;
use super::one_line::{on_one_line, one_line};
use super::source::{Change, Json, Part, Source};
use crate::opensearch::error::Error;

/// One operation on a document: for a [`Bulk`](super::Bulk), or for the
/// [ingest engine](crate::ingest).
///
/// The document is any [`Serialize`] type `D`, by value or by reference, or JSON in bytes. A
/// [`Bulk`](super::Bulk) keeps documents as JSON; cloning such an operation shares the JSON.
///
/// ```
/// use serde_json::json;
/// use sigtower::opensearch::bulk::Operation;
///
/// let movie = json!({"title": "Alien"});
/// let operations = [
///     Operation::index(&movie).id("1").routing("horror"),
///     Operation::update("2", &movie).doc_as_upsert(true),
///     Operation::delete("3").cast(),
/// ];
/// let from_a_file = Operation::index_json(&br#"{"title": "Heat"}"#[..]).in_index("films");
/// assert_eq!(from_a_file.index_name(), Some("films"));
/// ```
#[derive(Clone)]
#[must_use]
pub struct Operation<D = Json> {
    pub(super) action: Action,
    pub(super) meta: Meta,
    pub(super) source: Source<D>,
}

impl<D: Serialize> Operation<D> {
    /// Stores a document, in place of the one with the same id if there is one.
    pub fn index(document: D) -> Self {
        Self::new(Action::Index, Source::Document(Part::Value(document)))
    }

    /// Stores a document, unless there is one with the same id.
    pub fn create(document: D) -> Self {
        Self::new(Action::Create, Source::Document(Part::Value(document)))
    }

    /// Merges the fields of `doc` into the document `id`.
    pub fn update(id: impl Into<String>, doc: D) -> Self {
        Self::changing(id.into(), Change::Doc(Part::Value(doc)))
    }

    /// For an update: stores this document if there is none yet. Other operations ignore it.
    pub fn upsert(mut self, document: D) -> Self {
        self.set_upsert(Part::Value(document));
        self
    }

    /// Returns the same operation with its documents serialised to JSON.
    ///
    /// If a document cannot be serialised, the operation keeps the error, and sending it fails with
    /// this error.
    pub fn into_json(self) -> Operation {
        Operation::of(self.action, self.meta, self.source.map(Part::into_json))
    }

    /// The same operation with references to its documents.
    pub(crate) fn by_ref(&self) -> Operation<&D> {
        Operation::of(self.action, self.meta.clone(), self.source.by_ref())
    }

    /// Appends its second line without the newline. On an error, part of it may be written.
    pub(crate) fn write_source(&self, line: &mut Vec<u8>) -> Result<(), Arc<serde_json::Error>> {
        self.source.write(line)
    }
}

impl Operation {
    /// Changes the document `id` by a script.
    pub fn script(id: impl Into<String>, script: Value) -> Self {
        Self::changing(id.into(), Change::Script(one_line(&script)))
    }

    /// Deletes the document `id`.
    pub fn delete(id: impl Into<String>) -> Self {
        let mut operation = Self::new(Action::Delete, Source::None);
        operation.meta.id = Some(id.into());
        operation
    }

    /// As [`index`](Self::index), with a document that is JSON already.
    pub fn index_json(document: impl Into<Bytes>) -> Self {
        let document = Part::Json(on_one_line(document.into()));
        Self::new(Action::Index, Source::Document(document))
    }

    /// As [`create`](Self::create), with a document that is JSON already.
    pub fn create_json(document: impl Into<Bytes>) -> Self {
        let document = Part::Json(on_one_line(document.into()));
        Self::new(Action::Create, Source::Document(document))
    }

    /// As [`update`](Self::update), with fields that are JSON already.
    pub fn update_json(id: impl Into<String>, doc: impl Into<Bytes>) -> Self {
        let doc = Part::Json(on_one_line(doc.into()));
        Self::changing(id.into(), Change::Doc(doc))
    }

    /// Returns the same operation with another type of documents, so that a list can hold both.
    pub fn cast<D>(self) -> Operation<D> {
        Operation::of(self.action, self.meta, self.source.map(Part::cast))
    }

    /// The document, the partial document or the script, as JSON on one line.
    pub fn source(&self) -> Option<&Bytes> {
        self.source.json()
    }

    pub(super) fn document(action: Action, document: &impl Serialize) -> Self {
        Self::new(action, Source::Document(Part::Json(one_line(document))))
    }

    pub(super) fn partial(id: String, doc: &impl Serialize) -> Self {
        Self::changing(id, Change::Doc(Part::Json(one_line(doc))))
    }

    /// As [`upsert`](Self::upsert), with a document of any type.
    pub(super) fn upsert_any(mut self, document: &impl Serialize) -> Self {
        self.set_upsert(Part::Json(one_line(document)));
        self
    }

    /// Appends its lines, each of which ends in a newline.
    pub(super) fn write(&self, position: usize, lines: &mut Vec<u8>) -> Result<(), Error> {
        self.check().map_err(|error| {
            Error::invalid(format!("bulk operation {position} is invalid")).with_source(error)
        })?;
        self.meta.write(self.action, lines);
        self.write_source(lines).map_err(|error| {
            let line = format!("document of bulk operation {position} cannot be serialised");
            Error::invalid(line).with_source(error)
        })?;
        if self.action != Action::Delete {
            lines.push(b'\n');
        }
        Ok(())
    }
}

impl<D> Operation<D> {
    /// What the operation does.
    pub fn action(&self) -> Action {
        self.action
    }

    /// The index, if the operation has one of its own.
    pub fn index_name(&self) -> Option<&str> {
        self.meta.index.as_deref()
    }

    /// The document's id, if it has one.
    pub fn document_id(&self) -> Option<&str> {
        self.meta.id.as_deref()
    }

    pub(super) fn of(action: Action, meta: Meta, source: Source<D>) -> Self {
        Self {
            action,
            meta,
            source,
        }
    }

    pub(crate) fn meta(&self) -> &Meta {
        &self.meta
    }

    /// Whether it stores a new document under an id of the caller.
    pub(crate) fn names_its_document(&self) -> bool {
        matches!(self.action, Action::Index | Action::Create) && self.meta.id.is_some()
    }

    /// Checks the id and the index name.
    pub(crate) fn check(&self) -> Result<(), Error> {
        self.meta.check()
    }

    fn new(action: Action, source: Source<D>) -> Self {
        Self::of(action, Meta::default(), source)
    }

    fn changing(id: String, change: Change<D>) -> Self {
        let mut operation = Self::new(Action::Update, Source::update(change));
        operation.meta.id = Some(id);
        operation
    }

    fn set_upsert(&mut self, document: Part<D>) {
        if let Source::Update { upsert, .. } = &mut self.source {
            *upsert = Some(document);
        }
    }
}

/// Shows no document.
impl<D> fmt::Debug for Operation<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Operation")
            .field("action", &self.action)
            .field("index", &self.meta.index)
            .field("id", &self.meta.id)
            .finish_non_exhaustive()
    }
}
