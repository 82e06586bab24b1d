//! GET /{index}/_settings
//! ([reference](https://docs.opensearch.org/latest/api-reference/index-apis/get-settings/)).

use std::collections::BTreeMap;

use http::Request;
use serde::Deserialize;
use serde_json::Value;

use crate::body::Body;
use crate::opensearch::call::query::{Query, indices_options, query_param};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;
use crate::opensearch::wire::altered;

/// Reads settings of indices.
#[derive(Clone, Debug)]
#[must_use]
pub struct GetSettings {
    index: Option<String>,
    query: Query,
}

impl GetSettings {
    /// Reads the settings of one index, or of all indices in a list with wildcards.
    pub fn new(index: impl Into<String>) -> Self {
        Self {
            index: Some(index.into()),
            query: Query::default(),
        }
    }

    /// Reads the settings of all indices.
    pub fn all_indices() -> Self {
        Self {
            index: None,
            query: Query::default(),
        }
    }

    /// Sets whether the response also has the settings that have their default value.
    pub fn include_defaults(mut self, include: bool) -> Self {
        self.query.set("include_defaults", include);
        self
    }

    /// Sets whether names are written with dots: `index.number_of_shards`.
    pub fn flat_settings(mut self, flat: bool) -> Self {
        self.query.set("flat_settings", flat);
        self
    }

    indices_options!();
    query_param!();
}

impl Call for GetSettings {
    type Output = BTreeMap<String, IndexSettings>;

    fn request(&self) -> Result<Request<Body>, Error> {
        let route = match &self.index {
            Some(index) => Route::get().index(index),
            None => Route::get(),
        };
        route.literal("_settings").parameters(&self.query).empty()
    }

    fn decode(&self, response: Response) -> Result<Self::Output, Error> {
        altered::read(&response.success()?, &self.query)
    }
}

/// The settings of one index, in the response to [`GetSettings`].
///
/// The server writes numbers and flags as text: `"1"`, `"true"`.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct IndexSettings {
    /// The settings that someone has set, as JSON.
    #[serde(default)]
    pub settings: Value,
    /// The other settings, as JSON, with [`include_defaults`](GetSettings::include_defaults).
    #[serde(default)]
    pub defaults: Value,
}
