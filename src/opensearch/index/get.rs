//! GET /{index} ([reference](https://docs.opensearch.org/latest/api-reference/index-apis/get-index/)).

use std::collections::BTreeMap;

use http::Request;
use serde::Deserialize;
use serde_json::Value;

use crate::body::Body;
use crate::opensearch::alias::Alias;
use crate::opensearch::call::query::{Query, indices_options, query_param};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;
use crate::opensearch::wire::altered;

/// Reads aliases, mappings and settings of indices.
#[derive(Clone, Debug)]
#[must_use]
pub struct Get {
    index: String,
    query: Query,
}

impl Get {
    /// Reads one index, or all indices in a list with wildcards.
    pub fn new(index: impl Into<String>) -> Self {
        Self {
            index: index.into(),
            query: Query::default(),
        }
    }

    indices_options!();
    query_param!();
}

impl Call for Get {
    type Output = BTreeMap<String, IndexDescription>;

    fn request(&self) -> Result<Request<Body>, Error> {
        Route::get()
            .index(&self.index)
            .parameters(&self.query)
            .empty()
    }

    fn decode(&self, response: Response) -> Result<Self::Output, Error> {
        altered::read(&response.success()?, &self.query)
    }
}

/// One index in the response to [`Get`].
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct IndexDescription {
    /// Its aliases by name.
    #[serde(default)]
    pub aliases: BTreeMap<String, Alias>,
    /// Its mapping, as JSON.
    #[serde(default)]
    pub mappings: Value,
    /// Its settings, as JSON. The server writes numbers and flags as text: `"1"`, `"true"`.
    #[serde(default)]
    pub settings: Value,
}
