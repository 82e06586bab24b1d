//! Refusals in OpenSearch's shape.

use serde_json::{Map, Value, json};

/// What OpenSearch answers when it will not.
#[derive(Debug, Clone)]
pub(super) enum ApiError {
    /// An exception: type, reason, what else it tells, and what caused it.
    Exception {
        status: u16,
        kind: &'static str,
        reason: String,
        more: Map<String, Value>,
        cause: Option<Value>,
    },
    /// An exception that every shard met.
    AllShards { root: Box<Self> },
    /// A plain line.
    Plain {
        status: u16,
        line: String,
        tells_status: bool,
    },
}

impl ApiError {
    pub(super) fn new(status: u16, kind: &'static str, reason: impl Into<String>) -> Self {
        Self::Exception {
            status,
            kind,
            reason: reason.into(),
            more: Map::new(),
            cause: None,
        }
    }

    pub(super) fn illegal(reason: impl Into<String>) -> Self {
        Self::new(400, "illegal_argument_exception", reason)
    }

    pub(super) fn parsing(reason: impl Into<String>) -> Self {
        Self::new(400, "parsing_exception", reason)
            .with("line", 1)
            .with("col", 1)
    }

    pub(super) fn bad_json(error: &serde_json::Error) -> Self {
        let kind = if error.is_eof() {
            "json_e_o_f_exception"
        } else {
            "json_parse_exception"
        };
        Self::new(400, kind, error.to_string())
    }

    pub(super) fn validation(problem: &str) -> Self {
        let reason = format!("Validation Failed: 1: {problem};");
        Self::new(400, "action_request_validation_exception", reason)
    }

    pub(super) fn no_index(name: &str) -> Self {
        Self::new(
            404,
            "index_not_found_exception",
            format!("no such index [{name}]"),
        )
        .with("resource.type", "index_or_alias")
        .with("resource.id", name)
        .about(name, "_na_")
    }

    pub(super) fn conflict(index: &str, uuid: &str, reason: String) -> Self {
        Self::new(409, "version_conflict_engine_exception", reason)
            .with("shard", "0")
            .about(index, uuid)
    }

    /// An index that a call about one document wants.
    pub(super) fn no_index_of_document(name: &str) -> Self {
        Self::no_index(name).with("resource.type", "index_expression")
    }

    /// What a query means when it fails on the shards.
    pub(super) fn on_shards(self) -> Self {
        match self {
            Self::AllShards { .. } => self,
            root => Self::AllShards {
                root: Box::new(root),
            },
        }
    }

    /// Tells what lies behind it.
    pub(super) fn because(mut self, kind: &str, reason: &str) -> Self {
        if let Self::Exception { cause, .. } = &mut self {
            *cause = Some(json!({ "type": kind, "reason": reason }));
        }
        self
    }

    /// Tells one thing more.
    pub(super) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        if let Self::Exception { more, .. } = &mut self {
            more.insert(name.to_owned(), value.into());
        }
        self
    }

    /// Tells which index it is about.
    pub(super) fn about(self, index: &str, uuid: &str) -> Self {
        self.with("index", index).with("index_uuid", uuid)
    }

    pub(super) fn status(&self) -> u16 {
        match self {
            Self::Exception { status, .. } | Self::Plain { status, .. } => *status,
            Self::AllShards { root } => root.status(),
        }
    }

    /// The `error` object: of a bulk item, or within a whole answer.
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

    /// The whole body of an answer.
    pub(super) fn to_json(&self) -> Value {
        let mut error = self.object();
        match self {
            Self::Plain {
                tells_status: false,
                ..
            } => return json!({ "error": error }),
            Self::Plain { .. } => {}
            Self::Exception { .. } => error["root_cause"] = json!([self.root()]),
            Self::AllShards { root } => error["root_cause"] = json!([root.root()]),
        }
        json!({ "error": error, "status": self.status() })
    }

    /// The exception without what caused it.
    fn root(&self) -> Value {
        match self {
            Self::Exception {
                kind, reason, more, ..
            } => {
                let mut object = more.clone();
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
            Self::Plain { line, .. } => json!(line),
        }
    }
}
