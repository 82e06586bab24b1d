//! Reads fields that some servers leave empty.

use serde::{Deserialize, Deserializer};

/// The default for `null`; with `#[serde(default)]`, for a missing field too.
pub(crate) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
