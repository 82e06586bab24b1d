//! POST /_aliases ([reference](https://docs.opensearch.org/latest/api-reference/alias/aliases-api/)).

use http::Request;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::body::Body;
use crate::opensearch::call::query::{Query, query_param, state_timeouts};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;
use crate::opensearch::wire::Acknowledged;

/// Changes aliases. All actions happen at once, or none.
///
/// ```
/// use sigtower::opensearch::{Call, alias};
///
/// // Searches of `movies` go to the new index from one moment to the next.
/// let swap = alias::Update::new().remove("movies-1", "movies").add("movies-2", "movies");
/// assert_eq!(swap.request()?.uri(), "/_aliases");
/// # Ok::<(), sigtower::opensearch::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Update {
    actions: Vec<Action>,
    query: Query,
}

impl Update {
    /// Changes nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives an index an alias. For a filter or routing, use [`action`](Self::action).
    pub fn add(self, index: impl Into<String>, alias: impl Into<String>) -> Self {
        self.action(Action::add(index, alias))
    }

    /// Takes an alias from an index. If the index does not have it, the call fails.
    pub fn remove(self, index: impl Into<String>, alias: impl Into<String>) -> Self {
        self.action(Action::remove(index, alias))
    }

    /// Deletes an index, so that its name can become an alias.
    pub fn remove_index(self, index: impl Into<String>) -> Self {
        self.action(Action::remove_index(index))
    }

    /// Adds an action with options.
    pub fn action(mut self, action: Action) -> Self {
        self.actions.push(action);
        self
    }

    state_timeouts!();
    query_param!();
}

/// One action of an [`Update`].
///
/// ```
/// use serde_json::json;
/// use sigtower::opensearch::alias::{Action, Update};
///
/// let recent = Action::add("movies", "recent").filter(json!({"range": {"year": {"gte": 2020}}}));
/// let update = Update::new().action(recent);
/// # let _ = update;
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Action {
    verb: &'static str,
    body: Map<String, Value>,
}

impl Action {
    /// Gives an index, or all indices that a wildcard matches, an alias.
    pub fn add(index: impl Into<String>, alias: impl Into<String>) -> Self {
        Self::new("add", index).body_param("alias", alias.into())
    }

    /// Takes an alias from an index, or from all indices that a wildcard matches.
    pub fn remove(index: impl Into<String>, alias: impl Into<String>) -> Self {
        Self::new("remove", index).body_param("alias", alias.into())
    }

    /// Deletes an index.
    pub fn remove_index(index: impl Into<String>) -> Self {
        Self::new("remove_index", index)
    }

    /// Applies this query to all searches of the alias, as JSON.
    pub fn filter(self, query: impl Into<Value>) -> Self {
        self.body_param("filter", query)
    }

    /// Sets the routing value of reads and writes.
    pub fn routing(self, routing: impl Into<String>) -> Self {
        self.body_param("routing", routing.into())
    }

    /// Sets whether writes to the alias go to this index.
    pub fn is_write_index(self, is_write_index: bool) -> Self {
        self.body_param("is_write_index", is_write_index)
    }

    /// For [`remove`](Self::remove): whether it is an error if the index does not have the alias.
    pub fn must_exist(self, must_exist: bool) -> Self {
        self.body_param("must_exist", must_exist)
    }

    /// Sets the routing value of writes.
    pub fn index_routing(self, routing: impl Into<String>) -> Self {
        self.body_param("index_routing", routing.into())
    }

    /// Sets the routing values of searches: one, or a list.
    pub fn search_routing(self, routing: impl Into<String>) -> Self {
        self.body_param("search_routing", routing.into())
    }

    /// Sets whether wildcards do not match the alias.
    pub fn is_hidden(self, is_hidden: bool) -> Self {
        self.body_param("is_hidden", is_hidden)
    }

    /// Sets an option that has no method here, by its name in the reference.
    pub fn body_param(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.body.insert(name.into(), value.into());
        self
    }

    fn new(verb: &'static str, index: impl Into<String>) -> Self {
        let mut body = Map::new();
        body.insert("index".into(), index.into().into());
        Self { verb, body }
    }
}

impl Serialize for Action {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map([(self.verb, &self.body)])
    }
}

impl Call for Update {
    type Output = Acknowledged;

    fn request(&self) -> Result<Request<Body>, Error> {
        if self.actions.is_empty() {
            return Err(Error::invalid("a change of aliases has no action; add one"));
        }
        let route = Route::post().literal("_aliases").parameters(&self.query);
        route.json(&json!({ "actions": self.actions }))
    }

    fn decode(&self, response: Response) -> Result<Acknowledged, Error> {
        Acknowledged::read(&response.success()?, &self.query)
    }
}
