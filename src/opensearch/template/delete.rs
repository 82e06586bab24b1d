//! DELETE /_index_template/{name}
//! ([reference](https://docs.opensearch.org/latest/api-reference/index-apis/delete-index-template/)).

use http::{Request, StatusCode};

use crate::body::Body;
use crate::opensearch::call::query::{Query, cluster_manager_timeout, query_param};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;
use crate::opensearch::wire::Acknowledged;

/// Deletes an index template. If it does not exist, the call fails.
#[derive(Clone, Debug)]
#[must_use]
pub struct Delete {
    name: String,
    query: Query,
}

impl Delete {
    /// Deletes the template of this name, or all that a wildcard matches.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            query: Query::default(),
        }
    }

    cluster_manager_timeout!();
    query_param!();
}

impl Call for Delete {
    type Output = Acknowledged;

    fn request(&self) -> Result<Request<Body>, Error> {
        let route = Route::delete().literal("_index_template");
        let route = route.segment("the name of a template", &self.name);
        route.parameters(&self.query).empty()
    }

    fn decode(&self, response: Response) -> Result<Acknowledged, Error> {
        // The attempt that deleted it lost its response.
        if response.status == StatusCode::NOT_FOUND && response.follows_a_lost_attempt() {
            return Ok(Acknowledged::made());
        }
        Acknowledged::read(&response.success()?, &self.query)
    }
}
