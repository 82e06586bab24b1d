//! Endpoints of OpenSearch that the store does not serve.

use super::json::is_listed;

/// Whether OpenSearch serves this method and path, given that the store does not.
pub(super) fn is_of_opensearch(method: &str, segments: &[&str]) -> bool {
    match segments {
        _ if method == "OPTIONS" => true,
        ["_cluster", call, ..] => is_listed(CLUSTER, call),
        ["_search", call, ..] => {
            matches!(*call, "template" | "pipeline")
                || (method == "GET" && *call == "point_in_time")
        }
        ["_mapping" | "_mappings", _, ..] => true,
        [first, ..] if first.starts_with('_') => is_listed(CLUSTER_WIDE, first),
        [_, "_search", "template", ..] | [_, "_mapping" | "_mappings", _, ..] => true,
        [_, "_settings", _, ..] => true,
        [_, "_settings"] => method == "PUT",
        [_, second, ..] => is_listed(OF_AN_INDEX, second),
        _ => false,
    }
}

const CLUSTER: &str = "\
    allocation decommission nodes pending_tasks remote reroute routing settings state stats \
    voting_config_exclusions";

const CLUSTER_WIDE: &str = "\
    _alias _aliases _analyze _cache _cat _component_template _dangling _data_stream \
    _delete_by_query _explain _field_caps _filecache _flush _forcemerge _index_template _ingest \
    _list _msearch _mtermvectors _nodes _opendistro _plugins _rank_eval _recovery _reindex \
    _remote _remotestore _render _resolve _rollover _script_context _script_language _scripts \
    _search_shards _segment_replication _segments _settings _shard_stores _snapshot _sql _stats \
    _tasks _template _termvectors _tier _ubi _update_by_query _upgrade _validate _views _wlm \
    _workload_group _ppl";

const OF_AN_INDEX: &str = "\
    _alias _aliases _analyze _block _cache _clone _close _data_stream _delete_by_query _explain \
    _field_caps _flush _forcemerge _msearch _mtermvectors _open _ingestion _rank_eval _recovery \
    _rollover _scale _search_shards _segments _shard_stores _shrink _split _stats _termvectors \
    _tier _update_by_query _upgrade _validate _view";
