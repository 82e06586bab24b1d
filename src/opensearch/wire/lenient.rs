//! Reads fields that some servers leave empty.

use serde::{Deserialize, Deserializer};

/// Reads `null` as the default. With `#[serde(default)]`, a missing field is the default too.
pub(crate) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
