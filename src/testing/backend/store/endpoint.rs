//! What each endpoint of the store supports: one table.
//!
//! A parameter or a member of a body that is not in the table is refused. Code that reads nested
//! objects has its lists beside it.

/// An endpoint: its names, and what the store supports of it.
#[derive(Debug)]
pub(super) struct Endpoint {
    /// Method and path, for messages.
    pub(super) name: &'static str,
    /// The action that the security plugin checks.
    pub(super) action: &'static str,
    parameters: &'static [&'static str],
    /// The members of the body's object; `None` if the body is not an object of known members.
    pub(super) body: Option<&'static [&'static str]>,
}

impl Endpoint {
    /// Whether the store supports a parameter here. `pretty` and `filter_path` are supported
    /// everywhere.
    pub(super) fn supports(&self, parameter: &str) -> bool {
        matches!(parameter, "pretty" | "filter_path") || self.parameters.contains(&parameter)
    }
}

pub(super) const INFO: Endpoint = Endpoint {
    name: "GET /",
    action: "cluster:monitor/main",
    parameters: &[],
    body: None,
};

pub(super) const HEALTH: Endpoint = Endpoint {
    name: "GET /_cluster/health",
    action: "cluster:monitor/health",
    parameters: &[
        "level",
        "wait_for_status",
        "timeout",
        "master_timeout",
        "cluster_manager_timeout",
    ],
    body: None,
};

pub(super) const CREATE_INDEX: Endpoint = Endpoint {
    name: "PUT /{index}",
    action: "indices:admin/create",
    parameters: &["timeout", "master_timeout", "cluster_manager_timeout"],
    body: Some(&["settings", "mappings", "aliases"]),
};

pub(super) const DELETE_INDEX: Endpoint = Endpoint {
    name: "DELETE /{index}",
    action: "indices:admin/delete",
    parameters: &[
        "ignore_unavailable",
        "timeout",
        "master_timeout",
        "cluster_manager_timeout",
    ],
    body: None,
};

pub(super) const GET_INDEX: Endpoint = Endpoint {
    name: "GET /{index}",
    action: "indices:admin/get",
    parameters: &[
        "ignore_unavailable",
        "master_timeout",
        "cluster_manager_timeout",
    ],
    body: None,
};

pub(super) const GET_MAPPING: Endpoint = Endpoint {
    name: "GET /{index}/_mapping",
    action: "indices:admin/mappings/get",
    parameters: &[
        "ignore_unavailable",
        "master_timeout",
        "cluster_manager_timeout",
    ],
    body: None,
};

pub(super) const PUT_MAPPING: Endpoint = Endpoint {
    name: "PUT /{index}/_mapping",
    action: "indices:admin/mapping/put",
    parameters: &[
        "ignore_unavailable",
        "timeout",
        "master_timeout",
        "cluster_manager_timeout",
    ],
    body: Some(&["properties", "dynamic", "_meta"]),
};

pub(super) const GET_SETTINGS: Endpoint = Endpoint {
    name: "GET /{index}/_settings",
    action: "indices:monitor/settings/get",
    parameters: &[
        "ignore_unavailable",
        "master_timeout",
        "cluster_manager_timeout",
    ],
    body: None,
};

pub(super) const REFRESH: Endpoint = Endpoint {
    name: "POST /{index}/_refresh",
    action: "indices:admin/refresh",
    parameters: &["ignore_unavailable"],
    body: None,
};

pub(super) const INDEX: Endpoint = Endpoint {
    name: "PUT /{index}/_doc/{id}",
    action: "indices:data/write/index",
    parameters: &[
        "op_type",
        "refresh",
        "routing",
        "version",
        "version_type",
        "if_seq_no",
        "if_primary_term",
        "timeout",
    ],
    body: None,
};

pub(super) const UPDATE: Endpoint = Endpoint {
    name: "POST /{index}/_update/{id}",
    action: "indices:data/write/update",
    parameters: &[
        "refresh",
        "if_seq_no",
        "if_primary_term",
        "retry_on_conflict",
        "timeout",
    ],
    body: Some(UPDATE_BODY),
};

/// Also the line after an `update` action of a bulk request.
pub(super) const UPDATE_BODY: &[&str] = &["doc", "upsert", "doc_as_upsert", "detect_noop"];

pub(super) const DELETE: Endpoint = Endpoint {
    name: "DELETE /{index}/_doc/{id}",
    action: "indices:data/write/delete",
    parameters: &[
        "refresh",
        "version",
        "version_type",
        "if_seq_no",
        "if_primary_term",
        "timeout",
    ],
    body: None,
};

pub(super) const GET: Endpoint = Endpoint {
    name: "GET /{index}/_doc/{id}",
    action: "indices:data/read/get",
    parameters: &[
        "_source",
        "_source_includes",
        "_source_excludes",
        "realtime",
    ],
    body: None,
};

pub(super) const MULTI_GET: Endpoint = Endpoint {
    name: "POST /{index}/_mget",
    action: "indices:data/read/mget",
    parameters: &[
        "_source",
        "_source_includes",
        "_source_excludes",
        "realtime",
    ],
    body: Some(&["docs", "ids"]),
};

pub(super) const BULK: Endpoint = Endpoint {
    name: "POST /_bulk",
    action: "indices:data/write/bulk",
    parameters: &["refresh", "timeout"],
    body: None,
};

pub(super) const SEARCH: Endpoint = Endpoint {
    name: "POST /{index}/_search",
    action: "indices:data/read/search",
    parameters: &[
        "q",
        "from",
        "size",
        "sort",
        "_source",
        "_source_includes",
        "_source_excludes",
        "track_total_hits",
        "version",
        "seq_no_primary_term",
        "scroll",
        "timeout",
        "typed_keys",
        "ignore_unavailable",
    ],
    body: Some(&[
        "query",
        "from",
        "size",
        "sort",
        "_source",
        "track_total_hits",
        "version",
        "seq_no_primary_term",
        "aggs",
        "aggregations",
        "search_after",
        "pit",
        "timeout",
    ]),
};

pub(super) const COUNT: Endpoint = Endpoint {
    name: "POST /{index}/_count",
    action: "indices:data/read/search",
    parameters: &["q", "ignore_unavailable"],
    body: Some(&["query"]),
};

pub(super) const OPEN_PIT: Endpoint = Endpoint {
    name: "POST /{index}/_search/point_in_time",
    action: "indices:data/read/point_in_time/create",
    parameters: &["keep_alive", "ignore_unavailable"],
    body: None,
};

pub(super) const CLOSE_PIT: Endpoint = Endpoint {
    name: "DELETE /_search/point_in_time",
    action: "indices:data/read/point_in_time/delete",
    parameters: &[],
    body: Some(&["pit_id"]),
};

pub(super) const SCROLL: Endpoint = Endpoint {
    name: "POST /_search/scroll",
    action: "indices:data/read/scroll",
    parameters: &["scroll", "scroll_id"],
    body: Some(&["scroll", "scroll_id"]),
};

pub(super) const CLEAR_SCROLL: Endpoint = Endpoint {
    name: "DELETE /_search/scroll",
    action: "indices:data/read/scroll/clear",
    parameters: &[],
    body: Some(&["scroll_id"]),
};
