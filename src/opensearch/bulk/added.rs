use std::marker::PhantomData;

use serde::Serialize;
use serde_json::Value;

use super::bulk::Bulk;
use super::operation::Operation;
use crate::opensearch::wire::VersionType;

/// The operation just added to a [`Bulk`], to be told more about or followed by the next one.
///
/// It is in the bulk already; this may be dropped at any time.
#[derive(Debug)]
pub struct Added<'a, State> {
    bulk: &'a mut Bulk,
    state: PhantomData<State>,
}

/// [`Added`] without an id yet.
#[derive(Debug)]
pub enum Unnamed {}

/// [`Added`] with an id.
#[derive(Debug)]
pub enum Named {}

/// [`Added`] with an id, to change part of a document.
#[derive(Debug)]
pub enum Partial {}

impl<'a> Added<'a, Unnamed> {
    /// The id to store the document under; without one the server makes it up.
    pub fn id(self, id: impl Into<String>) -> Added<'a, Named> {
        let added = self.with(|operation| operation.meta.id = Some(id.into()));
        Added::new(added.bulk)
    }
}

impl Added<'_, Partial> {
    /// Stores the partial document itself if there is no document yet.
    pub fn doc_as_upsert(self) -> Self {
        self.with(Operation::set_doc_as_upsert)
    }

    /// Stores this document if there is none yet.
    pub fn upsert(self, document: impl Serialize) -> Self {
        self.with(|operation| operation.set_upsert(&document))
    }

    /// How often the server begins anew if somebody else changes the document at the same time.
    pub fn retry_on_conflict(self, times: u32) -> Self {
        self.with(|operation| operation.meta.more().retry_on_conflict = Some(times))
    }
}

impl<'a, State> Added<'a, State> {
    pub(super) fn new(bulk: &'a mut Bulk) -> Self {
        Self {
            bulk,
            state: PhantomData,
        }
    }

    /// The document is in this index instead of that of the bulk.
    pub fn in_index(self, index: impl Into<String>) -> Self {
        self.with(|operation| operation.meta.index = Some(index.into()))
    }

    /// Goes to the shard of this routing value instead of that of the id.
    pub fn routing(self, routing: impl Into<String>) -> Self {
        self.with(|operation| operation.meta.more().routing = Some(routing.into()))
    }

    /// Only if the document's last change has this sequence number; goes with
    /// [`if_primary_term`](Self::if_primary_term).
    pub fn if_seq_no(self, seq_no: i64) -> Self {
        self.with(|operation| operation.meta.more().if_seq_no = Some(seq_no))
    }

    /// Only if the document's last change is of this primary term; goes with
    /// [`if_seq_no`](Self::if_seq_no).
    pub fn if_primary_term(self, primary_term: i64) -> Self {
        self.with(|operation| operation.meta.more().if_primary_term = Some(primary_term))
    }

    /// Gives the document this version, if that is higher than the one it has.
    pub fn version(self, version: i64, version_type: VersionType) -> Self {
        self.with(|operation| {
            operation.meta.more().version = Some(version);
            operation.meta.more().version_type = Some(version_type.to_string());
        })
    }

    /// Adds the next: see [`Bulk::index`].
    pub fn index(self, document: impl Serialize) -> Added<'a, Unnamed> {
        self.bulk.index(document)
    }

    /// Adds the next: see [`Bulk::create`].
    pub fn create(self, document: impl Serialize) -> Added<'a, Unnamed> {
        self.bulk.create(document)
    }

    /// Adds the next: see [`Bulk::update`].
    pub fn update(self, id: impl Into<String>, doc: impl Serialize) -> Added<'a, Partial> {
        self.bulk.update(id, doc)
    }

    /// Adds the next: see [`Bulk::script`].
    pub fn script(self, id: impl Into<String>, script: Value) -> Added<'a, Partial> {
        self.bulk.script(id, script)
    }

    /// Adds the next: see [`Bulk::delete`].
    pub fn delete(self, id: impl Into<String>) -> Added<'a, Named> {
        self.bulk.delete(id)
    }

    fn with(self, change: impl FnOnce(&mut Operation)) -> Self {
        if let Some(operation) = self.bulk.operations.last_mut() {
            change(operation);
        }
        self
    }
}
