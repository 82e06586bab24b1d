use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::de::{Deserializer, Error, Unexpected, Visitor};

/// Reads a number that a table writes as text. Nothing, an empty text, `-` or text of a different kind is `None`: a
/// server writes it for what is not known.
pub(super) fn number<'de, D, T>(json: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr,
{
    json.deserialize_any(Cell(PhantomData))
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
