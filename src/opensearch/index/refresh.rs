use http::Request;
use serde::Deserialize;

use crate::body::Body;
use crate::opensearch::call::query::{Query, query_param};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;
use crate::opensearch::wire::Shards;

/// Makes all changes visible to searches: POST /{index}/_refresh
/// ([reference](https://docs.opensearch.org/latest/api-reference/index-apis/refresh/)).
#[derive(Clone, Debug)]
#[must_use]
pub struct Refresh {
    index: String,
    query: Query,
}

impl Refresh {
    /// Refreshes one index, or all those that a list with wildcards names.
    pub fn new(index: impl Into<String>) -> Self {
        Self {
            index: index.into(),
            query: Query::default(),
        }
    }

    query_param!();
}

impl Call for Refresh {
    type Output = RefreshResponse;

    fn request(&self) -> Result<Request<Body>, Error> {
        let route = Route::post().index(&self.index).literal("_refresh");
        route.parameters(&self.query).empty()
    }

    fn decode(&self, response: Response) -> Result<RefreshResponse, Error> {
        response.success()?.object()
    }
}

/// Indices were refreshed.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct RefreshResponse {
    /// How many shards took part.
    #[serde(default, rename = "_shards")]
    pub shards: Shards,
}
