use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::opensearch::error::Error;

/// The results of the aggregations in a bucket, by name.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct Aggregations(pub(super) Map<String, Value>);

impl Aggregations {
    /// Reads one result: as [`Terms`](super::Terms), for example, or as a type of your own.
    ///
    /// # Errors
    ///
    /// When there is no result of this name, or when it does not have this form.
    pub fn get<A: DeserializeOwned>(&self, name: &str) -> Result<A, Error> {
        read(&self.0, name)
    }

    /// The names of the results.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(|name| plain(name))
    }
}

/// Reads the result of this name.
pub(in crate::opensearch::search) fn read<A: DeserializeOwned>(
    results: &Map<String, Value>,
    name: &str,
) -> Result<A, Error> {
    let typed = || results.iter().find(|(key, _)| plain(key) == name);
    let result = results
        .get(name)
        .or_else(|| typed().map(|(_, result)| result));
    let Some(result) = result else {
        let names: Vec<_> = results.keys().map(|key| plain(key)).collect();
        let known = match names.len() {
            0 => "none at all".to_owned(),
            _ => names.join(", "),
        };
        let reason = format!("the response has no aggregation `{name}`; it has {known}");
        return Err(Error::unreadable(reason));
    };
    A::deserialize(result)
        .map_err(|error| Error::unreadable(format!("aggregation `{name}` cannot be read: {error}")))
}

/// With `typed_keys`, the server writes the kind before a name: `sterms#genres`.
fn plain(name: &str) -> &str {
    name.split_once('#').map_or(name, |(_, name)| name)
}
