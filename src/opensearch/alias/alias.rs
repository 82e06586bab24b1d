use serde::Deserialize;
use serde_json::Value;

/// How an index has an alias.
#[derive(Clone, Debug, Default, Deserialize)]
#[non_exhaustive]
pub struct Alias {
    /// The query that all searches of the alias apply, as JSON; `null` if there is none.
    #[serde(default)]
    pub filter: Value,
    /// The routing value of writes.
    #[serde(default)]
    pub index_routing: Option<String>,
    /// The routing values of searches.
    #[serde(default)]
    pub search_routing: Option<String>,
    /// Whether writes to the alias go to this index, if that was set.
    #[serde(default)]
    pub is_write_index: Option<bool>,
    /// Whether wildcards do not match the alias, if that was set.
    #[serde(default)]
    pub is_hidden: Option<bool>,
}
