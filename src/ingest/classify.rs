//! Which failures pass: those are sent again.

use crate::opensearch::bulk::Action;

/// A failure that a caller's [`retry_if`](super::IngestBuilder::retry_if) may judge.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Failure<'a> {
    /// What the operation does; none if the whole request failed.
    pub action: Option<Action>,
    /// The status of the item or of the response, if there was one.
    pub status: Option<u16>,
    /// The server's name for the error.
    pub error_type: Option<&'a str>,
    /// What the server wrote about the reason.
    pub reason: Option<&'a str>,
    /// How often it was sent.
    pub attempts: u32,
    /// What is done without a hook.
    pub default: Decision,
}

/// What to do about a [`Failure`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Decision {
    /// Send it again after a wait.
    Retry,
    /// Give it up: the operation is rejected.
    Reject,
}

/// Whether an item that failed with this status and error may succeed later.
///
/// A status alone decides where it can: OpenSearch Serverless leaves out the error.
pub(super) fn of_item(status: u16, error_type: &str, is_serverless: bool) -> Decision {
    let passes = match status {
        429 | 502 | 503 | 504 => true,
        402 => error_type.is_empty() || error_type == QUOTA,
        // A serverless index can be written some seconds after its creation was acknowledged.
        404 => is_serverless && error_type == "index_not_found_exception",
        _ => PASSING.contains(&error_type),
    };
    if passes {
        Decision::Retry
    } else {
        Decision::Reject
    }
}

/// Whether such an item may have been applied: the primary shard had it when the node was lost.
pub(super) fn is_ambiguous(status: u16, error_type: &str) -> bool {
    matches!(status, 502 | 504) || AMBIGUOUS.contains(&error_type)
}

/// Whether the server is too busy, rather than unable: then less must be sent.
pub(super) fn is_throttling(status: u16, error_type: &str) -> bool {
    matches!(status, 402 | 429) && error_type != BLOCK || THROTTLING.contains(&error_type)
}

const QUOTA: &str = "service_quota_exceeded_exception";
const BLOCK: &str = "cluster_block_exception";
const THROTTLING: [&str; 3] = [
    "circuit_breaking_exception",
    "es_rejected_execution_exception",
    "rejected_execution_exception",
];
/// With statuses that do not say it, 403 or 500.
const PASSING: [&str; 12] = [
    BLOCK,
    "circuit_breaking_exception",
    "es_rejected_execution_exception",
    "rejected_execution_exception",
    "unavailable_shards_exception",
    "no_shard_available_action_exception",
    "process_cluster_event_timeout_exception",
    "node_not_connected_exception",
    "node_disconnected_exception",
    "node_closed_exception",
    "receive_timeout_transport_exception",
    "not_cluster_manager_exception",
];
const AMBIGUOUS: [&str; 3] = [
    "node_disconnected_exception",
    "node_closed_exception",
    "receive_timeout_transport_exception",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_is_told_from_what_stays() {
        for (status, error_type, is_serverless, retried) in [
            (429, "", false, true),
            (429, "es_rejected_execution_exception", false, true),
            (429, "cluster_block_exception", false, true),
            (403, "cluster_block_exception", false, true),
            (403, "security_exception", false, false),
            (503, "unavailable_shards_exception", false, true),
            (503, "circuit_breaking_exception", false, true),
            (500, "node_not_connected_exception", false, true),
            (500, "null_pointer_exception", false, false),
            (402, "service_quota_exceeded_exception", true, true),
            (402, "", true, true),
            (404, "index_not_found_exception", true, true),
            (404, "index_not_found_exception", false, false),
            (404, "document_missing_exception", true, false),
            (409, "version_conflict_engine_exception", false, false),
            (400, "mapper_parsing_exception", false, false),
        ] {
            let decision = of_item(status, error_type, is_serverless);
            let expected = if retried {
                Decision::Retry
            } else {
                Decision::Reject
            };
            assert_eq!(decision, expected, "{status} {error_type}");
        }
    }
}
