//! A query string, decoded.

use super::super::super::verify::decode;
use super::error::ApiError;

/// The parameters of a call.
#[derive(Debug, Default)]
pub(super) struct Params(Vec<(String, String)>);

impl Params {
    pub(super) fn read(query: &str) -> Self {
        let parts = query.split('&').filter(|part| !part.is_empty());
        let pairs = parts.map(|part| part.split_once('=').unwrap_or((part, "")));
        Self(
            pairs
                .map(|(name, value)| (unescape(name), unescape(value)))
                .collect(),
        )
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .rev()
            .find(|(known, _)| known == name)
            .map(|(_, value)| &**value)
    }

    /// A flag: `?pretty` and `?pretty=true` are set.
    pub(super) fn flag(&self, name: &str) -> Result<bool, ApiError> {
        match self.get(name) {
            None | Some("false") => Ok(false),
            Some("" | "true") => Ok(true),
            Some(other) => Err(ApiError::illegal(format!(
                "Failed to parse value [{other}] as only [true] or [false] are allowed."
            ))),
        }
    }

    pub(super) fn number(&self, name: &str) -> Result<Option<u64>, ApiError> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        value.parse().map(Some).map_err(|_| {
            let reason = format!("Failed to parse int parameter [{name}] with value [{value}]");
            ApiError::illegal(reason)
        })
    }

    /// Refuses what no call takes: misspelt parameters, and those of presigned URLs.
    pub(super) fn check_names(&self, path: &str) -> Result<(), ApiError> {
        let names = self.0.iter().map(|(name, _)| &**name);
        let unknown: Vec<String> = names
            .filter(|name| !KNOWN.contains(name))
            .map(|name| format!("[{name}]"))
            .collect();
        let parameters = match unknown.len() {
            0 => return Ok(()),
            1 => "parameter",
            _ => "parameters",
        };
        let unknown = unknown.join(", ");
        let reason = format!("request [{path}] contains unrecognized {parameters}: {unknown}");
        Err(ApiError::illegal(reason))
    }
}

fn unescape(text: &str) -> String {
    let text = text.replace('+', " ");
    let bytes = decode(text.as_bytes()).unwrap_or_else(|| text.clone().into_bytes());
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The parameters of all calls together, those that make no difference here among them.
const KNOWN: [&str; 78] = [
    "_source",
    "_source_exclude",
    "_source_excludes",
    "_source_include",
    "_source_includes",
    "allow_no_indices",
    "allow_partial_pit_creation",
    "allow_partial_search_results",
    "analyze_wildcard",
    "analyzer",
    "batched_reduce_size",
    "cancel_after_time_interval",
    "ccs_minimize_roundtrips",
    "cluster_manager_timeout",
    "default_operator",
    "df",
    "docvalue_fields",
    "error_trace",
    "expand_wildcards",
    "explain",
    "filter_path",
    "flat_settings",
    "format",
    "from",
    "human",
    "if_primary_term",
    "if_seq_no",
    "ignore_throttled",
    "ignore_unavailable",
    "include_defaults",
    "include_named_queries_score",
    "index",
    "keep_alive",
    "lang",
    "lenient",
    "level",
    "local",
    "master_timeout",
    "max_concurrent_shard_requests",
    "min_score",
    "op_type",
    "phase_took",
    "pipeline",
    "pre_filter_shard_size",
    "preference",
    "pretty",
    "q",
    "realtime",
    "refresh",
    "request_cache",
    "require_alias",
    "rest_total_hits_as_int",
    "retry_on_conflict",
    "routing",
    "scroll",
    "scroll_id",
    "search_pipeline",
    "search_type",
    "seq_no_primary_term",
    "size",
    "sort",
    "stats",
    "stored_fields",
    "terminate_after",
    "timeout",
    "track_scores",
    "track_total_hits",
    "typed_keys",
    "version",
    "version_type",
    "wait_for_active_shards",
    "wait_for_completion",
    "wait_for_events",
    "wait_for_no_initializing_shards",
    "wait_for_no_relocating_shards",
    "wait_for_nodes",
    "wait_for_status",
    "write_index_only",
];
