//! POST /{index}/_open
//! ([reference](https://docs.opensearch.org/latest/api-reference/index-apis/open-index/)).

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

/// Opens closed indices.
#[derive(Clone, Debug)]
#[must_use]
pub struct Open {
    index: String,
    query: Query,
}

impl Open {
    /// Opens one index, or all indices in a list with wildcards.
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

impl Call for Open {
    type Output = OpenResponse;

    fn request(&self) -> Result<Request<Body>, Error> {
        let route = Route::post().index(&self.index).literal("_open");
        route.parameters(&self.query).empty()
    }

    fn decode(&self, response: Response) -> Result<OpenResponse, Error> {
        altered::read_acknowledged(&response.success()?, &self.query)
    }
}

/// The response to [`Open`].
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct OpenResponse {
    /// Whether all nodes knew the change before the timeout. If a filter removed this from a
    /// successful response, it is `true`.
    pub acknowledged: bool,
    /// Whether enough shards started before the timeout.
    #[serde(default)]
    pub shards_acknowledged: bool,
}
