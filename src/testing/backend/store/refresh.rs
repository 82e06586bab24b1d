//! The parameter `refresh` of a write.

use serde_json::{Value, json};

use super::call::Reply;
use super::cluster::Cluster;
use super::error::ApiError;
use super::params::Params;

/// When searches see a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refresh {
    /// After the next refresh.
    Later,
    /// At once.
    Forced,
    /// Before the response: OpenSearch waits for the next refresh, and the store does it.
    WaitFor,
}

impl Refresh {
    pub(super) fn read(params: &Params) -> Result<Self, ApiError> {
        match params.get("refresh") {
            None | Some("false") => Ok(Self::Later),
            Some("" | "true") => Ok(Self::Forced),
            Some("wait_for") => Ok(Self::WaitFor),
            Some(other) => Err(ApiError::illegal_argument(format!(
                "Unknown value for refresh: [{other}]."
            ))),
        }
    }

    /// Refreshes after one write, and says so in its response.
    pub(super) fn after(self, cluster: &mut Cluster, (status, mut body): Reply) -> Reply {
        self.mark(&mut body);
        self.refresh(cluster, [&body]);
        (status, body)
    }

    /// Says in the outcome of a write that a refresh was forced.
    pub(super) fn mark(self, outcome: &mut Value) {
        if self == Self::Forced && is_change(outcome) {
            outcome["forced_refresh"] = json!(true);
        }
    }

    /// Refreshes the shards of all documents that these outcomes changed.
    pub(super) fn refresh<'a>(
        self,
        cluster: &mut Cluster,
        outcomes: impl IntoIterator<Item = &'a Value>,
    ) {
        if self == Self::Later {
            return;
        }
        for outcome in outcomes.into_iter().filter(|outcome| is_change(outcome)) {
            let name = outcome["_index"].as_str().unwrap_or_default();
            let id = outcome["_id"].as_str().unwrap_or_default();
            if let Some(index) = cluster.indices.get_mut(name) {
                index.refresh_shards_of(&[id.to_owned()]);
            }
        }
    }
}

/// Whether a write changed its document.
fn is_change(outcome: &Value) -> bool {
    outcome["result"].is_string() && outcome["result"] != "noop"
}
