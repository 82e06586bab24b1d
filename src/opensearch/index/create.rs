use http::Request;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::body::Body;
use crate::opensearch::call::query::{Query, query_param, state_timeouts, wait_for_active_shards};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;
use crate::opensearch::wire::altered;
use crate::opensearch::wire::body::body_param;

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
    if_missing: bool,
}

impl Create {
    /// Creates the index `index`.
    pub fn new(index: impl Into<String>) -> Self {
        Self {
            index: index.into(),
            body: Map::new(),
            query: Query::default(),
            if_missing: false,
        }
    }

    /// Makes it no error if the index exists: it stays as it is, and
    /// [`existed`](CreateResponse::existed) is `true`.
    ///
    /// The call may then be sent again after a response was lost.
    pub fn if_missing(mut self) -> Self {
        self.if_missing = true;
        self
    }

    /// Sets the settings, as JSON.
    pub fn settings(self, settings: Value) -> Self {
        self.body_param("settings", settings)
    }

    /// Sets the mappings, as JSON.
    pub fn mappings(self, mappings: Value) -> Self {
        self.body_param("mappings", mappings)
    }

    /// Sets the aliases, as JSON.
    pub fn aliases(self, aliases: Value) -> Self {
        self.body_param("aliases", aliases)
    }

    state_timeouts!();
    wait_for_active_shards!();
    body_param!();
    query_param!();
}

impl Call for Create {
    type Output = CreateResponse;

    fn request(&self) -> Result<Request<Body>, Error> {
        let mut route = Route::put().index(&self.index).parameters(&self.query);
        if self.if_missing {
            route = route.idempotent(true);
        }
        if self.body.is_empty() {
            return route.empty();
        }
        route.json(&self.body)
    }

    fn decode(&self, response: Response) -> Result<CreateResponse, Error> {
        let response = match response.success() {
            Err(error) if self.if_missing && error.error_type() == Some(EXISTS) => {
                return Ok(CreateResponse {
                    acknowledged: true,
                    shards_acknowledged: true,
                    index: self.index.clone(),
                    existed: true,
                });
            }
            response => response?,
        };
        altered::read_acknowledged(&response, &self.query)
    }
}

/// The response to [`Create`]. The index is created, even if a wait timed out.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct CreateResponse {
    /// Whether all nodes knew the index before the timeout. If a filter removed this from a
    /// successful response, it is `true`.
    pub acknowledged: bool,
    /// Whether enough shards started before the timeout.
    #[serde(default)]
    pub shards_acknowledged: bool,
    /// The index's name.
    #[serde(default)]
    pub index: String,
    /// Whether the index existed before, with [`if_missing`](Create::if_missing).
    #[serde(skip)]
    pub existed: bool,
}

const EXISTS: &str = "resource_already_exists_exception";
