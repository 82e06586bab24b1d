//! POST /{index}/_close
//! ([reference](https://docs.opensearch.org/latest/api-reference/index-apis/close-index/)).

use std::collections::BTreeMap;

use http::Request;
use serde::Deserialize;

use crate::body::Body;
use crate::opensearch::call::query::{
    Query, indices_options, query_param, state_timeouts, wait_for_active_shards,
};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;
use crate::opensearch::wire::altered;

/// Closes indices: they keep their data, and can be neither read nor written.
#[derive(Clone, Debug)]
#[must_use]
pub struct Close {
    index: String,
    query: Query,
}

impl Close {
    /// Closes one index, or all indices in a list with wildcards.
    pub fn new(index: impl Into<String>) -> Self {
        Self {
            index: index.into(),
            query: Query::default(),
        }
    }

    indices_options!();
    state_timeouts!();
    wait_for_active_shards!();
    query_param!();
}

impl Call for Close {
    type Output = CloseResponse;

    fn request(&self) -> Result<Request<Body>, Error> {
        let route = Route::post().index(&self.index).literal("_close");
        route.parameters(&self.query).empty()
    }

    fn decode(&self, response: Response) -> Result<CloseResponse, Error> {
        altered::read_acknowledged(&response.success()?, &self.query)
    }
}

/// The response to [`Close`].
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct CloseResponse {
    /// Whether all nodes knew the change before the timeout. If a filter removed this from a
    /// successful response, it is `true`.
    pub acknowledged: bool,
    /// Whether all shards were closed before the timeout.
    #[serde(default)]
    pub shards_acknowledged: bool,
    /// Each index that was closed, or was to be.
    #[serde(default)]
    pub indices: BTreeMap<String, ClosedIndex>,
}

/// One index in a [`CloseResponse`].
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct ClosedIndex {
    /// Whether it is closed.
    #[serde(default)]
    pub closed: bool,
}
