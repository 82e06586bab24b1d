//! PUT /{index}/_settings
//! ([reference](https://docs.opensearch.org/latest/api-reference/index-apis/update-settings/)).

use http::Request;
use serde_json::Value;

use crate::body::Body;
use crate::opensearch::call::query::{Query, indices_options, query_param, state_timeouts};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;
use crate::opensearch::wire::Acknowledged;

/// Changes settings of indices.
///
/// ```
/// use serde_json::json;
/// use sigtower::opensearch::{Call, index};
///
/// let change = index::PutSettings::new("movies", json!({"index": {"number_of_replicas": 2}}));
/// assert_eq!(change.request()?.uri(), "/movies/_settings");
/// # Ok::<(), sigtower::opensearch::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct PutSettings {
    index: String,
    settings: Value,
    query: Query,
}

impl PutSettings {
    /// Changes these settings of one index, or of all indices in a list with wildcards.
    pub fn new(index: impl Into<String>, settings: impl Into<Value>) -> Self {
        Self {
            index: index.into(),
            settings: settings.into(),
            query: Query::default(),
        }
    }

    /// Sets whether settings that the index has already stay as they are.
    pub fn preserve_existing(mut self, preserve: bool) -> Self {
        self.query.set("preserve_existing", preserve);
        self
    }

    indices_options!();
    state_timeouts!();
    query_param!();
}

impl Call for PutSettings {
    type Output = Acknowledged;

    fn request(&self) -> Result<Request<Body>, Error> {
        let route = Route::put().index(&self.index).literal("_settings");
        route.parameters(&self.query).json(&self.settings)
    }

    fn decode(&self, response: Response) -> Result<Acknowledged, Error> {
        Acknowledged::read(&response.success()?, &self.query)
    }
}
