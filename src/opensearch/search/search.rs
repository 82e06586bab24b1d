//! POST /{index}/_search ([reference](https://docs.opensearch.org/latest/api-reference/search-apis/search/)).

use std::fmt;
use std::marker::PhantomData;

use http::Request;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::hits::Hits;
use super::lines::Lines;
use super::query_string;
use crate::body::Body;
use crate::opensearch::call::query::{Query, indices_options, preference, query_param, routing};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;
use crate::opensearch::wire::body::{Parts, body_param};

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
    body: Parts,
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

    /// Searches with the query DSL: `json!({"match": {"title": "redemption"}})`, or a query of the crate
    /// `opensearch-dsl` or `elasticsearch-dsl`.
    pub fn query(self, query: impl Serialize) -> Self {
        self.serialized("query", query)
    }

    /// Sets each part of the body that this object has: a whole search of the crate `opensearch-dsl`, for
    /// example. Other parts stay as they are.
    pub fn body(mut self, body: impl Serialize) -> Self {
        self.body.merge(body);
        self
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
    pub fn sort(self, sort: impl Serialize) -> Self {
        self.serialized("sort", sort)
    }

    /// Sets which fields of the documents to return: `false`, or as JSON `["title"]` and so on.
    ///
    /// Read hits without documents into `Hits<()>` or `Hits<Option<…>>`.
    pub fn source(self, source: impl Serialize) -> Self {
        self.serialized("_source", source)
    }

    /// Sets the aggregations; [`Hits::aggregation`] reads their results.
    pub fn aggregations(self, aggregations: impl Serialize) -> Self {
        self.serialized("aggregations", aggregations)
    }

    /// Highlights the matches: `{"fields": {"title": {}}}`. They are in [`Hit::highlight`](super::Hit::highlight).
    pub fn highlight(self, highlight: impl Serialize) -> Self {
        self.serialized("highlight", highlight)
    }

    /// Returns these fields with each hit; [`Hit::field`](super::Hit::field) reads them.
    pub fn fields(self, fields: impl Serialize) -> Self {
        self.serialized("fields", fields)
    }

    /// Filters the hits, but not the aggregations, by this query.
    pub fn post_filter(self, query: impl Serialize) -> Self {
        self.serialized("post_filter", query)
    }

    /// Leaves out hits with a lower score.
    pub fn min_score(self, score: f64) -> Self {
        self.body_param("min_score", score)
    }

    /// Sets how long each shard searches: `2s`. After that the response has the hits found so far, and
    /// [`timed_out`](Hits::timed_out) is `true`.
    pub fn timeout(self, timeout: impl Into<String>) -> Self {
        self.body_param("timeout", timeout.into())
    }

    /// Runs the search through this search pipeline.
    pub fn search_pipeline(mut self, pipeline: impl Into<String>) -> Self {
        self.query.set("search_pipeline", pipeline.into());
        self
    }

    /// Sets whether a search succeeds if some shards fail or time out; the server's default is `true`. The
    /// response states failed shards in [`Hits::shards`].
    pub fn allow_partial_search_results(mut self, allow: bool) -> Self {
        self.query.set("allow_partial_search_results", allow);
        self
    }

    /// Sets whether shards may keep the response of a search with [size](Self::size) 0 in their cache.
    pub fn request_cache(mut self, cache: bool) -> Self {
        self.query.set("request_cache", cache);
        self
    }

    /// Sets how far to count the matches: `true` without limit, `false` not at all, or a number.
    pub fn track_total_hits(self, track: impl Into<Value>) -> Self {
        self.body_param("track_total_hits", track)
    }

    /// Searches the point in time that [`CreatePit`](super::CreatePit) made, and keeps it for this
    /// much longer: `1m`.
    ///
    /// A point in time has indices of its own, so the index of [`new`](Self::new) is not sent. Routing and preference
    /// belong to [`CreatePit`](super::CreatePit): a search with them is an
    /// [`InvalidRequest`](crate::opensearch::ErrorKind::InvalidRequest).
    pub fn pit(self, id: impl Into<String>, keep_alive: impl Into<String>) -> Self {
        let (id, keep_alive) = (id.into(), keep_alive.into());
        self.body_param("pit", json!({ "id": id, "keep_alive": keep_alive }))
    }

    /// Continues after the hit with these [sort values](super::Hit::sort).
    pub fn search_after(self, sort: impl Serialize) -> Self {
        self.serialized("search_after", sort)
    }

    /// Keeps the search for this long, `1m` for example, so that [`Scroll`](super::Scroll) can fetch
    /// more hits.
    pub fn scroll(mut self, keep_alive: impl Into<String>) -> Self {
        self.query.set("scroll", keep_alive.into());
        self
    }

    preference!();
    routing!();
    indices_options!();
    body_param!();
    query_param!();

    fn serialized(mut self, name: &str, value: impl Serialize) -> Self {
        self.body.set(name, value);
        self
    }

    /// Header and body of this search as one of many.
    pub(super) fn as_lines(&self) -> Result<Lines, String> {
        self.check_pit()?;
        let body = self.body.checked().map_err(|error| error.to_string())?;
        let (mut header, mut body) = (Map::new(), body.clone());
        if let Some(index) = self.index.as_deref().filter(|_| !body.contains_key("pit")) {
            header.insert("index".into(), index.into());
        }
        let (query, clause) = match query_string::as_clause(&self.query) {
            Some((rest, clause)) => (rest, Some(clause)),
            None => (self.query.clone(), None),
        };
        if let Some(clause) = clause {
            body.insert("query".into(), clause);
        }
        for (name, value) in query.iter() {
            if !OF_ONE_OF_MANY.contains(&name) {
                return Err(format!(
                    "`{name}` cannot be set for one search of many; set it for the multi-search, or search alone"
                ));
            }
            header.insert(name.into(), value.into());
        }
        Ok((header, body))
    }

    /// The server refuses a search that repeats what its point in time has.
    fn check_pit(&self) -> Result<(), String> {
        if !self.body.contains_key("pit") {
            return Ok(());
        }
        match OF_A_PIT.iter().find(|name| self.query.get(name).is_some()) {
            Some(name) => Err(format!(
                "a search in a point in time cannot set `{name}`; set it for `CreatePit`"
            )),
            None => Ok(()),
        }
    }

    fn of(index: Option<String>) -> Self {
        Self {
            index,
            body: Parts::default(),
            query: Query::default(),
            source: PhantomData,
        }
    }
}

impl<T: DeserializeOwned> Call for Search<T> {
    type Output = Hits<T>;

    fn request(&self) -> Result<Request<Body>, Error> {
        self.check_pit().map_err(Error::invalid)?;
        let body = self.body.checked()?;
        let index = self.index.as_deref();
        let index = index.filter(|_| !body.contains_key("pit"));
        let route = match index {
            Some(index) => Route::post().index(index),
            None => Route::post(),
        };
        let route = route.literal("_search");
        match query_string::into_body(index, &self.query) {
            Some((query, clause)) => {
                let mut body = body.clone();
                body.insert("query".into(), clause);
                route.parameters(&query).json(&body)
            }
            None => route.parameters(&self.query).json(body),
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

/// The parameters that only the creation of a point in time may have.
const OF_A_PIT: [&str; 2] = ["preference", "routing"];

/// The parameters that the header of one search of many may have.
const OF_ONE_OF_MANY: [&str; 8] = [
    "allow_no_indices",
    "ccs_minimize_roundtrips",
    "expand_wildcards",
    "ignore_unavailable",
    "preference",
    "request_cache",
    "routing",
    "search_type",
];
