//! Which permission of a data access policy a call to a collection needs.
//!
//! Source: AWS's pages [Supported
//! operations](https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-genref.html#serverless-operations)
//! and [Backing up collections using
//! snapshots](https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-snapshots.html).

use http::Method;

use super::kind::Kind;

/// What a call to a collection asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CollectionCall {
    /// The permission that the call needs, and what it is for. `None` if AWS documents none.
    pub(crate) permission: Option<Permission>,
    /// The partition of AWS, for ARNs.
    pub(crate) partition: &'static str,
}

/// A permission, and the resources that it is needed for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Permission {
    /// `aoss:ReadDocument`, for example.
    pub(crate) name: &'static str,
    /// The indices, as patterns that a policy may have; `None` for a permission of the collection itself.
    pub(crate) indices: Option<Vec<String>>,
}

impl CollectionCall {
    pub(crate) fn new(method: &Method, kind: &Kind<'_>, partition: &'static str) -> Self {
        let permission = name(method, kind).map(|name| Permission {
            name,
            indices: is_of_index(name).then(|| patterns(kind.index)),
        });
        Self {
            permission,
            partition,
        }
    }
}

fn name(method: &Method, kind: &Kind<'_>) -> Option<&'static str> {
    let reads = method.is_safe();
    let detail = kind.detail.unwrap_or_default();
    Some(match kind.family {
        "" if kind.index.is_none() => return None,
        "" if reads => DESCRIBE_INDEX,
        "" if *method == Method::PUT => "aoss:CreateIndex",
        "" if *method == Method::DELETE => "aoss:DeleteIndex",
        "_mapping" | "_mappings" | "_settings" | "_setting" if reads => DESCRIBE_INDEX,
        "_mapping" | "_mappings" | "_settings" | "_setting" => "aoss:UpdateIndex",
        "_resolve" => DESCRIBE_INDEX,
        "_cat" => match detail {
            "indices" => DESCRIBE_INDEX,
            "snapshots" => "aoss:DescribeSnapshot",
            "aliases" | "templates" | "recovery" => DESCRIBE_ITEMS,
            _ => return None,
        },
        "_doc" | "_source" if reads => READ,
        "_bulk" | "_doc" | "_create" | "_update" => "aoss:WriteDocument",
        "_ingest" | "_search" if detail.starts_with("pipeline") => of_item(method),
        "_search" | "_msearch" | "_count" | "_mget" | "_explain" | "_field_caps" | "_analyze"
        | "_validate" | "_rank_eval" => READ,
        "_aliases" if *method == Method::POST && kind.index.is_none() => CREATE_ITEMS,
        "_index_template" | "_component_template" | "_alias" | "_aliases" => match *method {
            Method::PUT | Method::POST => "aoss:UpdateCollectionItems",
            _ => of_item(method),
        },
        "_snapshot" if reads => "aoss:DescribeSnapshot",
        "_snapshot" => "aoss:RestoreSnapshot",
        _ => return None,
    })
}

fn of_item(method: &Method) -> &'static str {
    match *method {
        Method::PUT => CREATE_ITEMS,
        Method::DELETE => "aoss:DeleteCollectionItems",
        _ => DESCRIBE_ITEMS,
    }
}

/// Permissions of an index have the index in their resource; others have the collection.
fn is_of_index(name: &str) -> bool {
    name.ends_with("Index") || name.ends_with("Document")
}

/// A policy may name an index, or the start of names with `*` after it.
fn patterns(indices: Option<&str>) -> Vec<String> {
    let indices = percent_decoded(indices.unwrap_or("*"));
    let named = indices.split(',').filter(|name| !name.starts_with('-'));
    let mut patterns: Vec<String> = named
        .map(|name| match name.split_once('*') {
            _ if name == "_all" => "*".to_owned(),
            Some((start, _)) => format!("{start}*"),
            None => name.to_owned(),
        })
        .collect();
    patterns.dedup();
    patterns
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let hex = after.get(..2).filter(|_| first == b'%');
        let hex = hex.and_then(|hex| u8::from_str_radix(str::from_utf8(hex).ok()?, 16).ok());
        bytes.push(hex.unwrap_or(first));
        rest = &after[if hex.is_some() { 2 } else { 0 }..];
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

const READ: &str = "aoss:ReadDocument";
const DESCRIBE_INDEX: &str = "aoss:DescribeIndex";
const DESCRIBE_ITEMS: &str = "aoss:DescribeCollectionItems";
const CREATE_ITEMS: &str = "aoss:CreateCollectionItems";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_supported_call_has_the_permission_that_aws_documents() {
        for (method, path, name, indices) in [
            ("PUT", "/movies", "CreateIndex", Some("movies")),
            ("DELETE", "/movies", "DeleteIndex", Some("movies")),
            ("GET", "/movies", "DescribeIndex", Some("movies")),
            ("HEAD", "/movies", "DescribeIndex", Some("movies")),
            ("GET", "/_mapping", "DescribeIndex", Some("*")),
            ("GET", "/movies/_settings", "DescribeIndex", Some("movies")),
            ("PUT", "/movies/_mapping", "UpdateIndex", Some("movies")),
            ("GET", "/_cat/indices", "DescribeIndex", Some("*")),
            ("GET", "/_resolve/index/m*", "DescribeIndex", Some("*")),
            ("POST", "/_bulk", "WriteDocument", Some("*")),
            ("POST", "/movies/_bulk", "WriteDocument", Some("movies")),
            ("POST", "/movies/_doc", "WriteDocument", Some("movies")),
            ("PUT", "/movies/_doc/1", "WriteDocument", Some("movies")),
            ("DELETE", "/movies/_doc/1", "WriteDocument", Some("movies")),
            ("POST", "/movies/_update/1", "WriteDocument", Some("movies")),
            ("GET", "/movies/_doc/1", "ReadDocument", Some("movies")),
            ("POST", "/logs-*/_search", "ReadDocument", Some("logs-*")),
            (
                "POST",
                "/movies/_search/point_in_time",
                "ReadDocument",
                Some("movies"),
            ),
            (
                "DELETE",
                "/_search/point_in_time",
                "ReadDocument",
                Some("*"),
            ),
            ("POST", "/m%C3%BCsli/_count", "ReadDocument", Some("müsli")),
            ("GET", "/_alias", "DescribeCollectionItems", None),
            ("POST", "/_aliases", "CreateCollectionItems", None),
            ("PUT", "/movies/_alias/m", "UpdateCollectionItems", None),
            ("DELETE", "/movies/_alias/m", "DeleteCollectionItems", None),
            ("PUT", "/_index_template/t", "UpdateCollectionItems", None),
            (
                "DELETE",
                "/_index_template/t",
                "DeleteCollectionItems",
                None,
            ),
            ("PUT", "/_ingest/pipeline/p", "CreateCollectionItems", None),
            (
                "GET",
                "/_ingest/pipeline/p",
                "DescribeCollectionItems",
                None,
            ),
            (
                "DELETE",
                "/_search/pipeline/p",
                "DeleteCollectionItems",
                None,
            ),
            ("GET", "/_cat/recovery", "DescribeCollectionItems", None),
            (
                "GET",
                "/_cat/snapshots/aoss-automated",
                "DescribeSnapshot",
                None,
            ),
            (
                "GET",
                "/_snapshot/aoss-automated/_all",
                "DescribeSnapshot",
                None,
            ),
            (
                "POST",
                "/_snapshot/aoss-automated/s/_restore",
                "RestoreSnapshot",
                None,
            ),
        ] {
            let method: Method = method.parse().unwrap();
            let call = CollectionCall::new(&method, &Kind::of_path(path), "aws");
            let permission = call.permission.unwrap_or_else(|| panic!("{path}"));
            assert_eq!(permission.name, format!("aoss:{name}"), "{method} {path}");
            let indices = indices.map(|index| vec![index.to_owned()]);
            assert_eq!(permission.indices, indices, "{method} {path}");
        }
        for path in ["/", "/_cluster/health", "/_cat/nodes", "/_tasks"] {
            let call = CollectionCall::new(&Method::GET, &Kind::of_path(path), "aws");
            assert_eq!(call.permission, None, "{path}");
        }
    }

    #[test]
    fn a_list_of_indices_becomes_patterns_of_a_policy() {
        for (list, expected) in [
            ("a,b", &["a", "b"][..]),
            ("logs-*-2026,-logs-x", &["logs-*"]),
            ("_all", &["*"]),
            ("%3Ca%3E%zz%2", &["<a>%zz%2"]),
        ] {
            assert_eq!(patterns(Some(list)), expected, "{list}");
        }
    }
}
