//! GET /_index_template/{name}
//! ([reference](https://docs.opensearch.org/latest/api-reference/index-apis/get-index-template/)).

use http::Request;
use serde::Deserialize;
use serde_json::Value;

use crate::body::Body;
use crate::opensearch::call::query::{Query, query_param};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;
use crate::opensearch::wire::altered;

/// Reads index templates. A name that does not exist is an error; a wildcard that matches none is not.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Get {
    name: Option<String>,
    query: Query,
}

impl Get {
    /// Reads the template of this name, or all templates that a wildcard matches.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: Some(name.into()),
            query: Query::default(),
        }
    }

    /// Reads all templates.
    pub fn all() -> Self {
        Self::default()
    }

    query_param!();
}

impl Call for Get {
    type Output = Vec<Template>;

    fn request(&self) -> Result<Request<Body>, Error> {
        let mut route = Route::get().literal("_index_template");
        if let Some(name) = &self.name {
            route = route.segment("the name of a template", name);
        }
        route.parameters(&self.query).empty()
    }

    fn decode(&self, response: Response) -> Result<Vec<Template>, Error> {
        let templates: Templates = altered::read(&response.success()?, &self.query)?;
        Ok(templates.index_templates)
    }
}

#[derive(Deserialize)]
struct Templates {
    #[serde(default)]
    index_templates: Vec<Template>,
}

/// An index template.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct Template {
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// Patterns, priority, settings and so on, as JSON, as [`Put`](super::Put) takes them.
    #[serde(default)]
    pub index_template: Value,
}
