use http::Request;

use super::advice::{self, Context};
use super::name::{check_repository, check_snapshot, check_writable};
use crate::body::Body;
use crate::opensearch::call::query::{Query, query_param};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;
use crate::opensearch::wire::Acknowledged;

/// Deletes one snapshot: DELETE /_snapshot/{repository}/{snapshot}
/// ([reference](https://docs.opensearch.org/latest/api-reference/snapshots/delete-snapshot/)).
///
/// A snapshot that is being made is stopped first.
#[derive(Clone, Debug)]
#[must_use]
pub struct Delete {
    repository: String,
    snapshot: String,
    query: Query,
}

impl Delete {
    /// Deletes this snapshot. Lists and wildcards are refused.
    pub fn new(repository: impl Into<String>, snapshot: impl Into<String>) -> Self {
        Self {
            repository: repository.into(),
            snapshot: snapshot.into(),
            query: Query::default(),
        }
    }

    query_param!();
}

impl Call for Delete {
    type Output = Acknowledged;

    fn request(&self) -> Result<Request<Body>, Error> {
        check_repository(&self.repository)?;
        check_writable(&self.repository)?;
        check_snapshot(&self.snapshot)?;
        Route::delete()
            .literal("_snapshot")
            .segment("repository name", &self.repository)
            .segment("snapshot name", &self.snapshot)
            .parameters(&self.query)
            .empty()
    }

    fn decode(&self, response: Response) -> Result<Acknowledged, Error> {
        Acknowledged::read(
            &advice::success(response, &Context::default())?,
            &self.query,
        )
    }
}
