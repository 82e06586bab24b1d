use http::Request;
use serde::Deserialize;

use crate::body::Body;
use crate::opensearch::call::query::{Query, indices_options, query_param};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;
use crate::opensearch::wire::Shards;
use crate::opensearch::wire::altered;
use crate::opensearch::wire::lenient::or_default;

/// Makes all changes visible to searches and counts: POST /{index}/_refresh
/// ([reference](https://docs.opensearch.org/latest/api-reference/index-apis/refresh/)).
#[derive(Clone, Debug)]
#[must_use]
pub struct Refresh {
    index: Option<String>,
    query: Query,
}

impl Refresh {
    /// Refreshes one index, or all indices in a list with wildcards.
    pub fn new(index: impl Into<String>) -> Self {
        Self::of(Some(index.into()))
    }

    /// Refreshes all indices.
    pub fn all_indices() -> Self {
        Self::of(None)
    }

    indices_options!();
    query_param!();

    fn of(index: Option<String>) -> Self {
        let query = Query::default();
        Self { index, query }
    }
}

impl Call for Refresh {
    type Output = RefreshResponse;

    fn request(&self) -> Result<Request<Body>, Error> {
        let route = match &self.index {
            Some(index) => Route::post().index(index),
            None => Route::post(),
        };
        route.literal("_refresh").parameters(&self.query).empty()
    }

    fn decode(&self, response: Response) -> Result<RefreshResponse, Error> {
        altered::read(&response.success()?, &self.query)
    }
}

/// The response to [`Refresh`].
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct RefreshResponse {
    /// How many shards took part; if some failed, searches do not see their changes yet.
    #[serde(default, rename = "_shards", deserialize_with = "or_default")]
    pub shards: Shards,
}
