//! POST and DELETE /_search/scroll
//! ([reference](https://docs.opensearch.org/latest/api-reference/search-apis/scroll/)).

use std::marker::PhantomData;

use http::{Request, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::hits::Hits;
use crate::body::Body;
use crate::opensearch::call::query::{Query, query_param};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;

/// Fetches the next hits of a search that was kept alive with
/// [`Search::scroll`](super::Search::scroll).
#[derive(Clone, Debug)]
#[must_use]
pub struct Scroll<T> {
    id: String,
    keep_alive: String,
    query: Query,
    source: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Scroll<T> {
    /// Goes on with the search of this [`scroll_id`](Hits::scroll_id), and keeps it alive so much
    /// longer.
    pub fn new(scroll_id: impl Into<String>, keep_alive: impl Into<String>) -> Self {
        Self {
            id: scroll_id.into(),
            keep_alive: keep_alive.into(),
            query: Query::default(),
            source: PhantomData,
        }
    }

    query_param!();
}

impl<T: DeserializeOwned> Call for Scroll<T> {
    type Output = Hits<T>;

    fn request(&self) -> Result<Request<Body>, Error> {
        let route = Route::post()
            .literal("_search/scroll")
            .parameters(&self.query);
        route.json(&json!({ "scroll_id": self.id, "scroll": self.keep_alive }))
    }

    fn decode(&self, response: Response) -> Result<Hits<T>, Error> {
        response.success()?.object()
    }
}

/// Ends searches that were kept alive; one that has ended already is fine.
#[derive(Clone, Debug)]
#[must_use]
pub struct ClearScroll {
    ids: Vec<String>,
    query: Query,
}

impl ClearScroll {
    /// Ends the searches of these scroll ids.
    pub fn new<I: Into<String>>(scroll_ids: impl IntoIterator<Item = I>) -> Self {
        Self {
            ids: scroll_ids.into_iter().map(Into::into).collect(),
            query: Query::default(),
        }
    }

    query_param!();
}

impl Call for ClearScroll {
    type Output = ClearScrollResponse;

    fn request(&self) -> Result<Request<Body>, Error> {
        let route = Route::delete()
            .literal("_search/scroll")
            .parameters(&self.query);
        route.json(&json!({ "scroll_id": self.ids }))
    }

    fn decode(&self, response: Response) -> Result<ClearScrollResponse, Error> {
        if response.status == StatusCode::NOT_FOUND
            && let Ok(cleared) = response.object()
        {
            return Ok(cleared);
        }
        response.success()?.object()
    }
}

/// Searches were ended.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct ClearScrollResponse {
    /// Whether none of them is kept alive any more.
    pub succeeded: bool,
    /// How many shards had kept something.
    #[serde(default)]
    pub num_freed: u64,
}
