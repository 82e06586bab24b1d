use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer};
use serde_json::{Map, Value};

use super::aggregations::{self, Aggregations};
use crate::opensearch::error::Error;

/// One bucket of an aggregation, and the results of the aggregations in it.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Bucket {
    /// What the documents of the bucket have in common: a text, a number, a flag, milliseconds since 1970, or for a
    /// composite an object. `null` if the bucket has none.
    pub key: Value,
    /// The key as text, if the server states it: a formatted date, for example.
    pub key_as_string: Option<String>,
    /// How many documents are in it.
    pub doc_count: u64,
    /// Where a range begins.
    pub from: Option<f64>,
    /// Where a range ends.
    pub to: Option<f64>,
    /// The results of the aggregations in the bucket.
    pub aggregations: Aggregations,
}

impl Bucket {
    /// Reads the result of an aggregation in the bucket.
    ///
    /// # Errors
    ///
    /// When there is no result of this name, or when it does not have this form.
    pub fn aggregation<A: DeserializeOwned>(&self, name: &str) -> Result<A, Error> {
        aggregations::read(&self.aggregations.0, name)
    }

    /// The key as text: as the server formats it, or else as it is.
    pub fn name(&self) -> impl fmt::Display + '_ {
        Name(self)
    }
}

struct Name<'a>(&'a Bucket);

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.0.key_as_string, &self.0.key) {
            (Some(text), _) | (None, Value::String(text)) => f.pad(text),
            (None, other) => f.pad(&other.to_string()),
        }
    }
}

impl<'de> Deserialize<'de> for Bucket {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        let mut fields = Map::deserialize(json)?;
        let mut take = |name: &str| fields.remove(name).unwrap_or_default();
        let mut bucket = Self {
            key: take("key"),
            key_as_string: take("key_as_string").as_str().map(str::to_owned),
            doc_count: take("doc_count").as_u64().unwrap_or_default(),
            from: take("from").as_f64(),
            to: take("to").as_f64(),
            aggregations: Aggregations::default(),
        };
        // What else is no object belongs to the bucket itself, such as `from_as_string`.
        fields.retain(|_, value| value.is_object());
        bucket.aggregations = Aggregations(fields);
        Ok(bucket)
    }
}
