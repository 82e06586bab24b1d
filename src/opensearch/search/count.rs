//! POST /{index}/_count ([reference](https://docs.opensearch.org/latest/api-reference/search-apis/count/)).

use http::Request;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::query_string;
use crate::body::Body;
use crate::opensearch::call::query::{Query, indices_options, preference, query_param, routing};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;
use crate::opensearch::wire::Shards;
use crate::opensearch::wire::altered;
use crate::opensearch::wire::body::{Parts, body_param};
use crate::opensearch::wire::lenient::or_default;

/// Counts documents.
#[derive(Clone, Debug)]
#[must_use]
pub struct Count {
    index: Option<String>,
    body: Parts,
    query: Query,
}

impl Count {
    /// Counts the documents of one index, or of all indices in a list with wildcards.
    pub fn new(index: impl Into<String>) -> Self {
        Self::of(Some(index.into()))
    }

    /// Counts the documents of all indices.
    pub fn all_indices() -> Self {
        Self::of(None)
    }

    /// Counts the documents that match a query string: `title:redemption`.
    ///
    /// If it is too long for the URL, it is sent in the body: the server refuses a request line of
    /// more than 4 KiB. A count takes a query string or a [query](Self::query), not both.
    pub fn q(mut self, q: impl Into<String>) -> Self {
        self.query.set("q", q.into());
        self
    }

    /// Counts the documents that match the query DSL: `{"match": {"title": "redemption"}}`.
    pub fn query(mut self, query: impl Serialize) -> Self {
        self.body.set("query", query);
        self
    }

    preference!();
    routing!();
    indices_options!();
    body_param!();
    query_param!();

    fn of(index: Option<String>) -> Self {
        Self {
            index,
            body: Parts::default(),
            query: Query::default(),
        }
    }
}

impl Call for Count {
    type Output = CountResponse;

    fn request(&self) -> Result<Request<Body>, Error> {
        let route = match &self.index {
            Some(index) => Route::post().index(index),
            None => Route::post(),
        };
        let route = route.literal("_count");
        if !self.body.is_empty() {
            if self.query.get("q").is_some() {
                return Err(Error::invalid(
                    "a count with a body has `q` too, which the server refuses; \
                     use `query` or `q`, not both",
                ));
            }
            return route.parameters(&self.query).json(self.body.checked()?);
        }
        match query_string::into_body(self.index.as_deref(), &self.query) {
            Some((query, clause)) => route.parameters(&query).json(&json!({ "query": clause })),
            None => route.parameters(&self.query).empty(),
        }
    }

    fn decode(&self, response: Response) -> Result<CountResponse, Error> {
        altered::read(&response.success()?, &self.query)
    }
}

/// The response to [`Count`].
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct CountResponse {
    /// How many documents match.
    pub count: u64,
    /// How many shards took part; if some failed, the count is too low.
    #[serde(default, rename = "_shards", deserialize_with = "or_default")]
    pub shards: Shards,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::opensearch::error::ErrorKind;
    use crate::opensearch::fixtures::{decoded, line, refused};

    #[test]
    fn requests_are_as_the_reference_has_them() {
        for (request, expected) in [
            (line(Count::new("movies")), "POST /movies/_count"),
            (line(Count::all_indices()), "POST /_count"),
            (
                line(Count::new("movies").q("a b").routing("r")),
                "POST /movies/_count?q=a%20b&routing=r",
            ),
            (
                line(
                    Count::new("m*")
                        .preference("_local")
                        .expand_wildcards("all")
                        .ignore_unavailable(true),
                ),
                "POST /m*/_count?preference=_local&expand_wildcards=all&ignore_unavailable=true",
            ),
            (
                line(Count::new("movies").query(json!({"match_all": {}}))),
                r#"POST /movies/_count {"query":{"match_all":{}}}"#,
            ),
            (
                line(Count::new("movies").body_param("query", json!({}))),
                r#"POST /movies/_count {"query":{}}"#,
            ),
        ] {
            assert_eq!(request, expected);
        }
    }

    #[test]
    fn a_count_with_two_queries_is_invalid() {
        let both = Count::new("movies").q("a").query(json!({}));
        let error = both.request().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    }

    #[test]
    fn the_count_is_read() {
        let count = || Count::new("movies");
        decoded("count.json", count, |counted| {
            assert!(counted.count > 0);
            assert_eq!(counted.shards.failed, 0);
        });
        refused("count_parse_error.json", count, |error| {
            assert_eq!(error.error_type(), Some("parsing_exception"));
        });
    }
}
