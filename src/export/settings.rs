use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::opensearch::search::{CreatePit, Search};

/// What an export reads, and how.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) index: String,
    pub(super) body: Map<String, Value>,
    pub(super) sort: Vec<Value>,
    pub(super) tiebreaker: Option<String>,
    pub(super) page_size: u32,
    pub(super) slices: u32,
    pub(super) keep_alive: Duration,
    pub(super) routing: Option<String>,
    pub(super) preference: Option<String>,
    pub(super) scroll: bool,
    pub(super) after: Option<Vec<Value>>,
}

impl Settings {
    pub(super) fn new(index: String) -> Self {
        Self {
            index,
            body: Map::new(),
            sort: Vec::new(),
            tiebreaker: None,
            page_size: 1_000,
            slices: 1,
            keep_alive: Duration::from_secs(300),
            routing: None,
            preference: None,
            scroll: false,
            after: None,
        }
    }

    /// The order in which each hit has different sort values.
    pub(super) fn total_order(&self) -> Vec<Value> {
        let mut sort = self.sort.clone();
        let mut add = |field: &str| {
            if !sort.iter().any(|key| names(key, field)) {
                sort.push(field.into());
            }
        };
        match &self.tiebreaker {
            Some(field) => add(field),
            None => {
                add("_id");
                if self.has_many_indices() {
                    add("_index");
                }
            }
        }
        sort
    }

    /// A search for one page; the caller adds the order and the position.
    pub(super) fn search<T: DeserializeOwned>(&self) -> Search<T> {
        let search = Search::new(&*self.index).size(self.page_size);
        let parts = self.body.iter();
        parts.fold(search, |search, (name, part)| {
            search.body_param(name, part.clone())
        })
    }

    /// The same with the parameters that a search in a point in time must not have.
    pub(super) fn search_of_index<T: DeserializeOwned>(&self) -> Search<T> {
        let mut search = self.search();
        if let Some(routing) = &self.routing {
            search = search.routing(routing);
        }
        if let Some(preference) = &self.preference {
            search = search.query_param("preference", preference);
        }
        search
    }

    pub(super) fn create_pit(&self) -> CreatePit {
        let mut call = CreatePit::new(&*self.index, self.keep_alive());
        if let Some(routing) = &self.routing {
            call = call.routing(routing);
        }
        if let Some(preference) = &self.preference {
            call = call.query_param("preference", preference);
        }
        call
    }

    /// How long the server keeps the search between two pages, as the server reads it.
    pub(super) fn keep_alive(&self) -> String {
        format!("{}ms", self.keep_alive.as_millis())
    }

    fn has_many_indices(&self) -> bool {
        self.index == "_all" || self.index.contains([',', '*'])
    }
}

/// Whether a key of an order is this field: `"year"` or `{"year": "desc"}`.
fn names(key: &Value, field: &str) -> bool {
    match key {
        Value::String(name) => name == field,
        Value::Object(key) => key.contains_key(field),
        _ => false,
    }
}
