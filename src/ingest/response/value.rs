use std::fmt;

use serde::Deserialize;
use serde::de::Visitor;
use serde_json::value::RawValue;

use crate::opensearch::document::Change;
use crate::opensearch::wire::json;

/// A number, or nothing if the value is not a number.
pub(super) struct Number(pub(super) Option<i64>);

impl Number {
    pub(super) fn status(self) -> Option<u16> {
        self.0.and_then(|number| u16::try_from(number).ok())
    }
}

impl<'a> Deserialize<'a> for Number {
    fn deserialize<D: serde::Deserializer<'a>>(deserializer: D) -> Result<Self, D::Error> {
        struct Numbers;
        impl Visitor<'_> for Numbers {
            type Value = Number;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number")
            }

            fn visit_u64<E>(self, number: u64) -> Result<Number, E> {
                Ok(Number(i64::try_from(number).ok()))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Number, E> {
                Ok(Number(Some(number)))
            }

            fn visit_f64<E>(self, _: f64) -> Result<Number, E> {
                Ok(Number(None))
            }

            fn visit_unit<E>(self) -> Result<Number, E> {
                Ok(Number(None))
            }

            fn visit_str<E>(self, text: &str) -> Result<Number, E> {
                Ok(Number(text.parse().ok()))
            }
        }
        deserializer.deserialize_any(Numbers)
    }
}

/// What changed, if it is text.
pub(super) struct Named(pub(super) Option<Change>);

impl<'a> Deserialize<'a> for Named {
    fn deserialize<D: serde::Deserializer<'a>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?;
        Ok(Self(serde_json::from_str(raw.get()).ok()))
    }
}

/// Text of a JSON string. Half a surrogate pair becomes U+FFFD: servers write one when they cut text.
pub(in super::super) fn text(raw: &RawValue) -> Option<String> {
    json::from_slice(raw.get().as_bytes()).ok()
}
