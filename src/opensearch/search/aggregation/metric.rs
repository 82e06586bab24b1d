use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::Deserializer;
use serde_json::Value;

use crate::opensearch::search::hits::Hits;

/// The result of an aggregation with one number: `avg`, `min`, `max`, `sum`, `value_count` and others.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct SingleValue {
    /// The number; `None` if no document has the field.
    pub value: Option<f64>,
    /// The number as text, if the server states it: a formatted date, for example.
    #[serde(default)]
    pub value_as_string: Option<String>,
}

/// The result of a `cardinality` aggregation.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct Cardinality {
    /// About how many different values there are.
    pub value: u64,
}

/// The result of a `stats` aggregation, also of `extended_stats`.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct Stats {
    /// How many values there are.
    pub count: u64,
    /// The lowest value; `None` if there is none.
    pub min: Option<f64>,
    /// The highest value; `None` if there is none.
    pub max: Option<f64>,
    /// The mean; `None` if there is no value.
    pub avg: Option<f64>,
    /// The sum.
    pub sum: f64,
    /// The standard deviation, of `extended_stats`.
    #[serde(default)]
    pub std_deviation: Option<f64>,
}

/// The result of a `percentiles` aggregation, also of `percentile_ranks`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Percentiles {
    /// Pairs of a percentage and the value that so many documents do not exceed; `None` if there is no value.
    pub values: Vec<(f64, Option<f64>)>,
}

impl<'de> Deserialize<'de> for Percentiles {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Outer {
            values: Values,
        }
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Values {
            Named(BTreeMap<String, Value>),
            // With `keyed` set to `false`.
            List(Vec<Pair>),
        }
        #[derive(Deserialize)]
        struct Pair {
            key: f64,
            value: Option<f64>,
        }
        let mut values: Vec<_> = match Outer::deserialize(json)?.values {
            // Beside each number there may be its text, as `50.0_as_string`.
            Values::Named(named) => named
                .into_iter()
                .filter_map(|(percent, value)| Some((percent.parse().ok()?, value.as_f64())))
                .collect(),
            Values::List(list) => list.into_iter().map(|it| (it.key, it.value)).collect(),
        };
        values.sort_by(|(one, _), (other, _)| one.total_cmp(other));
        Ok(Self { values })
    }
}

/// The result of a `top_hits` aggregation.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TopHits<T> {
    /// The best hits of the bucket.
    pub hits: Hits<T>,
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for TopHits<T> {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        Ok(Self {
            hits: Hits::deserialize(json)?,
        })
    }
}
