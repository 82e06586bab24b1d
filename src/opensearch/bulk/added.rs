use std::marker::PhantomData;

use serde::Serialize;
use serde_json::Value;

use super::action::Action;
use super::operation::Operation;
use crate::opensearch::wire::VersionType;

/// The operation just added to a [`Bulk`](super::Bulk). Its methods change it, or add the next one.
///
/// The operation is in the bulk already; you may drop this at any time.
#[derive(Debug)]
pub struct Added<'a, State> {
    operations: &'a mut Vec<Operation>,
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
    /// The id of the document; without an id, the server chooses one.
    pub fn id(self, id: impl Into<String>) -> Added<'a, Named> {
        let added = self.with(|operation| operation.meta.id = Some(id.into()));
        Added::new(added.operations)
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

    /// How often the server tries again if the document changes at the same time.
    pub fn retry_on_conflict(self, times: u32) -> Self {
        self.with(|operation| operation.meta.more().retry_on_conflict = Some(times))
    }
}

impl<'a, State> Added<'a, State> {
    /// Adds an operation to those of a bulk.
    pub(super) fn add(operations: &'a mut Vec<Operation>, operation: Operation) -> Self {
        operations.push(operation);
        Self::new(operations)
    }

    fn new(operations: &'a mut Vec<Operation>) -> Self {
        Self {
            operations,
            state: PhantomData,
        }
    }

    /// The index of the document, instead of the index of the bulk.
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

    /// Adds the next operation; see [`Bulk::index`](super::Bulk::index).
    pub fn index(self, document: impl Serialize) -> Added<'a, Unnamed> {
        Added::add(
            self.operations,
            Operation::document(Action::Index, &document),
        )
    }

    /// Adds the next operation; see [`Bulk::create`](super::Bulk::create).
    pub fn create(self, document: impl Serialize) -> Added<'a, Unnamed> {
        Added::add(
            self.operations,
            Operation::document(Action::Create, &document),
        )
    }

    /// Adds the next operation; see [`Bulk::update`](super::Bulk::update).
    pub fn update(self, id: impl Into<String>, doc: impl Serialize) -> Added<'a, Partial> {
        Added::add(self.operations, Operation::partial(id.into(), &doc))
    }

    /// Adds the next operation; see [`Bulk::script`](super::Bulk::script).
    pub fn script(self, id: impl Into<String>, script: Value) -> Added<'a, Partial> {
        Added::add(self.operations, Operation::script(id, script))
    }

    /// Adds the next operation; see [`Bulk::delete`](super::Bulk::delete).
    pub fn delete(self, id: impl Into<String>) -> Added<'a, Named> {
        Added::add(self.operations, Operation::delete(id))
    }

    fn with(self, change: impl FnOnce(&mut Operation)) -> Self {
        if let Some(operation) = self.operations.last_mut() {
            change(operation);
        }
        self
    }
}
