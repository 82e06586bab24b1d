use std::collections::BTreeMap;

use http::Request;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::advice::{self, Context};
use crate::body::Body;
use crate::opensearch::call::query::{Query, query_param};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;
use crate::opensearch::wire::altered;
use crate::opensearch::wire::lenient::or_default;

/// Gets the registered repositories by name: GET /_snapshot/{repositories}
/// ([reference](https://docs.opensearch.org/latest/api-reference/snapshots/get-snapshot-repository/)).
#[derive(Clone, Debug)]
#[must_use]
pub struct GetRepository {
    repositories: String,
    query: Query,
}

/// A registered repository.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct RegisteredRepository {
    /// `s3`, `fs`, or the type of a plugin.
    #[serde(rename = "type")]
    pub kind: String,
    /// The settings it was registered with.
    #[serde(default, deserialize_with = "or_default")]
    pub settings: Map<String, Value>,
}

impl GetRepository {
    /// Gets these repositories: a name, or a list with wildcards.
    pub fn new(repositories: impl Into<String>) -> Self {
        Self {
            repositories: repositories.into(),
            query: Query::default(),
        }
    }

    /// Gets all repositories.
    pub fn all() -> Self {
        Self::new("_all")
    }

    query_param!();
}

impl Call for GetRepository {
    type Output = BTreeMap<String, RegisteredRepository>;

    fn request(&self) -> Result<Request<Body>, Error> {
        Route::get()
            .literal("_snapshot")
            .segment("repository name", &self.repositories)
            .parameters(&self.query)
            .empty()
    }

    fn decode(&self, response: Response) -> Result<Self::Output, Error> {
        altered::read(
            &advice::success(response, &Context::default())?,
            &self.query,
        )
    }
}
