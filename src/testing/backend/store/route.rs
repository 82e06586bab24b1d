//! Which call a method and a path mean.

use http::Method;

use super::super::super::verify::decode;
use super::endpoint::{self, Endpoint};
use super::error::ApiError;
use super::json::is_listed;
use super::not_routed::is_of_opensearch;

/// A call, with the names in its path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Route {
    Info,
    Health(Option<String>),
    CreateIndex(String),
    DeleteIndex(String),
    GetIndex(String),
    GetMapping(String),
    PutMapping(String),
    GetSettings(String),
    Refresh(String),
    /// An index, and the id of a document unless OpenSearch makes it.
    Index(String, Option<String>),
    Create(String, String),
    Update(String, String),
    Delete(String, String),
    Get(String, String),
    GetSource(String, String),
    MultiGet(Option<String>),
    Bulk(Option<String>),
    Search(Option<String>),
    Count(Option<String>),
    OpenPit(String),
    ClosePit,
    CloseAllPits,
    Scroll(Option<String>),
    ClearScroll(Option<String>),
}

impl Route {
    /// Splits the path as it was sent, and decodes the escapes of each segment.
    pub(super) fn find(method: &Method, path: &str, target: &str) -> Result<Self, ApiError> {
        let trimmed = path.trim_matches('/');
        let segments: Vec<String> = match trimmed {
            "" => Vec::new(),
            _ => trimmed.split('/').map(segment).collect(),
        };
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        if let Some(route) = Self::of(method.as_str(), &segments) {
            return Ok(route);
        }
        if is_of_opensearch(method.as_str(), &segments) {
            let call = format!("{method} {path}");
            return Err(ApiError::unsupported(call, "as an endpoint"));
        }
        let allowed: Vec<&str> = ["DELETE", "GET", "HEAD", "POST", "PUT"]
            .into_iter()
            .filter(|method| Self::of(method, &segments).is_some())
            .collect();
        if allowed.is_empty() {
            let line = format!("no handler found for uri [{target}] and method [{method}]");
            return Err(ApiError::Text {
                status: 400,
                line,
                has_status_member: false,
            });
        }
        let line = format!(
            "Incorrect HTTP method for uri [{target}] and method [{method}], allowed: [{}]",
            allowed.join(", ")
        );
        Err(ApiError::Text {
            status: 405,
            line,
            has_status_member: true,
        })
    }

    /// What the store supports of this call.
    pub(super) fn endpoint(&self) -> &'static Endpoint {
        match self {
            Self::Info => &endpoint::INFO,
            Self::Health(_) => &endpoint::HEALTH,
            Self::CreateIndex(_) => &endpoint::CREATE_INDEX,
            Self::DeleteIndex(_) => &endpoint::DELETE_INDEX,
            Self::GetIndex(_) => &endpoint::GET_INDEX,
            Self::GetMapping(_) => &endpoint::GET_MAPPING,
            Self::PutMapping(_) => &endpoint::PUT_MAPPING,
            Self::GetSettings(_) => &endpoint::GET_SETTINGS,
            Self::Refresh(_) => &endpoint::REFRESH,
            Self::Index(..) | Self::Create(..) => &endpoint::INDEX,
            Self::Update(..) => &endpoint::UPDATE,
            Self::Delete(..) => &endpoint::DELETE,
            Self::Get(..) | Self::GetSource(..) => &endpoint::GET,
            Self::MultiGet(_) => &endpoint::MULTI_GET,
            Self::Bulk(_) => &endpoint::BULK,
            Self::Search(_) => &endpoint::SEARCH,
            Self::Count(_) => &endpoint::COUNT,
            Self::OpenPit(_) => &endpoint::OPEN_PIT,
            Self::ClosePit | Self::CloseAllPits => &endpoint::CLOSE_PIT,
            Self::Scroll(_) => &endpoint::SCROLL,
            Self::ClearScroll(_) => &endpoint::CLEAR_SCROLL,
        }
    }

    fn of(method: &str, segments: &[&str]) -> Option<Self> {
        let own = |name: &str| name.to_owned();
        Some(match (method, segments) {
            ("GET" | "HEAD", []) => Self::Info,
            ("GET", ["_cluster", "health"]) => Self::Health(None),
            ("GET", ["_cluster", "health", index]) => Self::Health(Some(own(index))),
            ("PUT" | "POST", ["_bulk"]) => Self::Bulk(None),
            ("GET" | "POST", ["_search"]) => Self::Search(None),
            ("GET" | "POST", ["_count"]) => Self::Count(None),
            ("GET" | "POST", ["_mget"]) => Self::MultiGet(None),
            ("GET" | "POST", ["_refresh"]) => Self::Refresh(own("_all")),
            ("GET", ["_mapping" | "_mappings"]) => Self::GetMapping(own("_all")),
            ("GET" | "POST", ["_search", "scroll"]) => Self::Scroll(None),
            ("GET" | "POST", ["_search", "scroll", id]) => Self::Scroll(Some(own(id))),
            ("DELETE", ["_search", "scroll"]) => Self::ClearScroll(None),
            ("DELETE", ["_search", "scroll", id]) => Self::ClearScroll(Some(own(id))),
            ("DELETE", ["_search", "point_in_time"]) => Self::ClosePit,
            ("DELETE", ["_search", "point_in_time", "_all"]) => Self::CloseAllPits,
            (_, [first, ..]) if is_listed(RESERVED, first) => return None,
            (method, segments) if is_of_opensearch(method, segments) => return None,
            (method, [index, rest @ ..]) => Self::of_index(method, own(index), rest)?,
            _ => return None,
        })
    }

    fn of_index(method: &str, index: String, rest: &[&str]) -> Option<Self> {
        let own = |name: &str| name.to_owned();
        Some(match (method, rest) {
            ("PUT", []) => Self::CreateIndex(index),
            ("DELETE", []) => Self::DeleteIndex(index),
            ("GET" | "HEAD", []) => Self::GetIndex(index),
            ("GET", ["_mapping" | "_mappings"]) => Self::GetMapping(index),
            ("PUT" | "POST", ["_mapping" | "_mappings"]) => Self::PutMapping(index),
            ("GET", ["_settings"]) => Self::GetSettings(index),
            ("GET" | "POST", ["_refresh"]) => Self::Refresh(index),
            ("PUT" | "POST", ["_bulk"]) => Self::Bulk(Some(index)),
            ("GET" | "POST", ["_search"]) => Self::Search(Some(index)),
            ("GET" | "POST", ["_count"]) => Self::Count(Some(index)),
            ("GET" | "POST", ["_mget"]) => Self::MultiGet(Some(index)),
            ("POST", ["_search", "point_in_time"]) => Self::OpenPit(index),
            ("POST", ["_doc"]) => Self::Index(index, None),
            ("PUT" | "POST", ["_doc", id]) => Self::Index(index, Some(own(id))),
            ("PUT" | "POST", ["_create", id]) => Self::Create(index, own(id)),
            ("POST", ["_update", id]) => Self::Update(index, own(id)),
            ("DELETE", ["_doc", id]) => Self::Delete(index, own(id)),
            ("GET" | "HEAD", ["_doc", id]) => Self::Get(index, own(id)),
            ("GET" | "HEAD", ["_source", id]) => Self::GetSource(index, own(id)),
            _ => return None,
        })
    }
}

/// Decodes the escapes of a segment of a path.
fn segment(raw: &str) -> String {
    let bytes = decode(raw.as_bytes()).unwrap_or_else(|| raw.as_bytes().to_vec());
    String::from_utf8_lossy(&bytes).into_owned()
}

/// First segments of paths that the store serves and that never name an index.
const RESERVED: &str = "_bulk _cluster _count _mapping _mappings _mget _refresh _search";

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
            assert_eq!(route, Route::Get("movies".into(), id.into()), "{path}");
        }
    }

    #[test]
    fn unknown_paths_and_methods_have_errors_of_their_own() {
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

    #[test]
    fn an_endpoint_of_opensearch_that_the_store_lacks_is_refused_by_name() {
        for (method, path) in [
            ("POST", "/_aliases"),
            ("GET", "/_alias/movies"),
            ("POST", "/_msearch"),
            ("POST", "/movies/_msearch"),
            ("GET", "/_cat/indices"),
            ("GET", "/_cluster/settings"),
            ("PUT", "/movies/_settings"),
            ("GET", "/movies/_settings/index.uuid"),
            ("GET", "/movies/_mapping/field/title"),
            ("POST", "/movies/_delete_by_query"),
            ("POST", "/movies/_search/template"),
            ("GET", "/_search/point_in_time/_all"),
            ("PUT", "/_snapshot/backups"),
            ("POST", "/_plugins/_ism/add/movies"),
        ] {
            let error = Route::find(&method.parse().unwrap(), path, path).unwrap_err();
            let reason = error.object()["reason"]
                .as_str()
                .unwrap_or_default()
                .to_owned();
            let expected = format!("the in-memory store does not support `{method} {path}` ");
            assert!(reason.starts_with(&expected), "{method} {path}: {reason}");
        }
    }
}
