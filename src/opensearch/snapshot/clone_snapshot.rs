use http::Request;
use serde_json::json;

use super::advice::{self, Context};
use super::name::{check_repository, check_snapshot, check_writable};
use crate::body::Body;
use crate::opensearch::call::query::{Query, query_param};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;
use crate::opensearch::wire::Acknowledged;

/// Copies indices of a snapshot into a new one, without copying data:
/// PUT /_snapshot/{repository}/{snapshot}/_clone/{target}
/// ([reference](https://docs.opensearch.org/latest/api-reference/snapshots/clone-snapshot/)).
#[derive(Clone, Debug)]
#[must_use]
pub struct CloneSnapshot {
    repository: String,
    snapshot: String,
    target: String,
    indices: String,
    query: Query,
}

impl CloneSnapshot {
    /// Makes `target` from these indices of `snapshot`: names, or a list with wildcards.
    pub fn new(
        repository: impl Into<String>,
        snapshot: impl Into<String>,
        target: impl Into<String>,
        indices: impl Into<String>,
    ) -> Self {
        Self {
            repository: repository.into(),
            snapshot: snapshot.into(),
            target: target.into(),
            indices: indices.into(),
            query: Query::default(),
        }
    }

    query_param!();
}

impl Call for CloneSnapshot {
    type Output = Acknowledged;

    fn request(&self) -> Result<Request<Body>, Error> {
        check_repository(&self.repository)?;
        check_writable(&self.repository)?;
        check_snapshot(&self.snapshot)?;
        check_snapshot(&self.target)?;
        Route::put()
            .literal("_snapshot")
            .segment("repository name", &self.repository)
            .segment("snapshot name", &self.snapshot)
            .literal("_clone")
            .segment("snapshot name", &self.target)
            .parameters(&self.query)
            .idempotent(false)
            .json(&json!({ "indices": self.indices }))
    }

    fn decode(&self, response: Response) -> Result<Acknowledged, Error> {
        Acknowledged::read(
            &advice::success(response, &Context::default())?,
            &self.query,
        )
    }
}
