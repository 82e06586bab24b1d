//! POST /{index}/_search ([reference](https://docs.opensearch.org/latest/api-reference/search-apis/search/)).

use std::fmt;
use std::marker::PhantomData;

use http::Request;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::hits::Hits;
use super::query_string;
use crate::body::Body;
use crate::opensearch::call::query::{Query, query_param, routing};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;
use crate::opensearch::wire::body::body_param;

/// Searches documents. The type of the response says the type of the documents.
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
    index: Option<String>,
    body: Map<String, Value>,
    query: Query,
    source: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Search<T> {
    /// Searches one index, or all indices in a list with wildcards such as `logs-*,-logs-old`.
    pub fn new(index: impl Into<String>) -> Self {
        Self::of(Some(index.into()))
    }

    /// Searches all indices.
    pub fn all_indices() -> Self {
        Self::of(None)
    }

    /// Searches with a query string: `title:redemption AND year:>1990`.
    ///
    /// It replaces the [query](Self::query). If it is too long for the URL, it is sent in the body:
    /// the server refuses a request line of more than 4 KiB.
    pub fn q(mut self, q: impl Into<String>) -> Self {
        self.query.set("q", q.into());
        self
    }

    /// Searches with the query DSL: `{"match": {"title": "redemption"}}`.
    pub fn query(self, query: Value) -> Self {
        self.body_param("query", query)
    }

    /// Sets how many hits to return; the server's default is 10.
    pub fn size(self, size: u32) -> Self {
        self.body_param("size", size)
    }

    /// Sets how many hits to skip.
    pub fn from(self, from: u32) -> Self {
        self.body_param("from", from)
    }

    /// Sets the order of the hits: `"year"`, or as JSON `["year", {"title.keyword": "desc"}]`.
    pub fn sort(self, sort: impl Into<Value>) -> Self {
        self.body_param("sort", sort)
    }

    /// Sets which fields of the documents to return: `false`, or as JSON `["title"]` and so on.
    ///
    /// Read hits without documents into `Hits<()>` or `Hits<Option<…>>`.
    pub fn source(self, source: impl Into<Value>) -> Self {
        self.body_param("_source", source)
    }

    /// Sets the aggregations, as JSON; their results are in [`Hits::aggregations`].
    pub fn aggregations(self, aggregations: Value) -> Self {
        self.body_param("aggregations", aggregations)
    }

    /// Sets how far to count the matches: `true` without limit, `false` not at all, or a number.
    pub fn track_total_hits(self, track: impl Into<Value>) -> Self {
        self.body_param("track_total_hits", track)
    }

    /// Searches the point in time that [`CreatePit`](super::CreatePit) made, and keeps it for this
    /// much longer: `1m`.
    ///
    /// A point in time has indices of its own, so the index of [`new`](Self::new) is not sent.
    pub fn pit(self, id: impl Into<String>, keep_alive: impl Into<String>) -> Self {
        let (id, keep_alive) = (id.into(), keep_alive.into());
        self.body_param("pit", json!({ "id": id, "keep_alive": keep_alive }))
    }

    /// Continues after the hit with these [sort values](super::Hit::sort).
    pub fn search_after(self, sort: impl Into<Value>) -> Self {
        self.body_param("search_after", sort)
    }

    /// Keeps the search for this long, `1m` for example, so that [`Scroll`](super::Scroll) can fetch
    /// more hits.
    pub fn scroll(mut self, keep_alive: impl Into<String>) -> Self {
        self.query.set("scroll", keep_alive.into());
        self
    }

    routing!();
    body_param!();
    query_param!();

    fn of(index: Option<String>) -> Self {
        Self {
            index,
            body: Map::new(),
            query: Query::default(),
            source: PhantomData,
        }
    }
}

impl<T: DeserializeOwned> Call for Search<T> {
    type Output = Hits<T>;

    fn request(&self) -> Result<Request<Body>, Error> {
        let index = self.index.as_deref();
        let index = index.filter(|_| !self.body.contains_key("pit"));
        let route = match index {
            Some(index) => Route::post().index(index),
            None => Route::post(),
        };
        let route = route.literal("_search");
        match query_string::into_body(index, &self.query) {
            Some((query, clause)) => {
                let mut body = self.body.clone();
                body.insert("query".into(), clause);
                route.parameters(&query).json(&body)
            }
            None => route.parameters(&self.query).json(&self.body),
        }
    }

    fn decode(&self, response: Response) -> Result<Hits<T>, Error> {
        Hits::read(&response.success()?, &self.query)
    }
}

impl<T> Clone for Search<T> {
    fn clone(&self) -> Self {
        Self {
            index: self.index.clone(),
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
