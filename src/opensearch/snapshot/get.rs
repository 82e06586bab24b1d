use http::Request;
use serde::Deserialize;

use super::advice::{self, Context};
use super::info::SnapshotInfo;
use super::name::check_repository;
use crate::body::Body;
use crate::opensearch::call::query::{Query, query_param};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;
use crate::opensearch::wire::altered;

/// Gets snapshots, or lists those of a repository: GET /_snapshot/{repository}/{snapshots}
/// ([reference](https://docs.opensearch.org/latest/api-reference/snapshots/get-snapshot/)).
#[derive(Clone, Debug)]
#[must_use]
pub struct Get {
    repository: String,
    snapshots: String,
    query: Query,
}

impl Get {
    /// Gets these snapshots: a name, or a list with wildcards such as `daily-*`.
    pub fn new(repository: impl Into<String>, snapshots: impl Into<String>) -> Self {
        Self {
            repository: repository.into(),
            snapshots: snapshots.into(),
            query: Query::default(),
        }
    }

    /// Lists all snapshots of a repository.
    pub fn all(repository: impl Into<String>) -> Self {
        Self::new(repository, "_all")
    }

    /// Whether to leave out snapshots that do not exist or cannot be read, instead of failing.
    pub fn ignore_unavailable(mut self, ignore: bool) -> Self {
        self.query.set("ignore_unavailable", ignore);
        self
    }

    query_param!();
}

impl Call for Get {
    type Output = Vec<SnapshotInfo>;

    fn request(&self) -> Result<Request<Body>, Error> {
        check_repository(&self.repository)?;
        Route::get()
            .literal("_snapshot")
            .segment("repository name", &self.repository)
            .segment("snapshot name", &self.snapshots)
            .parameters(&self.query)
            .empty()
    }

    fn decode(&self, response: Response) -> Result<Vec<SnapshotInfo>, Error> {
        let response = advice::success(response, &Context::default())?;
        let found: Found = altered::read(&response, &self.query)?;
        Ok(found.snapshots)
    }
}

#[derive(Deserialize)]
struct Found {
    snapshots: Vec<SnapshotInfo>,
}
