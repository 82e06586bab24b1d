//! The parameters of an operation.

use serde_json::Value;

use super::action::Action;
use super::one_line::one_line;
use super::operation::Operation;
use super::source::{Change, Part, Source};
use crate::opensearch::wire::VersionType;

impl<D> Operation<D> {
    /// Sets the document's id. Without an id, the server or the ingest engine generates one.
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.meta.id = Some(id.into());
        self
    }

    /// Sets the document's index, which replaces the index of the bulk or the engine.
    pub fn in_index(mut self, index: impl Into<String>) -> Self {
        self.meta.index = Some(index.into());
        self
    }

    /// Sets the routing value, which chooses the shard instead of the id.
    pub fn routing(mut self, routing: impl Into<String>) -> Self {
        self.meta.more().routing = Some(routing.into());
        self
    }

    /// Sets the ingest pipeline that the document passes first.
    pub fn pipeline(mut self, pipeline: impl Into<String>) -> Self {
        self.meta.more().pipeline = Some(pipeline.into());
        self
    }

    /// Makes the operation conditional: the document's last change must have this sequence number. Set
    /// [`if_primary_term`](Self::if_primary_term) too.
    pub fn if_seq_no(mut self, seq_no: i64) -> Self {
        self.meta.more().if_seq_no = Some(seq_no);
        self
    }

    /// Makes the operation conditional: the document's last change must be of this primary term. Set
    /// [`if_seq_no`](Self::if_seq_no) too.
    pub fn if_primary_term(mut self, primary_term: i64) -> Self {
        self.meta.more().if_primary_term = Some(primary_term);
        self
    }

    /// Gives the document this version, if that is higher than the version it has (or not lower, with
    /// [`VersionType::ExternalGte`]).
    pub fn version(mut self, version: i64, version_type: VersionType) -> Self {
        self.meta.more().version = Some(version);
        self.meta.more().version_type = Some(version_type.to_string());
        self
    }

    /// Sets whether the operation is rejected unless its index is an alias.
    pub fn require_alias(mut self, require_alias: bool) -> Self {
        self.meta.more().require_alias = Some(require_alias);
        self
    }

    /// Sets a parameter in the first line that has no method here, by its name in the reference.
    pub fn meta_param(mut self, name: impl Into<String>, json: impl Into<Value>) -> Self {
        let (name, json) = (name.into(), json.into());
        if self.action == Action::Index && name == "op_type" && json == "create" {
            // The response of the server names the action `create`.
            self.action = Action::Create;
        } else {
            self.meta.set(name, json);
        }
        self
    }

    /// For an update: sets whether to store the partial document itself if there is no document yet.
    /// Other operations ignore it.
    pub fn doc_as_upsert(self, doc_as_upsert: bool) -> Self {
        self.body_param("doc_as_upsert", doc_as_upsert)
    }

    /// For an update: sets a part that has no method here, by its name in the reference:
    /// `detect_noop`, `scripted_upsert`, `_source` and so on. Other operations ignore it.
    pub fn body_param(mut self, name: impl Into<String>, json: impl Into<Value>) -> Self {
        let (name, json) = (name.into(), json.into());
        if let Source::Update {
            change,
            upsert,
            parts,
        } = &mut self.source
        {
            match (&*name, change, &json) {
                ("doc", Change::Doc(doc), _) => *doc = Part::Json(one_line(&json)),
                ("script", Change::Script(script), _) => *script = one_line(&json),
                ("upsert", ..) => *upsert = Some(Part::Json(one_line(&json))),
                ("doc_as_upsert", _, Value::Bool(flag)) => parts.doc_as_upsert = *flag,
                _ => drop(parts.other.get_or_insert_default().insert(name, json)),
            }
        }
        self
    }

    /// For an update: sets how often the server retries if the document changes at the same time.
    pub fn retry_on_conflict(mut self, times: u32) -> Self {
        self.meta.more().retry_on_conflict = Some(times);
        self
    }
}
