use std::marker::PhantomData;

use serde::Serialize;
use serde_json::Value;

use super::action::Action;
use super::operation::Operation;
use crate::opensearch::wire::VersionType;

/// The operation that was just added to a [`Bulk`](super::Bulk). Its methods change it, or add the
/// next operation.
///
/// The bulk has the operation already, so this may be dropped at any time.
#[derive(Debug)]
pub struct Added<'a, State> {
    operations: &'a mut Vec<Operation>,
    state: PhantomData<State>,
}

/// [`Added`] without an id.
#[derive(Debug)]
pub enum Unnamed {}

/// [`Added`] with an id.
#[derive(Debug)]
pub enum Named {}

/// [`Added`] with an id, to change part of a document.
#[derive(Debug)]
pub enum Partial {}

impl<'a> Added<'a, Unnamed> {
    /// Sets the id of the document. Without it, the server chooses one.
    pub fn id(self, id: impl Into<String>) -> Added<'a, Named> {
        let added = self.with(|operation| operation.id(id));
        Added::of(added.operations)
    }
}

impl Added<'_, Partial> {
    /// Sets whether to store the partial document itself if there is no document yet.
    pub fn doc_as_upsert(self, doc_as_upsert: bool) -> Self {
        self.with(|operation| operation.doc_as_upsert(doc_as_upsert))
    }

    /// Sets what to store if there is no document yet.
    pub fn upsert(self, document: impl Serialize) -> Self {
        self.with(|operation| operation.upsert_any(&document))
    }

    /// Sets whether the script also runs if there is no document yet, on the one to
    /// [insert](Self::upsert).
    pub fn scripted_upsert(self, scripted_upsert: bool) -> Self {
        self.body_param("scripted_upsert", scripted_upsert)
    }

    /// Sets whether the server writes nothing if the partial document changes nothing; its default
    /// is `true`.
    pub fn detect_noop(self, detect_noop: bool) -> Self {
        self.body_param("detect_noop", detect_noop)
    }

    /// Sets how often the server repeats the update if the document changes at the same time.
    pub fn retry_on_conflict(self, times: u32) -> Self {
        self.with(|operation| operation.retry_on_conflict(times))
    }

    /// Sets a part of the update that has no method here, by its name in the reference.
    pub fn body_param(self, name: impl Into<String>, json: impl Into<Value>) -> Self {
        self.with(|operation| operation.body_param(name, json))
    }
}

impl<'a, State> Added<'a, State> {
    /// Adds an operation.
    pub(super) fn push(operations: &'a mut Vec<Operation>, operation: Operation) -> Self {
        operations.push(operation);
        Self::of(operations)
    }

    /// Sets the index of the document; without it, the bulk has it.
    pub fn in_index(self, index: impl Into<String>) -> Self {
        self.with(|operation| operation.in_index(index))
    }

    /// Goes to the shard of this routing value instead of the shard of the id.
    pub fn routing(self, routing: impl Into<String>) -> Self {
        self.with(|operation| operation.routing(routing))
    }

    /// Sets the ingest pipeline that the document passes first, instead of that of the bulk.
    pub fn pipeline(self, pipeline: impl Into<String>) -> Self {
        self.with(|operation| operation.pipeline(pipeline))
    }

    /// Sets whether the operation is rejected unless its index is an alias.
    pub fn require_alias(self, require_alias: bool) -> Self {
        self.with(|operation| operation.require_alias(require_alias))
    }

    /// Only if the document's last change has this sequence number; goes with
    /// [`if_primary_term`](Self::if_primary_term).
    pub fn if_seq_no(self, seq_no: i64) -> Self {
        self.with(|operation| operation.if_seq_no(seq_no))
    }

    /// Only if the document's last change is of this primary term; goes with
    /// [`if_seq_no`](Self::if_seq_no).
    pub fn if_primary_term(self, primary_term: i64) -> Self {
        self.with(|operation| operation.if_primary_term(primary_term))
    }

    /// Gives the document this version, if that is higher than the version it has (or not lower,
    /// with [`VersionType::ExternalGte`]).
    pub fn version(self, version: i64, version_type: VersionType) -> Self {
        self.with(|operation| operation.version(version, version_type))
    }

    /// Sets a parameter of this operation that has no method here, by its name in the reference.
    pub fn meta_param(self, name: impl Into<String>, json: impl Into<Value>) -> Self {
        self.with(|operation| operation.meta_param(name, json))
    }

    /// Adds the next operation: see [`Bulk::index`](super::Bulk::index).
    pub fn index(self, document: impl Serialize) -> Added<'a, Unnamed> {
        Added::push(
            self.operations,
            Operation::document(Action::Index, &document),
        )
    }

    /// Adds the next operation: see [`Bulk::create`](super::Bulk::create).
    pub fn create(self, document: impl Serialize) -> Added<'a, Unnamed> {
        Added::push(
            self.operations,
            Operation::document(Action::Create, &document),
        )
    }

    /// Adds the next operation: see [`Bulk::update`](super::Bulk::update).
    pub fn update(self, id: impl Into<String>, doc: impl Serialize) -> Added<'a, Partial> {
        Added::push(self.operations, Operation::partial(id.into(), &doc))
    }

    /// Adds the next operation: see [`Bulk::script`](super::Bulk::script).
    pub fn script(self, id: impl Into<String>, script: Value) -> Added<'a, Partial> {
        Added::push(self.operations, Operation::script(id, script))
    }

    /// Adds the next operation: see [`Bulk::delete`](super::Bulk::delete).
    pub fn delete(self, id: impl Into<String>) -> Added<'a, Named> {
        Added::push(self.operations, Operation::delete(id))
    }

    fn of(operations: &'a mut Vec<Operation>) -> Self {
        let state = PhantomData;
        Self { operations, state }
    }

    fn with(self, change: impl FnOnce(Operation) -> Operation) -> Self {
        if let Some(operation) = self.operations.pop() {
            self.operations.push(change(operation));
        }
        self
    }
}
