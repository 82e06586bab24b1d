//! POST /{index}/_count ([reference](https://docs.opensearch.org/latest/api-reference/search-apis/count/)).

use http::Request;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::body::Body;
use crate::opensearch::call::query::{Query, query_param, routing};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;
use crate::opensearch::wire::Shards;

/// Counts documents.
#[derive(Clone, Debug)]
#[must_use]
pub struct Count {
    index: String,
    clause: Option<Value>,
    query: Query,
}

impl Count {
    /// Counts the documents of one index, or of all those that a list with wildcards names.
    pub fn new(index: impl Into<String>) -> Self {
        Self {
            index: index.into(),
            clause: None,
            query: Query::default(),
        }
    }

    /// Only those that match, in the query string syntax: `title:redemption`.
    pub fn q(mut self, q: impl Into<String>) -> Self {
        self.query.set("q", q.into());
        self
    }

    /// Only those that match, in the query DSL: `{"match": {"title": "redemption"}}`.
    pub fn query(mut self, query: Value) -> Self {
        self.clause = Some(query);
        self
    }

    routing!();
    query_param!();
}

impl Call for Count {
    type Output = CountResponse;

    fn request(&self) -> Result<Request<Body>, Error> {
        let route = Route::post().index(&self.index).literal("_count");
        let route = route.parameters(&self.query);
        match &self.clause {
            Some(clause) => route.json(&json!({ "query": clause })),
            None => route.empty(),
        }
    }

    fn decode(&self, response: Response) -> Result<CountResponse, Error> {
        response.success()?.object()
    }
}

/// How many documents there are.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct CountResponse {
    /// How many documents there are.
    pub count: u64,
    /// How many shards took part.
    #[serde(default, rename = "_shards")]
    pub shards: Shards,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::opensearch::fixtures::{decoded, line, refused};

    #[test]
    fn requests_are_as_the_reference_has_them() {
        for (request, expected) in [
            (line(Count::new("movies")), "POST /movies/_count"),
            (
                line(Count::new("movies").q("a b").routing("r")),
                "POST /movies/_count?q=a%20b&routing=r",
            ),
            (
                line(Count::new("movies").query(json!({"match_all": {}}))),
                r#"POST /movies/_count {"query":{"match_all":{}}}"#,
            ),
        ] {
            assert_eq!(request, expected);
        }
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
