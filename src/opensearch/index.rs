//! Indices: `/{index}` ([reference](https://docs.opensearch.org/latest/api-reference/index-apis/)).

use std::collections::BTreeMap;

use http::{Request, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::query::{Query, query_param};
use super::{Answer, Call, Error, Route, Shards};
use crate::body::Body;

/// Creates an index: PUT /{index}
/// ([reference](https://docs.opensearch.org/latest/api-reference/index-apis/create-index/)).
///
/// ```
/// use serde_json::json;
/// use sigtower::opensearch::{Call, index};
///
/// let create = index::Create::new("movies")
///     .settings(json!({"number_of_shards": 1}))
///     .mappings(json!({"properties": {"year": {"type": "short"}}}));
/// assert_eq!(create.request()?.uri(), "/movies");
/// # Ok::<(), sigtower::opensearch::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Create {
    index: String,
    body: Map<String, Value>,
    query: Query,
}

impl Create {
    /// Creates the index `index`.
    pub fn new(index: impl Into<String>) -> Self {
        Self {
            index: index.into(),
            body: Map::new(),
            query: Query::default(),
        }
    }

    /// The settings, as JSON.
    pub fn settings(self, settings: Value) -> Self {
        self.part("settings", settings)
    }

    /// The mappings, as JSON.
    pub fn mappings(self, mappings: Value) -> Self {
        self.part("mappings", mappings)
    }

    /// The aliases, as JSON.
    pub fn aliases(self, aliases: Value) -> Self {
        self.part("aliases", aliases)
    }

    query_param!();

    fn part(mut self, name: &str, json: Value) -> Self {
        self.body.insert(name.into(), json);
        self
    }
}

impl Call for Create {
    type Output = Created;

    fn request(&self) -> Result<Request<Body>, Error> {
        let route = self.query.on(Route::put().index(&self.index));
        if self.body.is_empty() {
            return route.empty();
        }
        route.json(&self.body)
    }

    fn decode(self, answer: Answer) -> Result<Created, Error> {
        answer.success()?.object()
    }
}

/// An index was created.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct Created {
    /// Whether the cluster's state says so; `false` if that took longer than the timeout.
    pub acknowledged: bool,
    /// Whether its shards came up in time.
    #[serde(default)]
    pub shards_acknowledged: bool,
    /// The index's name.
    #[serde(default)]
    pub index: String,
}

/// Deletes indices: DELETE /{index}
/// ([reference](https://docs.opensearch.org/latest/api-reference/index-apis/delete-index/)).
#[derive(Clone, Debug)]
#[must_use]
pub struct Delete {
    index: String,
    query: Query,
}

impl Delete {
    /// Deletes one index, or all those that a list with wildcards names.
    pub fn new(index: impl Into<String>) -> Self {
        Self {
            index: index.into(),
            query: Query::default(),
        }
    }

    /// Whether it is fine if an index is not there.
    pub fn ignore_unavailable(mut self, ignore: bool) -> Self {
        self.query.set("ignore_unavailable", ignore);
        self
    }

    query_param!();
}

impl Call for Delete {
    type Output = Acknowledged;

    fn request(&self) -> Result<Request<Body>, Error> {
        self.query.on(Route::delete().index(&self.index)).empty()
    }

    fn decode(self, answer: Answer) -> Result<Acknowledged, Error> {
        // The answer to the attempt that deleted it was lost.
        if answer.status == StatusCode::NOT_FOUND && answer.follows_a_lost_one() {
            return Ok(Acknowledged { acknowledged: true });
        }
        answer.success()?.object()
    }
}

/// A change to the cluster's state was taken.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct Acknowledged {
    /// `false` if not all nodes knew of it before the timeout.
    pub acknowledged: bool,
}

/// Asks whether indices or aliases exist: HEAD /{index}
/// ([reference](https://docs.opensearch.org/latest/api-reference/index-apis/exists/)).
#[derive(Clone, Debug)]
#[must_use]
pub struct Exists {
    index: String,
    query: Query,
}

impl Exists {
    /// Asks whether `index` exists; of a list, whether all do.
    pub fn new(index: impl Into<String>) -> Self {
        Self {
            index: index.into(),
            query: Query::default(),
        }
    }

    query_param!();
}

impl Call for Exists {
    type Output = bool;

    fn request(&self) -> Result<Request<Body>, Error> {
        self.query.on(Route::head().index(&self.index)).empty()
    }

    fn decode(self, answer: Answer) -> Result<bool, Error> {
        if answer.status == StatusCode::NOT_FOUND {
            return Ok(false);
        }
        answer.success().map(|_| true)
    }
}

/// Asks for mappings: GET /{index}/_mapping
/// ([reference](https://docs.opensearch.org/latest/api-reference/index-apis/get-mapping/)).
#[derive(Clone, Debug)]
#[must_use]
pub struct GetMapping {
    index: String,
    query: Query,
}

impl GetMapping {
    /// Asks for the mappings of one index, or of all those that a list with wildcards names.
    pub fn new(index: impl Into<String>) -> Self {
        Self {
            index: index.into(),
            query: Query::default(),
        }
    }

    query_param!();
}

impl Call for GetMapping {
    type Output = BTreeMap<String, Mapping>;

    fn request(&self) -> Result<Request<Body>, Error> {
        let route = Route::get().index(&self.index).literal("_mapping");
        self.query.on(route).empty()
    }

    fn decode(self, answer: Answer) -> Result<Self::Output, Error> {
        answer.success()?.object()
    }
}

/// An index's mapping.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct Mapping {
    /// The mapping, as JSON: `properties`, `dynamic` and so on.
    pub mappings: Value,
}

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
    type Output = Refreshed;

    fn request(&self) -> Result<Request<Body>, Error> {
        let route = Route::post().index(&self.index).literal("_refresh");
        self.query.on(route).empty()
    }

    fn decode(self, answer: Answer) -> Result<Refreshed, Error> {
        answer.success()?.object()
    }
}

/// Indices were refreshed.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct Refreshed {
    /// How many shards took part.
    #[serde(default, rename = "_shards")]
    pub shards: Shards,
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;
    use serde_json::json;

    use super::*;
    use crate::opensearch::ErrorKind;
    use crate::opensearch::fixtures::{decoded, line, refused};

    #[test]
    fn requests_are_as_the_reference_has_them() {
        for (request, expected) in [
            (line(Create::new("movies")), "PUT /movies"),
            (
                line(
                    Create::new("<logs-{now/d}>")
                        .settings(json!({"number_of_shards": 1}))
                        .mappings(json!({}))
                        .aliases(json!({"m": {}}))
                        .query_param("wait_for_active_shards", "all"),
                ),
                r#"PUT /%3Clogs-%7Bnow%2Fd%7D%3E?wait_for_active_shards=all {"aliases":{"m":{}},"mappings":{},"settings":{"number_of_shards":1}}"#,
            ),
            (
                line(Delete::new("a,b*").ignore_unavailable(true)),
                "DELETE /a,b*?ignore_unavailable=true",
            ),
            (line(Exists::new("é")), "HEAD /%C3%A9"),
            (line(GetMapping::new("_all")), "GET /_all/_mapping"),
            (line(Refresh::new("movies")), "POST /movies/_refresh"),
        ] {
            assert_eq!(request, expected);
        }
    }

    #[test]
    fn answers_are_read() {
        decoded(
            "index_create.json",
            || Create::new("movies"),
            |created| {
                assert!(created.acknowledged && created.shards_acknowledged);
                assert_eq!(created.index, "movies");
            },
        );
        decoded(
            "index_delete.json",
            || Delete::new("movies"),
            |deleted| assert!(deleted.acknowledged),
        );
        decoded(
            "index_get_mapping.json",
            || GetMapping::new("movies"),
            |mappings| {
                let year = &mappings["movies"].mappings["properties"]["year"];
                assert_eq!(year["type"], "integer");
            },
        );
        decoded(
            "refresh.json",
            || Refresh::new("movies"),
            |refreshed| assert_eq!((refreshed.shards.total, refreshed.shards.failed), (2, 0)),
        );
        refused(
            "index_create_exists.json",
            || Create::new("movies"),
            |error| {
                assert_eq!(error.kind(), ErrorKind::Rejected);
                assert_eq!(
                    error.error_type(),
                    Some("resource_already_exists_exception")
                );
            },
        );
    }

    #[test]
    fn existence_is_read_from_the_status() {
        let exists = |status| {
            let status = StatusCode::from_u16(status).unwrap();
            Exists::new("movies").decode(Answer::new(status, HeaderMap::new(), ""))
        };
        assert!(exists(200).unwrap());
        assert!(!exists(404).unwrap());
        assert_eq!(exists(403).unwrap_err().kind(), ErrorKind::Refused);
    }
}
