//! POST /{index}/_search ([reference](https://docs.opensearch.org/latest/api-reference/search-apis/search/)).

use std::fmt;
use std::marker::PhantomData;

use http::Request;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::hits::Hits;
use crate::body::Body;
use crate::opensearch::call::query::{Query, query_param, routing};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;

/// Searches documents; the type of the sources comes from where the response goes.
///
/// ```no_run
/// # use sigtower::opensearch::{Response, Call, Error, search::{self, Hits}};
/// # #[derive(serde::Deserialize)] struct Movie { title: String }
/// # struct Client;
/// # impl Client { async fn send<C: Call>(&self, call: C) -> Result<C::Output, Error> { todo!() } }
/// # async fn example(client: Client) -> Result<(), Error> {
/// let found: Hits<Movie> =
///     client.send(search::Search::new("movies").q("title:redemption").size(10)).await?;
/// for hit in &found.hits {
///     println!("{} {}", hit.id, hit.source.title);
/// }
/// # Ok(()) }
/// ```
#[must_use]
pub struct Search<T> {
    index: String,
    pit: bool,
    body: SearchBody,
    query: Query,
    source: PhantomData<fn() -> T>,
}

#[derive(Clone, Debug, Default, Serialize)]
struct SearchBody {
    #[serde(flatten)]
    parts: Map<String, Value>,
    /// Kept as it came: a number read and written again may differ in its last digit.
    #[serde(skip_serializing_if = "Option::is_none")]
    search_after: Option<Box<RawValue>>,
}

impl<T: DeserializeOwned> Search<T> {
    /// Searches one index, or all those that a list with wildcards names.
    pub fn new(index: impl Into<String>) -> Self {
        Self {
            index: index.into(),
            pit: false,
            body: SearchBody::default(),
            query: Query::default(),
            source: PhantomData,
        }
    }

    /// What to find, in the query string syntax: `title:redemption AND year:>1990`.
    pub fn q(mut self, q: impl Into<String>) -> Self {
        self.query.set("q", q.into());
        self
    }

    /// What to find, in the query DSL: `{"match": {"title": "redemption"}}`.
    pub fn query(self, query: Value) -> Self {
        self.body("query", query)
    }

    /// How many hits to return; 10 if nothing is said.
    pub fn size(self, size: u32) -> Self {
        self.body("size", size.into())
    }

    /// How many hits to leave out at the beginning.
    pub fn from(self, from: u32) -> Self {
        self.body("from", from.into())
    }

    /// The order of the hits: `"year"`, or `["year", {"title.keyword": "desc"}]` as JSON.
    pub fn sort(self, sort: impl Into<Value>) -> Self {
        self.body("sort", sort.into())
    }

    /// Which fields of the sources to return: `false`, `["title"]` and so on, as JSON.
    ///
    /// Without sources, `T` is an `Option`.
    pub fn source(self, source: impl Into<Value>) -> Self {
        self.body("_source", source.into())
    }

    /// What to sum up, as JSON; the response is in [`Hits::aggregations`].
    pub fn aggregations(self, aggregations: Value) -> Self {
        self.body("aggregations", aggregations)
    }

    /// How far to count: `true` for all, `false` for not at all, or a number.
    pub fn track_total_hits(self, track: impl Into<Value>) -> Self {
        self.body("track_total_hits", track.into())
    }

    /// Searches a point in time, made by [`CreatePit`], and keeps it alive so much longer.
    ///
    /// It knows its indices: that of [`new`](Self::new) is not sent.
    pub fn pit(mut self, id: impl Into<String>, keep_alive: impl Into<String>) -> Self {
        self.pit = true;
        let (id, keep_alive) = (id.into(), keep_alive.into());
        self.body("pit", json!({ "id": id, "keep_alive": keep_alive }))
    }

    /// Goes on after the hit with these [sort values](Hit::sort).
    pub fn search_after(mut self, sort: Box<RawValue>) -> Self {
        self.body.search_after = Some(sort);
        self
    }

    /// Keeps the search alive for so long, so that [`Scroll`] can fetch more of it.
    pub fn scroll(mut self, keep_alive: impl Into<String>) -> Self {
        self.query.set("scroll", keep_alive.into());
        self
    }

    routing!();

    /// Sets a part of the body that has no method here, by the name it has in the reference.
    pub fn body(mut self, name: &str, json: Value) -> Self {
        self.body.parts.insert(name.into(), json);
        self
    }

    query_param!();
}

impl<T: DeserializeOwned> Call for Search<T> {
    type Output = Hits<T>;

    fn request(&self) -> Result<Request<Body>, Error> {
        let route = match self.pit {
            true => Route::post(),
            false => Route::post().index(&self.index),
        };
        route
            .literal("_search")
            .parameters(&self.query)
            .json(&self.body)
    }

    fn decode(&self, response: Response) -> Result<Hits<T>, Error> {
        response.success()?.object()
    }
}

impl<T> Clone for Search<T> {
    fn clone(&self) -> Self {
        Self {
            index: self.index.clone(),
            pit: self.pit,
            body: self.body.clone(),
            query: self.query.clone(),
            source: PhantomData,
        }
    }
}

impl<T> fmt::Debug for Search<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Search")
            .field("index", &self.index)
            .field("body", &self.body)
            .field("query", &self.query)
            .finish_non_exhaustive()
    }
}
