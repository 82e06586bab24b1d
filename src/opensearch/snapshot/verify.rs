use std::collections::BTreeMap;

use http::Request;
use serde::Deserialize;

use super::advice::{self, Context};
use super::name::check_repository;
use crate::body::Body;
use crate::opensearch::call::query::{Query, query_param};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;
use crate::opensearch::wire::altered;

/// Checks that all nodes can use a repository: POST /_snapshot/{repository}/_verify
/// ([reference](https://docs.opensearch.org/latest/api-reference/snapshots/verify-snaphot-repository/)).
#[derive(Clone, Debug)]
#[must_use]
pub struct Verify {
    repository: String,
    query: Query,
}

/// The response to [`Verify`].
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct VerifyResponse {
    /// The nodes that can use the repository, by id.
    #[serde(default)]
    pub nodes: BTreeMap<String, VerifiedNode>,
}

/// A node that can use a repository.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct VerifiedNode {
    /// The node's name.
    #[serde(default)]
    pub name: String,
}

impl Verify {
    /// Checks this repository.
    pub fn new(repository: impl Into<String>) -> Self {
        Self {
            repository: repository.into(),
            query: Query::default(),
        }
    }

    query_param!();
}

impl Call for Verify {
    type Output = VerifyResponse;

    fn request(&self) -> Result<Request<Body>, Error> {
        check_repository(&self.repository)?;
        Route::post()
            .literal("_snapshot")
            .segment("repository name", &self.repository)
            .literal("_verify")
            .parameters(&self.query)
            .idempotent(true)
            .empty()
    }

    fn decode(&self, response: Response) -> Result<VerifyResponse, Error> {
        altered::read(
            &advice::success(response, &Context::default())?,
            &self.query,
        )
    }
}
