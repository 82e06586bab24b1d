//! Reads floating-point numbers, buffered or not.

use serde::{Deserialize, Deserializer};
use serde_json::Number;

/// Reads a number, or `None` from `null`.
///
/// If another crate enables `arbitrary_precision` of serde_json, a number that serde has buffered
/// (for an untagged enum or a flattened struct) is a map. Only [`Number`] can read this map.
pub(crate) fn float<'de, D: Deserializer<'de>>(json: D) -> Result<Option<f64>, D::Error> {
    let number = Option::<Number>::deserialize(json)?;
    Ok(number.and_then(|number| number.as_f64()))
}

/// Reads a number; `null` is 0.
pub(crate) fn float_or_zero<'de, D: Deserializer<'de>>(json: D) -> Result<f64, D::Error> {
    Ok(float(json)?.unwrap_or_default())
}

/// A number or `null`, where only a type can be given.
#[derive(Deserialize)]
#[serde(transparent)]
pub(crate) struct Float(#[serde(deserialize_with = "float")] pub(crate) Option<f64>);
