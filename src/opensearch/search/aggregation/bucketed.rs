use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer};
use serde_json::{Map, Value};

use super::bucket::Bucket;
use crate::opensearch::error::Error;

/// The result of a `terms` aggregation, also of `significant_terms` and `rare_terms`.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct Terms {
    /// One bucket for each term.
    #[serde(deserialize_with = "buckets")]
    pub buckets: Vec<Bucket>,
    /// By how much the count of a term may be too low.
    #[serde(default)]
    pub doc_count_error_upper_bound: i64,
    /// How many documents are in no bucket.
    #[serde(default)]
    pub sum_other_doc_count: u64,
}

/// The result of a `date_histogram` aggregation, also of `auto_date_histogram`.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct DateHistogram {
    /// The buckets, in the order of the response.
    #[serde(deserialize_with = "buckets")]
    pub buckets: Vec<Bucket>,
}

/// The result of a `histogram` aggregation.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct Histogram {
    /// The buckets, in the order of the response.
    #[serde(deserialize_with = "buckets")]
    pub buckets: Vec<Bucket>,
}

/// The result of a `range` aggregation, also of `date_range` and `ip_range`.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct Range {
    /// The buckets, in the order of the response.
    #[serde(deserialize_with = "buckets")]
    pub buckets: Vec<Bucket>,
}

/// The result of a `filters` aggregation, also of `adjacency_matrix`. A named filter is the key of its bucket.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct Filters {
    /// The buckets, in the order of the response.
    #[serde(deserialize_with = "buckets")]
    pub buckets: Vec<Bucket>,
}

/// The result of a `composite` aggregation.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct Composite {
    /// The buckets of this page. Their keys are objects.
    #[serde(deserialize_with = "buckets")]
    pub buckets: Vec<Bucket>,
    /// The key after which the next page begins, as JSON, for the parameter `after`; `null` after the last page.
    #[serde(default)]
    pub after_key: Value,
}

/// The result of a `nested` aggregation: one bucket.
pub type Nested = SingleBucket;

/// The result of an aggregation with one bucket: `nested`, `reverse_nested`, `filter`, `global`, `missing`, `sampler`.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub struct SingleBucket(Bucket);

impl SingleBucket {
    /// How many documents are in it.
    pub fn doc_count(&self) -> u64 {
        self.0.doc_count
    }

    /// Reads the result of an aggregation in the bucket.
    ///
    /// # Errors
    ///
    /// When there is no result of this name, or when it does not have this form.
    pub fn aggregation<A: DeserializeOwned>(&self, name: &str) -> Result<A, Error> {
        self.0.aggregation(name)
    }
}

/// Reads buckets from a list, or from an object whose keys are the buckets' keys.
fn buckets<'de, D: Deserializer<'de>>(json: D) -> Result<Vec<Bucket>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Buckets {
        List(Vec<Bucket>),
        Named(Map<String, Value>),
    }
    let named = match Buckets::deserialize(json)? {
        Buckets::List(list) => return Ok(list),
        Buckets::Named(named) => named,
    };
    let read = named.into_iter().map(|(name, value)| {
        let mut bucket = Bucket::deserialize(value).map_err(serde::de::Error::custom)?;
        bucket.key = name.into();
        Ok(bucket)
    });
    read.collect()
}
