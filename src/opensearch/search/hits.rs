use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::opensearch::wire::Shards;
use crate::opensearch::wire::lenient::or_default;

/// What a search found.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
#[serde(from = "Wire<T>", bound = "T: Deserialize<'de>")]
pub struct Hits<T> {
    /// How many documents match, unless that was not counted.
    pub total: Option<Total>,
    /// The highest score.
    pub max_score: Option<f64>,
    /// The hits of this page.
    pub hits: Vec<Hit<T>>,
    /// What was summed up, as JSON; `null` if nothing was asked for.
    pub aggregations: Value,
    /// How long the server searched, in milliseconds.
    pub took: u64,
    /// Whether the time was not enough: the hits are not all.
    pub timed_out: bool,
    /// How many shards took part; if some failed, the hits are not all.
    pub shards: Shards,
    /// Fetches more with [`Scroll`](super::Scroll).
    pub scroll_id: Option<String>,
    /// The point in time to search next.
    pub pit_id: Option<String>,
}

/// One document that was found.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct Hit<T> {
    /// The document's index.
    #[serde(default, rename = "_index", deserialize_with = "or_default")]
    pub index: String,
    /// The document's id.
    #[serde(default, rename = "_id", deserialize_with = "or_default")]
    pub id: String,
    /// How well it matches; nothing if the hits are sorted otherwise.
    #[serde(rename = "_score")]
    pub score: Option<f64>,
    /// The document.
    #[serde(rename = "_source")]
    pub source: T,
    /// What it was sorted by, for [`Search::search_after`](super::Search::search_after).
    pub sort: Option<Box<RawValue>>,
    /// The fields that were asked for, as JSON.
    #[serde(default)]
    pub fields: Value,
    /// The fragments to show, by field.
    #[serde(default, deserialize_with = "or_default")]
    pub highlight: BTreeMap<String, Vec<String>>,
    /// Its routing value, if it has one.
    #[serde(rename = "_routing")]
    pub routing: Option<String>,
    /// The document's version, if it was asked for.
    #[serde(rename = "_version")]
    pub version: Option<i64>,
    /// The sequence number of its last change, if it was asked for.
    #[serde(rename = "_seq_no")]
    pub seq_no: Option<i64>,
    /// The primary term of its last change, if it was asked for.
    #[serde(rename = "_primary_term")]
    pub primary_term: Option<i64>,
}

/// How many documents match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Total {
    /// How many were counted.
    pub value: u64,
    /// Whether these are all.
    pub relation: Relation,
}

/// Whether a count is exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Relation {
    /// It is.
    Eq,
    /// There are at least so many.
    Gte,
}

/// The response as it is nested on the wire.
#[derive(Deserialize)]
#[serde(bound = "T: Deserialize<'de>")]
struct Wire<T> {
    #[serde(default)]
    took: u64,
    #[serde(default)]
    timed_out: bool,
    #[serde(default, rename = "_shards", deserialize_with = "or_default")]
    shards: Shards,
    hits: WireHits<T>,
    #[serde(default)]
    aggregations: Value,
    #[serde(rename = "_scroll_id")]
    scroll_id: Option<String>,
    pit_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(bound = "T: Deserialize<'de>")]
struct WireHits<T> {
    total: Option<Total>,
    max_score: Option<f64>,
    hits: Vec<Hit<T>>,
}

impl<T> From<Wire<T>> for Hits<T> {
    fn from(wire: Wire<T>) -> Self {
        Self {
            total: wire.hits.total,
            max_score: wire.hits.max_score,
            hits: wire.hits.hits,
            aggregations: wire.aggregations,
            took: wire.took,
            timed_out: wire.timed_out,
            shards: wire.shards,
            scroll_id: wire.scroll_id,
            pit_id: wire.pit_id,
        }
    }
}
