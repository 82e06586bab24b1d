//! Errors in the form that OpenSearch gives them.

use std::fmt;

use serde_json::{Map, Value, json};

/// An error response of OpenSearch.
#[derive(Debug, Clone)]
pub(super) enum ApiError {
    /// An exception: its type, its reason, further members, and what caused it.
    Exception {
        status: u16,
        kind: &'static str,
        reason: String,
        members: Map<String, Value>,
        cause: Option<Value>,
    },
    /// An exception that every shard met.
    AllShards { root: Box<Self> },
    /// A line of text instead of an exception.
    Text {
        status: u16,
        line: String,
        has_status_member: bool,
    },
}

impl ApiError {
    pub(super) fn new(status: u16, kind: &'static str, reason: impl Into<String>) -> Self {
        Self::Exception {
            status,
            kind,
            reason: reason.into(),
            members: Map::new(),
            cause: None,
        }
    }

    /// The request needs `name`, which OpenSearch supports and this store does not.
    ///
    /// `place` says where the name stands, for example `in the body of a search`.
    pub(super) fn unsupported(name: impl fmt::Display, place: impl fmt::Display) -> Self {
        let reason = format!(
            "the in-memory store does not support `{name}` {place}; \
             test this with a real OpenSearch, see DomainBuilder::upstream"
        );
        Self::new(400, UNSUPPORTED, reason)
    }

    pub(super) fn illegal_argument(reason: impl Into<String>) -> Self {
        Self::new(400, "illegal_argument_exception", reason)
    }

    pub(super) fn parsing(reason: impl Into<String>) -> Self {
        Self::new(400, "parsing_exception", reason)
            .with("line", 1)
            .with("col", 1)
    }

    pub(super) fn bad_json(error: &serde_json::Error, body: &[u8]) -> Self {
        let reason = error.to_string();
        if reason.starts_with("trailing characters") || body.trim_ascii().is_empty() {
            let body = String::from_utf8_lossy(body).into_owned();
            return Self::unsupported(body, "as JSON: it must be one value");
        }
        let kind = if error.is_eof() {
            "json_e_o_f_exception"
        } else {
            "json_parse_exception"
        };
        Self::new(400, kind, reason)
    }

    pub(super) fn body_required() -> Self {
        Self::new(400, "parse_exception", "request body is required")
    }

    pub(super) fn validation(problem: &str) -> Self {
        let reason = format!("Validation Failed: 1: {problem};");
        Self::new(400, "action_request_validation_exception", reason)
    }

    pub(super) fn no_index(name: &str) -> Self {
        let reason = format!("no such index [{name}]");
        Self::new(404, "index_not_found_exception", reason)
            .with("resource.type", "index_or_alias")
            .with("resource.id", name)
            .with_index(name, "_na_")
    }

    /// The index of a call about one document does not exist.
    pub(super) fn no_index_of_document(name: &str) -> Self {
        Self::no_index(name).with("resource.type", "index_expression")
    }

    pub(super) fn conflict(index: &str, uuid: &str, reason: String) -> Self {
        Self::new(409, "version_conflict_engine_exception", reason)
            .with("shard", "0")
            .with_index(index, uuid)
    }

    /// The same error, met by every shard of a search.
    pub(super) fn on_shards(self) -> Self {
        match self {
            Self::AllShards { .. } => self,
            // The store refuses a request as a whole, whatever part of it does so.
            own if own.is_unsupported() => own,
            root => Self::AllShards {
                root: Box::new(root),
            },
        }
    }

    pub(super) fn caused_by(mut self, kind: &str, reason: &str) -> Self {
        if let Self::Exception { cause, .. } = &mut self {
            *cause = Some(json!({ "type": kind, "reason": reason }));
        }
        self
    }

    pub(super) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        if let Self::Exception { members, .. } = &mut self {
            members.insert(name.to_owned(), value.into());
        }
        self
    }

    pub(super) fn with_index(self, index: &str, uuid: &str) -> Self {
        self.with("index", index).with("index_uuid", uuid)
    }

    pub(super) fn status(&self) -> u16 {
        match self {
            Self::Exception { status, .. } | Self::Text { status, .. } => *status,
            Self::AllShards { root } => root.status(),
        }
    }

    /// Whether this is a refusal of the store, which OpenSearch would not give.
    pub(super) fn is_unsupported(&self) -> bool {
        matches!(self, Self::Exception { kind, .. } if *kind == UNSUPPORTED)
    }

    /// The error of a search whose shards fail for these reasons, if any does.
    ///
    /// OpenSearch returns what the other shards found. The store refuses to do so.
    pub(super) fn of_shards(errors: Vec<Self>, indices: usize) -> Result<(), Self> {
        let failed = errors.len();
        match errors.into_iter().next() {
            None => Ok(()),
            Some(error) if failed == indices || error.is_unsupported() => Err(error),
            Some(error) => {
                let reason = error.object()["reason"].to_string();
                Err(Self::unsupported(
                    reason,
                    "on some of the indices of a search",
                ))
            }
        }
    }

    /// The `error` object of a bulk item.
    pub(super) fn object(&self) -> Value {
        let mut object = self.root();
        match self {
            Self::Exception {
                cause: Some(cause), ..
            } => object["caused_by"] = cause.clone(),
            Self::AllShards { root } => {
                let failure = json!({ "shard": 0, "index": null, "reason": root.object() });
                object["failed_shards"] = json!([failure]);
            }
            _ => {}
        }
        object
    }

    /// The `error` object of a whole response.
    pub(super) fn object_with_root_cause(&self) -> Value {
        let mut error = self.object();
        match self {
            Self::Text { .. } => {}
            Self::Exception { .. } => error["root_cause"] = json!([self.root()]),
            Self::AllShards { root } => error["root_cause"] = json!([root.root()]),
        }
        error
    }

    /// The whole body of a response.
    pub(super) fn to_json(&self) -> Value {
        let error = self.object_with_root_cause();
        match self {
            Self::Text {
                has_status_member: false,
                ..
            } => json!({ "error": error }),
            _ => json!({ "error": error, "status": self.status() }),
        }
    }

    /// The exception without its cause.
    fn root(&self) -> Value {
        match self {
            Self::Exception {
                kind,
                reason,
                members,
                ..
            } => {
                let mut object = members.clone();
                object.insert("type".to_owned(), json!(kind));
                object.insert("reason".to_owned(), json!(reason));
                Value::Object(object)
            }
            Self::AllShards { .. } => json!({
                "type": "search_phase_execution_exception",
                "reason": "all shards failed",
                "phase": "query",
                "grouped": true,
            }),
            Self::Text { line, .. } => json!(line),
        }
    }
}

/// The type of the store's own refusals; OpenSearch has no such type.
const UNSUPPORTED: &str = "in_memory_store_exception";
