use http::{Request, StatusCode};

use crate::body::Body;
use crate::opensearch::call::query::{Query, indices_options, query_param};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;

/// Asks whether indices or aliases exist: HEAD /{index}
/// ([reference](https://docs.opensearch.org/latest/api-reference/index-apis/exists/)).
#[derive(Clone, Debug)]
#[must_use]
pub struct Exists {
    index: String,
    query: Query,
}

impl Exists {
    /// Asks whether `index` exists, or whether all indices in a list do.
    pub fn new(index: impl Into<String>) -> Self {
        Self {
            index: index.into(),
            query: Query::default(),
        }
    }

    indices_options!();
    query_param!();
}

impl Call for Exists {
    type Output = bool;

    fn request(&self) -> Result<Request<Body>, Error> {
        Route::head()
            .index(&self.index)
            .parameters(&self.query)
            .empty()
    }

    fn decode(&self, response: Response) -> Result<bool, Error> {
        if response.status == StatusCode::NOT_FOUND {
            return Ok(false);
        }
        response.success().map(|_| true)
    }
}
