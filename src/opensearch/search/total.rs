use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

/// How many documents match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Total {
    /// How many documents were counted.
    pub value: u64,
    /// Whether this count is exact.
    pub relation: Relation,
}

/// Whether a count is exact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Relation {
    /// The count is exact.
    Eq,
    /// The count is a lower bound, or the response does not say that it is exact.
    #[default]
    Gte,
}

/// A total, or `None` if the server did not count.
pub(super) struct Counted(pub(super) Option<Total>);

impl<'de> Deserialize<'de> for Counted {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        json.deserialize_any(CountedVisitor)
    }
}

/// Reads an object, or with `rest_total_hits_as_int` a number, which is exact.
impl<'de> Deserialize<'de> for Total {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        let Counted(total) = Counted::deserialize(json)?;
        total.ok_or_else(|| D::Error::custom("the total was not counted"))
    }
}

impl<'de> Deserialize<'de> for Relation {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        Ok(match &*String::deserialize(json)? {
            "eq" => Self::Eq,
            _ => Self::Gte,
        })
    }
}

struct CountedVisitor;

impl<'de> Visitor<'de> for CountedVisitor {
    type Value = Counted;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a total: an object or a number")
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Counted, E> {
        let relation = Relation::Eq;
        Ok(Counted(Some(Total { value, relation })))
    }

    /// -1 stands for a total that was not counted.
    fn visit_i64<E: Error>(self, value: i64) -> Result<Counted, E> {
        match u64::try_from(value) {
            Ok(value) => self.visit_u64(value),
            Err(_) => Ok(Counted(None)),
        }
    }

    fn visit_unit<E: Error>(self) -> Result<Counted, E> {
        Ok(Counted(None))
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Counted, A::Error> {
        #[derive(serde::Deserialize)]
        struct Fields {
            value: u64,
            #[serde(default)]
            relation: Relation,
        }
        let Fields { value, relation } = Fields::deserialize(MapAccessDeserializer::new(fields))?;
        Ok(Counted(Some(Total { value, relation })))
    }
}
