use http::Request;
use serde::Deserialize;

use super::advice::{self, Context};
use super::name::{check_repository, check_writable};
use crate::body::Body;
use crate::opensearch::call::query::{Query, query_param};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;
use crate::opensearch::wire::altered;

/// Deletes the files of a repository that no snapshot uses: POST /_snapshot/{repository}/_cleanup
/// ([reference](https://docs.opensearch.org/latest/api-reference/snapshots/cleanup-snapshot-repository/)).
#[derive(Clone, Debug)]
#[must_use]
pub struct Cleanup {
    repository: String,
    query: Query,
}

/// The response to [`Cleanup`].
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct CleanupResponse {
    /// What was deleted.
    pub results: CleanupResults,
}

/// What a [`Cleanup`] deleted.
#[derive(Clone, Debug, Default, Deserialize)]
#[non_exhaustive]
pub struct CleanupResults {
    /// How many bytes.
    #[serde(default)]
    pub deleted_bytes: u64,
    /// How many files.
    #[serde(default)]
    pub deleted_blobs: u64,
}

impl Cleanup {
    /// Cleans up this repository.
    pub fn new(repository: impl Into<String>) -> Self {
        Self {
            repository: repository.into(),
            query: Query::default(),
        }
    }

    query_param!();
}

impl Call for Cleanup {
    type Output = CleanupResponse;

    fn request(&self) -> Result<Request<Body>, Error> {
        check_repository(&self.repository)?;
        check_writable(&self.repository)?;
        Route::post()
            .literal("_snapshot")
            .segment("repository name", &self.repository)
            .literal("_cleanup")
            .parameters(&self.query)
            .idempotent(true)
            .empty()
    }

    fn decode(&self, response: Response) -> Result<CleanupResponse, Error> {
        altered::read(
            &advice::success(response, &Context::default())?,
            &self.query,
        )
    }
}
