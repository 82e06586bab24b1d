//! Which call a method and a path stand for.

use http::Method;

use super::super::super::verify::decode;
use super::error::ApiError;

/// A call, with the names in its path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Route {
    Info,
    Health {
        index: Option<String>,
    },
    CreateIndex {
        index: String,
    },
    DeleteIndex {
        index: String,
    },
    GetIndex {
        index: String,
    },
    GetMapping {
        index: String,
    },
    PutMapping {
        index: String,
    },
    GetSettings {
        index: String,
    },
    Refresh {
        index: String,
    },
    Index {
        index: String,
        id: Option<String>,
        create: bool,
    },
    Update {
        index: String,
        id: String,
    },
    Delete {
        index: String,
        id: String,
    },
    Get {
        index: String,
        id: String,
    },
    GetSource {
        index: String,
        id: String,
    },
    MultiGet {
        index: Option<String>,
    },
    Bulk {
        index: Option<String>,
    },
    Search {
        index: Option<String>,
    },
    Count {
        index: Option<String>,
    },
    OpenPit {
        index: String,
    },
    ClosePit {
        all: bool,
    },
    Scroll {
        id: Option<String>,
    },
    ClearScroll {
        id: Option<String>,
    },
}

impl Route {
    /// Splits the path as it was sent, and undoes the escapes of each part.
    pub(super) fn find(method: &Method, path: &str, target: &str) -> Result<Self, ApiError> {
        let path = path.trim_matches('/');
        let segments: Vec<String> = match path {
            "" => Vec::new(),
            _ => path.split('/').map(segment).collect(),
        };
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        if let Some(route) = Self::of(method.as_str(), &segments) {
            return Ok(route);
        }
        let allowed: Vec<&str> = ["DELETE", "GET", "HEAD", "POST", "PUT"]
            .into_iter()
            .filter(|method| Self::of(method, &segments).is_some())
            .collect();
        if allowed.is_empty() {
            let line = format!("no handler found for uri [{target}] and method [{method}]");
            return Err(ApiError::Plain {
                status: 400,
                line,
                tells_status: false,
            });
        }
        let line = format!(
            "Incorrect HTTP method for uri [{target}] and method [{method}], allowed: [{}]",
            allowed.join(", ")
        );
        Err(ApiError::Plain {
            status: 405,
            line,
            tells_status: true,
        })
    }

    /// What the security plugin calls it.
    pub(super) fn action(&self) -> &'static str {
        match self {
            Self::Info => "cluster:monitor/main",
            Self::Health { .. } => "cluster:monitor/health",
            Self::CreateIndex { .. } => "indices:admin/create",
            Self::DeleteIndex { .. } => "indices:admin/delete",
            Self::GetIndex { .. } => "indices:admin/get",
            Self::GetMapping { .. } => "indices:admin/mappings/get",
            Self::PutMapping { .. } => "indices:admin/mapping/put",
            Self::GetSettings { .. } => "indices:monitor/settings/get",
            Self::Refresh { .. } => "indices:admin/refresh",
            Self::Index { .. } => "indices:data/write/index",
            Self::Update { .. } => "indices:data/write/update",
            Self::Delete { .. } => "indices:data/write/delete",
            Self::Get { .. } | Self::GetSource { .. } => "indices:data/read/get",
            Self::MultiGet { .. } => "indices:data/read/mget",
            Self::Bulk { .. } => "indices:data/write/bulk",
            Self::Search { .. } | Self::Count { .. } => "indices:data/read/search",
            Self::OpenPit { .. } => "indices:data/read/point_in_time/create",
            Self::ClosePit { .. } => "indices:data/read/point_in_time/delete",
            Self::Scroll { .. } => "indices:data/read/scroll",
            Self::ClearScroll { .. } => "indices:data/read/scroll/clear",
        }
    }

    fn of(method: &str, segments: &[&str]) -> Option<Self> {
        let own = |name: &str| name.to_owned();
        Some(match (method, segments) {
            ("GET" | "HEAD", []) => Self::Info,
            ("GET", ["_cluster", "health"]) => Self::Health { index: None },
            ("GET", ["_cluster", "health", index]) => Self::Health {
                index: Some(own(index)),
            },
            ("PUT" | "POST", ["_bulk"]) => Self::Bulk { index: None },
            ("GET" | "POST", ["_search"]) => Self::Search { index: None },
            ("GET" | "POST", ["_count"]) => Self::Count { index: None },
            ("GET" | "POST", ["_mget"]) => Self::MultiGet { index: None },
            ("GET" | "POST", ["_refresh"]) => Self::Refresh { index: own("_all") },
            ("GET", ["_mapping"]) => Self::GetMapping { index: own("_all") },
            ("GET" | "POST", ["_search", "scroll"]) => Self::Scroll { id: None },
            ("GET" | "POST", ["_search", "scroll", id]) => Self::Scroll { id: Some(own(id)) },
            ("DELETE", ["_search", "scroll"]) => Self::ClearScroll { id: None },
            ("DELETE", ["_search", "scroll", id]) => Self::ClearScroll { id: Some(own(id)) },
            ("DELETE", ["_search", "point_in_time"]) => Self::ClosePit { all: false },
            ("DELETE", ["_search", "point_in_time", "_all"]) => Self::ClosePit { all: true },
            (_, [first, ..]) if RESERVED.contains(first) => return None,
            (method, [index, rest @ ..]) => Self::of_index(method, own(index), rest)?,
            _ => return None,
        })
    }

    fn of_index(method: &str, index: String, rest: &[&str]) -> Option<Self> {
        let some = Some;
        Some(match (method, rest) {
            ("PUT", []) => Self::CreateIndex { index },
            ("DELETE", []) => Self::DeleteIndex { index },
            ("GET" | "HEAD", []) => Self::GetIndex { index },
            ("GET", ["_mapping" | "_mappings"]) => Self::GetMapping { index },
            ("PUT" | "POST", ["_mapping" | "_mappings"]) => Self::PutMapping { index },
            ("GET", ["_settings"]) => Self::GetSettings { index },
            ("GET" | "POST", ["_refresh"]) => Self::Refresh { index },
            ("PUT" | "POST", ["_bulk"]) => Self::Bulk { index: some(index) },
            ("GET" | "POST", ["_search"]) => Self::Search { index: some(index) },
            ("GET" | "POST", ["_count"]) => Self::Count { index: some(index) },
            ("GET" | "POST", ["_mget"]) => Self::MultiGet { index: some(index) },
            ("POST", ["_search", "point_in_time"]) => Self::OpenPit { index },
            ("POST", ["_doc"]) => Self::Index {
                index,
                id: None,
                create: false,
            },
            (method, [kind, id]) => Self::of_document(method, index, kind, (*id).to_owned())?,
            _ => return None,
        })
    }

    fn of_document(method: &str, index: String, kind: &str, id: String) -> Option<Self> {
        Some(match (method, kind) {
            ("PUT" | "POST", "_doc") => Self::Index {
                index,
                id: Some(id),
                create: false,
            },
            ("PUT" | "POST", "_create") => Self::Index {
                index,
                id: Some(id),
                create: true,
            },
            ("POST", "_update") => Self::Update { index, id },
            ("DELETE", "_doc") => Self::Delete { index, id },
            ("GET" | "HEAD", "_doc") => Self::Get { index, id },
            ("GET" | "HEAD", "_source") => Self::GetSource { index, id },
            _ => return None,
        })
    }
}

/// Undoes the escapes of one part of a path.
fn segment(raw: &str) -> String {
    let bytes = decode(raw.as_bytes()).unwrap_or_else(|| raw.as_bytes().to_vec());
    String::from_utf8_lossy(&bytes).into_owned()
}

/// First parts of paths that never name an index.
const RESERVED: [&str; 8] = [
    "_cluster", "_bulk", "_search", "_count", "_mget", "_refresh", "_mapping", "_cat",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_arrive_as_they_were_before_escaping() {
        for (path, id) in [
            ("/movies/_doc/a%2Fb", "a/b"),
            ("/movies/_doc/%2E%2E", ".."),
            ("/movies/_doc/%2E", "."),
            ("/movies/_doc/a+b%20c", "a+b c"),
            ("/movies/_doc/%D0%B6%F0%9F%98%80", "ж😀"),
            ("/movies/_doc/%252F", "%2F"),
            ("/movies/_doc/_search", "_search"),
        ] {
            let route = Route::find(&Method::GET, path, path).unwrap();
            assert_eq!(
                route,
                Route::Get {
                    index: "movies".into(),
                    id: id.into()
                },
                "{path}"
            );
        }
    }

    #[test]
    fn unknown_paths_and_methods_are_told_apart() {
        let unknown = Route::find(&Method::GET, "/a/b/c/d", "/a/b/c/d?x").unwrap_err();
        assert_eq!(
            unknown.to_json(),
            serde_json::json!({ "error": "no handler found for uri [/a/b/c/d?x] and method [GET]" })
        );
        let method =
            Route::find(&Method::POST, "/_cluster/health", "/_cluster/health").unwrap_err();
        assert_eq!(method.status(), 405);
        assert_eq!(
            method.object(),
            "Incorrect HTTP method for uri [/_cluster/health] and method [POST], allowed: [GET]"
        );
    }
}
