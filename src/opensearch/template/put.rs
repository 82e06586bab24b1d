//! PUT /_index_template/{name}
//! ([reference](https://docs.opensearch.org/latest/api-reference/index-apis/create-index-template/)).

use http::Request;
use serde_json::{Map, Value};

use crate::body::Body;
use crate::opensearch::call::query::{Query, cluster_manager_timeout, query_param};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;
use crate::opensearch::wire::Acknowledged;
use crate::opensearch::wire::body::body_param;

/// Creates or replaces an index template.
///
/// ```
/// use serde_json::json;
/// use sigtower::opensearch::{Call, template};
///
/// let template = template::Put::new("logs", ["logs-*"])
///     .template(json!({"settings": {"number_of_shards": 1}}))
///     .priority(100);
/// assert_eq!(template.request()?.uri(), "/_index_template/logs");
/// # Ok::<(), sigtower::opensearch::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Put {
    name: String,
    body: Map<String, Value>,
    query: Query,
}

impl Put {
    /// Puts a template under this name, for indices whose names match one of these patterns.
    pub fn new<P: Into<String>>(
        name: impl Into<String>,
        index_patterns: impl IntoIterator<Item = P>,
    ) -> Self {
        let patterns: Vec<Value> = index_patterns
            .into_iter()
            .map(|pattern| pattern.into().into())
            .collect();
        let mut body = Map::new();
        body.insert("index_patterns".into(), patterns.into());
        Self {
            name: name.into(),
            body,
            query: Query::default(),
        }
    }

    /// Sets what matching indices get, as JSON: `settings`, `mappings`, `aliases`.
    pub fn template(self, template: impl Into<Value>) -> Self {
        self.body_param("template", template)
    }

    /// Sets which template counts if several match: the one with the highest priority.
    pub fn priority(self, priority: u32) -> Self {
        self.body_param("priority", priority)
    }

    /// Sets the component templates that this one is composed of, in their order.
    pub fn composed_of<P: Into<String>>(self, names: impl IntoIterator<Item = P>) -> Self {
        let names: Vec<Value> = names.into_iter().map(|name| name.into().into()).collect();
        self.body_param("composed_of", names)
    }

    /// Sets whether it is an error if the template exists.
    pub fn create(mut self, create: bool) -> Self {
        self.query.set("create", create);
        self
    }

    cluster_manager_timeout!();
    body_param!();
    query_param!();
}

impl Call for Put {
    type Output = Acknowledged;

    fn request(&self) -> Result<Request<Body>, Error> {
        let route = Route::put().literal("_index_template");
        let route = route.segment("the name of a template", &self.name);
        route.parameters(&self.query).json(&self.body)
    }

    fn decode(&self, response: Response) -> Result<Acknowledged, Error> {
        Acknowledged::read(&response.success()?, &self.query)
    }
}
