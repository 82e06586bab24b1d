use http::Request;

use super::advice::{self, Context};
use super::name::{check_repository, check_writable};
use crate::body::Body;
use crate::opensearch::call::query::{Query, query_param};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;
use crate::opensearch::wire::Acknowledged;

/// Unregisters a repository: DELETE /_snapshot/{repository}
/// ([reference](https://docs.opensearch.org/latest/api-reference/snapshots/delete-snapshot-repository/)).
///
/// Its snapshots stay where they are stored.
#[derive(Clone, Debug)]
#[must_use]
pub struct DeleteRepository {
    repository: String,
    query: Query,
}

impl DeleteRepository {
    /// Unregisters this repository.
    pub fn new(repository: impl Into<String>) -> Self {
        Self {
            repository: repository.into(),
            query: Query::default(),
        }
    }

    query_param!();
}

impl Call for DeleteRepository {
    type Output = Acknowledged;

    fn request(&self) -> Result<Request<Body>, Error> {
        check_repository(&self.repository)?;
        check_writable(&self.repository)?;
        Route::delete()
            .literal("_snapshot")
            .segment("repository name", &self.repository)
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
