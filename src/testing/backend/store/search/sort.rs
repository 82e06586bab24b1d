//! The order of hits.

use std::cmp::Ordering;

use serde_json::{Value, json};

use super::super::error::ApiError;
use super::super::scalar::compare;
use super::super::snapshot::{Row, Snapshot, shard_error};

/// What hits are sorted by, first things first; by score if empty.
#[derive(Debug, Clone, Default)]
pub(super) struct Sort(Vec<Key>);

#[derive(Debug, Clone)]
struct Key {
    field: String,
    descending: bool,
}

impl Sort {
    /// Reads `sort` of a body, or `field:asc,field:desc` of a query string.
    pub(super) fn read(body: &Value, param: Option<&str>) -> Result<Self, ApiError> {
        if let Some(param) = param {
            let keys = param.split(',').map(|part| {
                let (field, order) = part.split_once(':').unwrap_or((part, ""));
                Key::new(field, order)
            });
            return Ok(Self(keys.collect()));
        }
        let given = match body {
            Value::Null => return Ok(Self::default()),
            Value::Array(given) => given.clone(),
            one => vec![one.clone()],
        };
        let mut keys = Vec::new();
        for key in &given {
            match key {
                Value::String(field) => keys.push(Key::new(field, "")),
                Value::Object(fields) => keys.extend(fields.iter().map(|(field, order)| {
                    Key::new(
                        field,
                        order
                            .as_str()
                            .or_else(|| order["order"].as_str())
                            .unwrap_or(""),
                    )
                })),
                _ => return Err(ApiError::parsing("malformed sort format")),
            }
        }
        Ok(Self(keys))
    }

    pub(super) fn is_by_score(&self) -> bool {
        self.0.is_empty()
    }

    /// Refuses what cannot be sorted by.
    pub(super) fn check(&self, snapshot: &Snapshot) -> Result<(), ApiError> {
        for Key { field, .. } in &self.0 {
            if field.starts_with('_') {
                continue;
            }
            for (index, kind) in snapshot.kinds(field) {
                match kind {
                    Some("text") => return Err(no_fielddata(field)),
                    None => {
                        let reason = format!("No mapping found for [{field}] in order to sort on");
                        return Err(shard_error(index, &reason));
                    }
                    Some(_) => {}
                }
            }
        }
        Ok(())
    }

    pub(super) fn order(&self, rows: &mut [Row<'_>]) {
        rows.sort_by(|a, b| {
            if self.0.is_empty() {
                return b.score.total_cmp(&a.score);
            }
            self.compare(&self.values(a), &self.values(b))
        });
    }

    pub(super) fn is_after(&self, row: &Row<'_>, after: &[Value]) -> bool {
        self.compare(&self.values(row), after).is_gt()
    }

    /// The values a hit is sorted by.
    pub(super) fn values(&self, row: &Row<'_>) -> Vec<Value> {
        let value = |key: &Key| match key.field.as_str() {
            "_score" => json!(row.score),
            "_doc" | "_shard_doc" => json!(row.number),
            "_id" => json!(row.id),
            "_index" => json!(row.index),
            field => {
                let values = row.values(field).into_iter();
                let best = if key.descending {
                    values.max_by(|a, b| compare(a, b))
                } else {
                    values.min_by(|a, b| compare(a, b))
                };
                best.cloned().unwrap_or_default()
            }
        };
        self.0.iter().map(value).collect()
    }

    fn compare(&self, a: &[Value], b: &[Value]) -> Ordering {
        for (key, (a, b)) in self.0.iter().zip(a.iter().zip(b)) {
            // What is missing comes last in either direction.
            let order = match (a.is_null(), b.is_null()) {
                (false, false) if key.descending => compare(b, a),
                (false, false) => compare(a, b),
                (a, b) => a.cmp(&b),
            };
            if order.is_ne() {
                return order;
            }
        }
        Ordering::Equal
    }
}

impl Key {
    fn new(field: &str, order: &str) -> Self {
        let descending = order == "desc" || (field == "_score" && order != "asc");
        Self {
            field: field.to_owned(),
            descending,
        }
    }
}

/// What a text field answers to being sorted by or aggregated.
pub(super) fn no_fielddata(field: &str) -> ApiError {
    ApiError::illegal(format!(
        "Text fields are not optimised for operations that require per-document field data like \
         aggregations and sorting, so these operations are disabled by default. Please use a \
         keyword field instead. Alternatively, set fielddata=true on [{field}] in order to load \
         field data by uninverting the inverted index. Note that this can use significant memory."
    ))
}
