//! Which parts of a source a caller asks for.

use serde_json::{Map, Value, json};

use super::call::Call;
use super::error::ApiError;
use super::json::{members, text};
use super::name::glob;

/// The parts of a source to return.
#[derive(Debug, Clone, Default)]
pub(super) struct SourceFilter {
    excludes_all: bool,
    includes: Vec<String>,
    excludes: Vec<String>,
}

impl SourceFilter {
    /// Reads `_source`, `_source_includes` and `_source_excludes` of a query string. `None` without
    /// any of them.
    pub(super) fn of_params(call: &Call<'_>) -> Option<Self> {
        let list = |name| {
            let names = call.params.get(name).unwrap_or_default().split(',');
            names
                .filter(|name| !name.is_empty())
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        let mut filter = Self {
            excludes_all: false,
            includes: list("_source_includes"),
            excludes: list("_source_excludes"),
        };
        match call.params.get("_source") {
            None | Some("true" | "") => {}
            Some("false") => filter.excludes_all = true,
            Some(_) => filter.includes.extend(list("_source")),
        }
        let names = ["_source", "_source_includes", "_source_excludes"];
        let is_given = names.iter().any(|name| call.params.get(name).is_some());
        is_given.then_some(filter)
    }

    /// Reads the `_source` of a body.
    pub(super) fn of_body(value: &Value) -> Result<Self, ApiError> {
        let list = |value: Option<&Value>| match value {
            None => Ok(Vec::new()),
            Some(Value::String(name)) => Ok(vec![name.clone()]),
            Some(Value::Array(names)) if names.iter().all(Value::is_string) => {
                Ok(names.iter().map(text).collect())
            }
            Some(other) => Err(ApiError::unsupported(other, "in `_source`")),
        };
        let mut filter = Self::default();
        match value {
            Value::Null => {}
            Value::Bool(flag) => filter.excludes_all = !flag,
            Value::Object(_) => {
                let members = members(value, "includes excludes", "in `_source`")?;
                filter.includes = list(members.get("includes"))?;
                filter.excludes = list(members.get("excludes"))?;
            }
            names => filter.includes = list(Some(names))?,
        }
        Ok(filter)
    }

    /// Whether no part of the source is asked for.
    pub(super) fn excludes_all(&self) -> bool {
        self.excludes_all
    }

    pub(super) fn apply(&self, source: &Value) -> Option<Value> {
        if self.excludes_all {
            return None;
        }
        if self.includes.is_empty() && self.excludes.is_empty() {
            return Some(source.clone());
        }
        let is_included = self.includes.is_empty();
        Some(
            self.prune(source, "", is_included)
                .unwrap_or_else(|| Value::Object(Map::new())),
        )
    }

    /// The parts of a value that are asked for; `None` if there are none.
    fn prune(&self, value: &Value, path: &str, is_included: bool) -> Option<Value> {
        match value {
            Value::Object(fields) => {
                let kept: Map<String, Value> = fields
                    .iter()
                    .filter_map(|(name, value)| {
                        let path = match path {
                            "" => name.clone(),
                            path => format!("{path}.{name}"),
                        };
                        let matches = |pattern: &String| glob(pattern, &path);
                        if self.excludes.iter().any(matches) {
                            return None;
                        }
                        let is_included = is_included || self.includes.iter().any(matches);
                        Some((name.clone(), self.prune(value, &path, is_included)?))
                    })
                    .collect();
                (is_included || !kept.is_empty()).then_some(Value::Object(kept))
            }
            Value::Array(values) => {
                let kept: Vec<Value> = values
                    .iter()
                    .filter_map(|value| self.prune(value, path, is_included))
                    // OpenSearch drops objects and arrays of an array that are empty.
                    .filter(|kept| *kept != json!({}) && *kept != json!([]))
                    .collect();
                (is_included || !kept.is_empty()).then_some(Value::Array(kept))
            }
            other => is_included.then(|| other.clone()),
        }
    }
}
