//! The query string of a request, decoded.

use std::time::Duration;

use super::super::super::verify::decode;
use super::endpoint::Endpoint;
use super::error::ApiError;
use super::json::is_listed;
use super::time_value;

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

    /// Refuses parameters that OpenSearch does not know, and those that this endpoint of the store
    /// does not support.
    pub(super) fn check_names(&self, endpoint: &Endpoint, path: &str) -> Result<(), ApiError> {
        let names = || self.0.iter().map(|(name, _)| &**name);
        let unknown: Vec<String> = names()
            .filter(|name| !is_listed(OF_OPENSEARCH, name))
            .map(|name| format!("[{name}]"))
            .collect();
        if !unknown.is_empty() {
            let parameters = if unknown.len() == 1 {
                "parameter"
            } else {
                "parameters"
            };
            return Err(ApiError::illegal_argument(format!(
                "request [{path}] contains unrecognized {parameters}: {}",
                unknown.join(", ")
            )));
        }
        match names().find(|name| !endpoint.supports(name)) {
            Some(name) => Err(ApiError::unsupported(
                name,
                format_args!("as a parameter of {}", endpoint.name),
            )),
            None => Ok(()),
        }
    }

    /// The value of a parameter; the last one if it is repeated.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .rev()
            .find(|(known, _)| known == name)
            .map(|(_, value)| &**value)
    }

    /// A flag, for example `?pretty=true`. Without the parameter, it is `default`.
    ///
    /// OpenSearch reads some flags without a value as true, and some as false: `?pretty` is true, and
    /// the others are refused.
    pub(super) fn flag(&self, name: &str, default: bool) -> Result<bool, ApiError> {
        match self.get(name) {
            None => Ok(default),
            Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some("") if name == "pretty" => Ok(true),
            Some("") => Err(ApiError::unsupported(
                name,
                "as a parameter without a value",
            )),
            Some(other) => Err(ApiError::illegal_argument(format!(
                "Failed to parse value [{other}] as only [true] or [false] are allowed."
            ))),
        }
    }

    pub(super) fn int(&self, name: &str) -> Result<Option<i32>, ApiError> {
        self.parsed(name, "int")
    }

    pub(super) fn long(&self, name: &str) -> Result<Option<i64>, ApiError> {
        self.parsed(name, "long")
    }

    /// A duration; `None` without the parameter, and for `-1`.
    pub(super) fn duration(&self, name: &str) -> Result<Option<Duration>, ApiError> {
        self.get(name)
            .map_or(Ok(None), |value| time_value::parse(name, value))
    }

    /// Checks timeouts. The store needs no time to answer, so that none of them can pass.
    pub(super) fn check_timeouts(&self) -> Result<(), ApiError> {
        let names = ["timeout", "master_timeout", "cluster_manager_timeout"];
        for name in names {
            self.duration(name)?;
        }
        if names[1..].iter().all(|name| self.get(name).is_some()) {
            let reason = "Please only use one of the request parameters \
                          [master_timeout, cluster_manager_timeout].";
            return Err(ApiError::new(400, "parse_exception", reason));
        }
        Ok(())
    }

    fn parsed<T: std::str::FromStr>(&self, name: &str, kind: &str) -> Result<Option<T>, ApiError> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        value.parse().map(Some).map_err(|_| {
            let reason = format!("Failed to parse {kind} parameter [{name}] with value [{value}]");
            ApiError::illegal_argument(reason).caused_by(
                "number_format_exception",
                &format!("For input string: \"{value}\""),
            )
        })
    }
}

fn unescape(text: &str) -> String {
    let text = text.replace('+', " ");
    let bytes = decode(text.as_bytes()).unwrap_or_else(|| text.clone().into_bytes());
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The parameters of all calls of OpenSearch 2.19 that begin with the same words as a call of the
/// store. Anything else is unknown to OpenSearch as well.
const OF_OPENSEARCH: &str = "\
    _source _source_excludes _source_includes allow_no_indices allow_partial_pit_creation \
    allow_partial_search_results analyze_wildcard analyzer awareness_attribute batch_interval \
    batch_size batched_reduce_size cancel_after_time_interval ccs_minimize_roundtrips \
    cluster_manager_timeout default_operator detect_noop df docvalue_fields \
    ensure_node_weighed_in error_trace expand_wildcards explain filter_path flat_settings \
    force_synthetic_source format from human if_primary_term if_seq_no ignore_throttled \
    ignore_unavailable include_defaults include_named_queries_score index keep_alive lang \
    lenient level local master_timeout max_concurrent_searches max_concurrent_shard_requests \
    min_score name op_type phase_took pipeline pre_filter_shard_size preference pretty profile q \
    realtime refresh request_cache require_alias rest_total_hits_as_int retry_on_conflict \
    routing scroll scroll_id search_pipeline search_type seq_no_primary_term size sort source \
    source_content_type stats stored_fields suggest_field suggest_mode suggest_size suggest_text \
    terminate_after timeout track_scores track_total_hits typed_keys version version_type \
    wait_for_active_shards wait_for_completion wait_for_events wait_for_no_initializing_shards \
    wait_for_no_relocating_shards wait_for_nodes wait_for_status write_index_only";
