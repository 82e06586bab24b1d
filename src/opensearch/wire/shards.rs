use serde::Deserialize;

/// How many shards took part.
#[derive(Clone, Debug, Default, Deserialize)]
#[non_exhaustive]
#[serde(default)]
pub struct Shards {
    /// All that were asked.
    pub total: u32,
    /// Those that did it.
    pub successful: u32,
    /// Those that did not need to.
    pub skipped: u32,
    /// Those that failed: the response is not complete.
    pub failed: u32,
    /// What they failed with.
    pub failures: Vec<serde_json::Value>,
}
