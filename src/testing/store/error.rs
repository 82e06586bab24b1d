//! Refusals in OpenSearch's shape.

use serde_json::{Map, Value, json};

/// What OpenSearch answers when it will not.
#[derive(Debug, Clone)]
pub(super) enum ApiError {
    /// An exception: type, reason and what else it tells.
    Exception {
        status: u16,
        kind: &'static str,
        reason: String,
        more: Map<String, Value>,
    },
    /// An exception that every shard met.
    AllShards { status: u16, cause: Box<Self> },
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
        Self::new(400, "json_parse_exception", format!("{error}"))
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

    /// What a query means when it fails on the shards.
    pub(super) fn on_shards(self) -> Self {
        Self::AllShards {
            status: self.status(),
            cause: Box::new(self),
        }
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
            Self::Exception { status, .. }
            | Self::AllShards { status, .. }
            | Self::Plain { status, .. } => *status,
        }
    }

    /// The `error` object: of a bulk item, or within a whole answer.
    pub(super) fn object(&self) -> Value {
        match self {
            Self::Exception {
                kind, reason, more, ..
            } => {
                let mut object = json!({ "type": kind, "reason": reason });
                if let Some(fields) = object.as_object_mut() {
                    fields.extend(more.clone());
                }
                object
            }
            Self::AllShards { cause, .. } => json!({
                "root_cause": [cause.object()],
                "type": "search_phase_execution_exception",
                "reason": "all shards failed",
                "phase": "query",
                "grouped": true,
                "failed_shards": [],
            }),
            Self::Plain { line, .. } => json!(line),
        }
    }

    /// The whole body of an answer.
    pub(super) fn to_json(&self) -> Value {
        let mut error = self.object();
        if let Self::Plain {
            status,
            tells_status,
            ..
        } = self
        {
            return if *tells_status {
                json!({ "error": error, "status": status })
            } else {
                json!({ "error": error })
            };
        }
        if let Self::Exception { .. } = self {
            let root = json!([error]);
            if let Some(fields) = error.as_object_mut() {
                fields.insert("root_cause".to_owned(), root);
            }
        }
        json!({ "error": error, "status": self.status() })
    }
}
