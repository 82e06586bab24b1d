//! GET /{index}/_alias/{alias}
//! ([reference](https://docs.opensearch.org/latest/api-reference/alias/get-alias/)).

use std::collections::BTreeMap;

use http::Request;
use serde::Deserialize;

use super::alias::Alias;
use crate::body::Body;
use crate::opensearch::call::query::{Query, indices_options, query_param};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;
use crate::opensearch::wire::altered;

/// Reads aliases. An alias that does not exist is an error.
///
/// ```
/// use sigtower::opensearch::{Call, alias};
///
/// assert_eq!(alias::Get::new().name("movies").request()?.uri(), "/_alias/movies");
/// # Ok::<(), sigtower::opensearch::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Get {
    index: Option<String>,
    name: Option<String>,
    query: Query,
}

impl Get {
    /// Reads all aliases.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads the aliases of these indices only: a name, or a list with wildcards.
    pub fn index(mut self, index: impl Into<String>) -> Self {
        self.index = Some(index.into());
        self
    }

    /// Reads these aliases only: a name, or a list with wildcards.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    indices_options!();
    query_param!();
}

impl Call for Get {
    type Output = BTreeMap<String, IndexAliases>;

    fn request(&self) -> Result<Request<Body>, Error> {
        let mut route = Route::get();
        if let Some(index) = &self.index {
            route = route.index(index);
        }
        route = route.literal("_alias");
        if let Some(name) = &self.name {
            route = route.index(name);
        }
        route.parameters(&self.query).empty()
    }

    fn decode(&self, response: Response) -> Result<Self::Output, Error> {
        altered::read(&response.success()?, &self.query)
    }
}

/// The aliases of one index, in the response to [`Get`].
#[derive(Clone, Debug, Default, Deserialize)]
#[non_exhaustive]
pub struct IndexAliases {
    /// Each alias by its name.
    #[serde(default)]
    pub aliases: BTreeMap<String, Alias>,
}
