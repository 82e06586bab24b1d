//! The cells of a table, in which a server writes numbers and flags as text.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::Deserialize;
use serde::de::{Deserializer, Error, Unexpected, Visitor};
use serde_json::Value;

use crate::opensearch::cluster::Status;

/// Reads a number that a table writes as text. Nothing, an empty text, `-` or text of a different kind is `None`: a
/// server writes it for what it does not know.
pub(super) fn number<'de, D, T>(json: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr,
{
    json.deserialize_any(Cell(PhantomData))
}

/// Reads a status. Nothing, and a text that is no status, is `None`.
pub(super) fn status<'de, D: Deserializer<'de>>(json: D) -> Result<Option<Status>, D::Error> {
    let cell = Value::deserialize(json)?;
    Ok(Status::deserialize(cell).ok())
}

/// Reads the kind of a shard: `p` for the primary copy, `r` for a replica.
pub(super) fn is_primary<'de, D: Deserializer<'de>>(json: D) -> Result<Option<bool>, D::Error> {
    Ok(match Option::<String>::deserialize(json)?.as_deref() {
        Some("p") => Some(true),
        Some("r") => Some(false),
        _ => None,
    })
}

struct Cell<T>(PhantomData<T>);

impl<T: FromStr> Visitor<'_> for Cell<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number as text, or null")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Option<T>, E> {
        Ok(text.trim().parse().ok())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Option<T>, E> {
        let read = number.to_string().parse();
        read.map(Some)
            .map_err(|_| E::invalid_value(Unexpected::Unsigned(number), &self))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Option<T>, E> {
        Ok(number.to_string().parse().ok())
    }

    fn visit_unit<E: Error>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_none<E: Error>(self) -> Result<Option<T>, E> {
        Ok(None)
    }
}
