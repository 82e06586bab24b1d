use serde::Deserialize;

/// How many shards took part.
#[derive(Clone, Debug, Default, Deserialize)]
#[non_exhaustive]
#[serde(default)]
pub struct Shards {
    /// All shards that the request was for.
    pub total: u32,
    /// The shards that succeeded.
    pub successful: u32,
    /// The shards that did not need to take part.
    pub skipped: u32,
    /// The shards that failed: the response is not complete.
    pub failed: u32,
    /// Why shards failed, as JSON.
    pub failures: Vec<serde_json::Value>,
}
