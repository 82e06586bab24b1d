//! POST /_msearch ([reference](https://docs.opensearch.org/latest/api-reference/search-apis/multi-search/)).

use http::{HeaderMap, Request, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;

use super::hits::Hits;
use super::search::Search;
use crate::body::Body;
use crate::opensearch::call::query::{Query, query_param};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;
use crate::opensearch::wire::altered;

/// Does many searches in one request. Each has hits of its own type, or an error of its own.
///
/// ```no_run
/// # #[derive(serde::Deserialize)] struct Movie { title: String }
/// # use serde_json::Value;
/// # use sigtower::opensearch::{Client, Error};
/// use sigtower::opensearch::search::{Hits, Msearch, Search};
///
/// # async fn example(client: Client) -> Result<(), Error> {
/// let movies = Search::<Movie>::new("movies").q("title:alien");
/// let series = Search::<Value>::new("series").q("year:1979");
/// let found = client.send(Msearch::new().search(&movies).search(&series)).await?;
/// let movies: Hits<Movie> = found.hits(0)?;
/// let series: Hits<Value> = found.hits(1)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Msearch {
    lines: Vec<u8>,
    searches: usize,
    error: Option<String>,
    query: Query,
}

impl Msearch {
    /// A request without a search.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a search.
    ///
    /// Its index, body, query string, routing and options for indices count. A parameter that one search of many cannot
    /// have, such as `scroll`, makes the call fail before it is sent.
    pub fn search<T: DeserializeOwned>(mut self, search: &Search<T>) -> Self {
        match search.as_lines() {
            Ok((header, body)) => {
                for part in [header, body] {
                    self.lines.extend(Value::Object(part).to_string().bytes());
                    self.lines.push(b'\n');
                }
                self.searches += 1;
            }
            Err(reason) => {
                self.error.get_or_insert(reason);
            }
        }
        self
    }

    /// Sets how many searches the server does at the same time.
    pub fn max_concurrent_searches(mut self, searches: u32) -> Self {
        self.query.set("max_concurrent_searches", searches);
        self
    }

    query_param!();
}

impl Call for Msearch {
    type Output = MsearchResponse;

    fn request(&self) -> Result<Request<Body>, Error> {
        if let Some(reason) = &self.error {
            return Err(Error::invalid(reason.clone()));
        }
        if self.searches == 0 {
            return Err(Error::invalid("a multi-search has no search; add one"));
        }
        let route = Route::post().literal("_msearch").parameters(&self.query);
        route.batch_size(self.searches).ndjson(self.lines.clone())
    }

    fn decode(&self, response: Response) -> Result<MsearchResponse, Error> {
        let found: Found = altered::read(&response.success()?, &self.query)?;
        let responses = found.responses.into_iter().map(|json| {
            let stated: Stated = serde_json::from_str(json.get()).unwrap_or_default();
            let status = StatusCode::from_u16(stated.status.unwrap_or(200));
            let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            Response::new(
                status,
                HeaderMap::new(),
                String::from(Box::<str>::from(json)),
            )
        });
        Ok(MsearchResponse {
            took: found.took,
            responses: responses.collect(),
            query: self.query.clone(),
        })
    }
}

#[derive(Deserialize)]
struct Found {
    #[serde(default)]
    took: u64,
    responses: Vec<Box<RawValue>>,
}

#[derive(Default, Deserialize)]
struct Stated {
    #[serde(default)]
    status: Option<u16>,
}

/// The response to [`Msearch`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct MsearchResponse {
    /// How long the server searched, in milliseconds.
    pub took: u64,
    /// The response to each search, in the order of the call.
    pub responses: Vec<Response>,
    query: Query,
}

impl MsearchResponse {
    /// The hits of the search at this position, from 0.
    ///
    /// # Errors
    ///
    /// When this search failed, when its hits cannot be read, or when there is no such search.
    pub fn hits<T: DeserializeOwned>(&self, position: usize) -> Result<Hits<T>, Error> {
        let Some(response) = self.responses.get(position) else {
            let count = self.responses.len();
            return Err(Error::invalid(format!(
                "the response has {count} searches and none at position {position}"
            )));
        };
        Hits::read(&response.clone().success()?, &self.query)
    }
}
