//! GET /_cat/recovery ([reference](https://docs.opensearch.org/latest/api-reference/cat/cat-recovery/)).

use http::Request;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::cell::number;
use super::table::table;
use crate::body::Body;
use crate::opensearch::call::query::{Query, query_param};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;

/// Lists the recoveries of shards, those that run and those that have ended: after a restore, for example.
///
/// A serverless collection has this call, too.
#[derive(Clone, Debug)]
#[must_use]
pub struct Recovery {
    index: Option<String>,
    query: Query,
}

impl Recovery {
    /// Lists the recoveries of all indices.
    pub fn new() -> Self {
        Self {
            index: None,
            query: table(COLUMNS),
        }
    }

    /// Lists only those of these indices: a name, or a list with wildcards.
    pub fn index(mut self, index: impl Into<String>) -> Self {
        self.index = Some(index.into());
        self
    }

    query_param!();
}

impl Default for Recovery {
    fn default() -> Self {
        Self::new()
    }
}

impl Call for Recovery {
    type Output = Vec<RecoveryRow>;

    fn request(&self) -> Result<Request<Body>, Error> {
        let mut route = Route::get().literal("_cat/recovery");
        if let Some(index) = &self.index {
            route = route.index(index);
        }
        route.parameters(&self.query).empty()
    }

    fn decode(&self, response: Response) -> Result<Vec<RecoveryRow>, Error> {
        response.success()?.json()
    }
}

/// The recovery of one shard. What is not known is `None`.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct RecoveryRow {
    /// The index of the shard.
    #[serde(default)]
    pub index: String,
    /// The number of the shard.
    #[serde(default, deserialize_with = "number")]
    pub shard: Option<u32>,
    /// Where the data comes from: `snapshot`, `peer`, `empty_store`, …
    #[serde(rename = "type", default)]
    pub recovery_type: Option<String>,
    /// How far it is: `init`, `index`, …, `done`.
    #[serde(default)]
    pub stage: Option<String>,
    /// The repository of the snapshot.
    #[serde(default)]
    pub repository: Option<String>,
    /// The snapshot.
    #[serde(default)]
    pub snapshot: Option<String>,
    /// When it began, in milliseconds since 1970.
    #[serde(default, deserialize_with = "number")]
    pub start_time_millis: Option<u64>,
    /// How much of the data has been read, in percent.
    #[serde(default, deserialize_with = "percent")]
    pub bytes_percent: Option<f64>,
    /// The columns that have no field here, as the server writes them.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl RecoveryRow {
    /// Whether the shard is in use.
    pub fn is_done(&self) -> bool {
        let stage = self.stage.as_deref().unwrap_or_default();
        stage.eq_ignore_ascii_case("done")
    }
}

/// Reads `98.5%`, or a number.
fn percent<'de, D: Deserializer<'de>>(json: D) -> Result<Option<f64>, D::Error> {
    Ok(match Value::deserialize(json)? {
        Value::String(text) => text.trim().trim_end_matches('%').parse().ok(),
        other => other.as_f64(),
    })
}

const COLUMNS: &str = "index,shard,type,stage,repository,snapshot,start_time_millis,bytes_percent";
