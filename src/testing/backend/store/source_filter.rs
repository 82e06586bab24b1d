//! Which parts of a source a caller asks for.

use serde_json::{Map, Value};

use super::call::Call;
use super::error::ApiError;
use super::name::glob;
use super::scalar::text;

/// Which parts of a source are asked for.
#[derive(Debug, Clone, Default)]
pub(super) struct SourceFilter {
    none: bool,
    includes: Vec<String>,
    excludes: Vec<String>,
}

impl SourceFilter {
    pub(super) fn of_params(call: &Call<'_>) -> Result<Self, ApiError> {
        let list = |name| {
            let names = call.params.get(name).unwrap_or_default().split(',');
            names
                .filter(|name| !name.is_empty())
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        let mut filter = Self {
            none: false,
            includes: [list("_source_includes"), list("_source_include")].concat(),
            excludes: [list("_source_excludes"), list("_source_exclude")].concat(),
        };
        match call.params.get("_source") {
            None | Some("true" | "") => {}
            Some("false") => filter.none = true,
            Some(_) => filter.includes.extend(list("_source")),
        }
        Ok(filter)
    }

    pub(super) fn of_body(value: &Value) -> Self {
        let list = |value: &Value| match value {
            Value::String(name) => vec![name.clone()],
            Value::Array(names) => names.iter().map(text).collect(),
            _ => Vec::new(),
        };
        match value {
            Value::Object(_) => Self {
                none: false,
                includes: [list(&value["includes"]), list(&value["include"])].concat(),
                excludes: [list(&value["excludes"]), list(&value["exclude"])].concat(),
            },
            other => Self {
                none: *other == false,
                includes: list(other),
                excludes: Vec::new(),
            },
        }
    }

    pub(super) fn apply(&self, source: &Value) -> Option<Value> {
        if self.none {
            return None;
        }
        if self.includes.is_empty() && self.excludes.is_empty() {
            return Some(source.clone());
        }
        Some(self.prune(source, ""))
    }

    fn prune(&self, value: &Value, path: &str) -> Value {
        let Value::Object(fields) = value else {
            return value.clone();
        };
        let mut kept = Map::new();
        for (name, value) in fields {
            let path = format!("{path}{name}");
            if self.excludes.iter().any(|pattern| covers(pattern, &path)) {
                continue;
            }
            let included = self.includes.is_empty()
                || self.includes.iter().any(|pattern| covers(pattern, &path));
            if included || value.is_object() {
                let inner = self.prune(value, &format!("{path}."));
                if included || inner.as_object().is_some_and(|inner| !inner.is_empty()) {
                    kept.insert(name.clone(), inner);
                }
            }
        }
        Value::Object(kept)
    }
}

/// Whether a pattern names a field, or an object above it.
fn covers(pattern: &str, path: &str) -> bool {
    glob(pattern, path)
        || path
            .strip_prefix(pattern)
            .is_some_and(|rest| rest.starts_with('.'))
}
