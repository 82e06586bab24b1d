//! JSON values that are neither objects nor arrays.

use std::cmp::Ordering;

use serde_json::Value;

/// A JSON scalar as a parameter would spell it.
pub(super) fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// Numbers by size, everything else by spelling.
pub(super) fn compare(a: &Value, b: &Value) -> Ordering {
    match (number(a), number(b)) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        _ => text(a).cmp(&text(b)),
    }
}

/// A number, also when it is written as a string.
pub(super) fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.parse().ok())
}
