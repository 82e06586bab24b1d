//! POST and DELETE /_search/scroll
//! ([reference](https://docs.opensearch.org/latest/api-reference/search-apis/scroll/)).

use std::marker::PhantomData;

use http::{Request, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::hits::Hits;
use crate::body::Body;
use crate::opensearch::call::query::{Query, query_param};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;
use crate::opensearch::wire::altered;
use crate::opensearch::wire::body::body_param;

/// Fetches the next hits of a search that [`Search::scroll`](super::Search::scroll) keeps.
#[derive(Clone, Debug)]
#[must_use]
pub struct Scroll<T> {
    body: Map<String, Value>,
    query: Query,
    source: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Scroll<T> {
    /// Continues the search of this [`scroll_id`](Hits::scroll_id), and keeps it for this much
    /// longer: `1m`.
    pub fn new(scroll_id: impl Into<String>, keep_alive: impl Into<String>) -> Self {
        let parts = [
            ("scroll_id", scroll_id.into()),
            ("scroll", keep_alive.into()),
        ];
        Self {
            body: Map::from_iter(parts.map(|(name, value)| (name.into(), value.into()))),
            query: Query::default(),
            source: PhantomData,
        }
    }

    body_param!();
    query_param!();
}

impl<T: DeserializeOwned> Call for Scroll<T> {
    type Output = Hits<T>;

    fn request(&self) -> Result<Request<Body>, Error> {
        Route::post()
            .literal("_search/scroll")
            .parameters(&self.query)
            .json(&self.body)
    }

    fn decode(&self, response: Response) -> Result<Hits<T>, Error> {
        Hits::read(&response.success()?, &self.query)
    }
}

/// Ends searches that [`Search::scroll`](super::Search::scroll) keeps. A search that has ended
/// already is no error.
#[derive(Clone, Debug)]
#[must_use]
pub struct ClearScroll {
    body: Map<String, Value>,
    query: Query,
}

impl ClearScroll {
    /// Ends the searches of these scroll ids.
    pub fn new<I: Into<String>>(scroll_ids: impl IntoIterator<Item = I>) -> Self {
        let ids = scroll_ids
            .into_iter()
            .map(|id| Value::String(id.into()))
            .collect();
        Self {
            body: Map::from_iter([("scroll_id".to_owned(), Value::Array(ids))]),
            query: Query::default(),
        }
    }

    body_param!();
    query_param!();
}

impl Call for ClearScroll {
    type Output = ClearScrollResponse;

    fn request(&self) -> Result<Request<Body>, Error> {
        Route::delete()
            .literal("_search/scroll")
            .parameters(&self.query)
            .json(&self.body)
    }

    fn decode(&self, response: Response) -> Result<ClearScrollResponse, Error> {
        if response.status == StatusCode::NOT_FOUND
            && let Ok(cleared) = response.object()
        {
            return Ok(cleared);
        }
        altered::read_written(&response.success()?, &self.query, |body| {
            body.entry("succeeded").or_insert(true.into());
        })
    }
}

/// The response to [`ClearScroll`].
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct ClearScrollResponse {
    /// Whether the server keeps none of the searches any more. If a filter removed this from a
    /// successful response, it is `true`.
    pub succeeded: bool,
    /// How many shards kept something for the searches.
    #[serde(default)]
    pub num_freed: u64,
}
