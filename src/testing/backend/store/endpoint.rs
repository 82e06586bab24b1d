//! What each endpoint of the store supports: one table.
//!
//! A parameter or a member of a body that is not in the table is refused. Code that reads nested
//! objects has its lists beside it.

use super::json::is_listed;

/// An endpoint: its names, and what the store supports of it.
#[derive(Debug)]
pub(super) struct Endpoint {
    /// Method and path, for messages.
    pub(super) name: &'static str,
    /// The action that the security plugin checks.
    pub(super) action: &'static str,
    /// Names with blanks between them.
    parameters: &'static str,
    /// The members of the body's object, with blanks between them.
    pub(super) body: &'static str,
}

impl Endpoint {
    const fn new(name: &'static str, action: &'static str, parameters: &'static str) -> Self {
        Self {
            name,
            action,
            parameters,
            body: "",
        }
    }

    const fn with_body(mut self, body: &'static str) -> Self {
        self.body = body;
        self
    }

    /// Whether the store supports a parameter here. `pretty` and `filter_path` are supported
    /// everywhere.
    pub(super) fn supports(&self, parameter: &str) -> bool {
        matches!(parameter, "pretty" | "filter_path") || is_listed(self.parameters, parameter)
    }
}

pub(super) const INFO: Endpoint = Endpoint::new("GET /", "cluster:monitor/main", "");

pub(super) const HEALTH: Endpoint = Endpoint::new(
    "GET /_cluster/health",
    "cluster:monitor/health",
    "level wait_for_status timeout master_timeout cluster_manager_timeout",
);

pub(super) const CREATE_INDEX: Endpoint = Endpoint::new(
    "PUT /{index}",
    "indices:admin/create",
    "timeout master_timeout cluster_manager_timeout",
)
.with_body("settings mappings aliases");

pub(super) const DELETE_INDEX: Endpoint = Endpoint::new(
    "DELETE /{index}",
    "indices:admin/delete",
    "ignore_unavailable timeout master_timeout cluster_manager_timeout",
);

pub(super) const GET_INDEX: Endpoint = Endpoint::new(
    "GET /{index}",
    "indices:admin/get",
    "ignore_unavailable master_timeout cluster_manager_timeout",
);

pub(super) const GET_MAPPING: Endpoint = Endpoint::new(
    "GET /{index}/_mapping",
    "indices:admin/mappings/get",
    "ignore_unavailable master_timeout cluster_manager_timeout",
);

pub(super) const PUT_MAPPING: Endpoint = Endpoint::new(
    "PUT /{index}/_mapping",
    "indices:admin/mapping/put",
    "ignore_unavailable timeout master_timeout cluster_manager_timeout",
)
.with_body("properties dynamic _meta");

pub(super) const GET_SETTINGS: Endpoint = Endpoint::new(
    "GET /{index}/_settings",
    "indices:monitor/settings/get",
    "ignore_unavailable master_timeout cluster_manager_timeout",
);

pub(super) const REFRESH: Endpoint = Endpoint::new(
    "POST /{index}/_refresh",
    "indices:admin/refresh",
    "ignore_unavailable",
);

pub(super) const INDEX: Endpoint = Endpoint::new(
    "PUT /{index}/_doc/{id}",
    "indices:data/write/index",
    "op_type refresh routing version version_type if_seq_no if_primary_term timeout",
);

pub(super) const UPDATE: Endpoint = Endpoint::new(
    "POST /{index}/_update/{id}",
    "indices:data/write/update",
    "refresh if_seq_no if_primary_term retry_on_conflict timeout",
)
.with_body(UPDATE_BODY);

/// Also the line after an `update` action of a bulk request.
pub(super) const UPDATE_BODY: &str = "doc upsert doc_as_upsert detect_noop";

pub(super) const DELETE: Endpoint = Endpoint::new(
    "DELETE /{index}/_doc/{id}",
    "indices:data/write/delete",
    "refresh version version_type if_seq_no if_primary_term timeout",
);

pub(super) const GET: Endpoint = Endpoint::new(
    "GET /{index}/_doc/{id}",
    "indices:data/read/get",
    "_source _source_includes _source_excludes realtime",
);

pub(super) const MULTI_GET: Endpoint = Endpoint::new(
    "POST /{index}/_mget",
    "indices:data/read/mget",
    "_source _source_includes _source_excludes realtime",
)
.with_body("docs ids");

pub(super) const BULK: Endpoint =
    Endpoint::new("POST /_bulk", "indices:data/write/bulk", "refresh timeout");

pub(super) const SEARCH: Endpoint = Endpoint::new(
    "POST /{index}/_search",
    "indices:data/read/search",
    "\
     q from size sort _source _source_includes _source_excludes track_total_hits version \
     seq_no_primary_term scroll timeout typed_keys ignore_unavailable",
)
.with_body(
    "\
     query from size sort _source track_total_hits version seq_no_primary_term aggs aggregations \
     search_after pit timeout",
);

pub(super) const COUNT: Endpoint = Endpoint::new(
    "POST /{index}/_count",
    "indices:data/read/search",
    "q ignore_unavailable",
)
.with_body("query");

pub(super) const OPEN_PIT: Endpoint = Endpoint::new(
    "POST /{index}/_search/point_in_time",
    "indices:data/read/point_in_time/create",
    "keep_alive ignore_unavailable",
);

pub(super) const CLOSE_PIT: Endpoint = Endpoint::new(
    "DELETE /_search/point_in_time",
    "indices:data/read/point_in_time/delete",
    "",
)
.with_body("pit_id");

pub(super) const SCROLL: Endpoint = Endpoint::new(
    "POST /_search/scroll",
    "indices:data/read/scroll",
    "scroll scroll_id",
)
.with_body("scroll scroll_id");

pub(super) const CLEAR_SCROLL: Endpoint = Endpoint::new(
    "DELETE /_search/scroll",
    "indices:data/read/scroll/clear",
    "",
)
.with_body("scroll_id");
