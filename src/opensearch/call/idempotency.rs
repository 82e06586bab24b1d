//! Which requests to OpenSearch may be sent again when nobody knows if they were applied.
//!
//! Read off method and path, so that what is not modelled is judged alike. Only
//! [`bulk`](super::bulk) and [`Update`](super::document::Update) say it themselves: with them it
//! depends on the body.
//!
//! - Reads are, by POST too. The continuation of a scroll is not: the server moves on with each
//!   request, and a page whose response was lost would be missing.
//! - Storing a document under an id is, and deleting it. Under an id that the server makes up it is
//!   not: there would be two.
//! - What holds only once is not: create, `if_seq_no`, a version that must be higher. The second
//!   request would be told of a conflict with the first, and the caller of one with somebody else.
//!   For the same reason the creation of an index or a snapshot is not.

use http::Method;
use http::request::Parts;

use crate::retry::Idempotency;

/// What the request says, or else its method and path tell.
pub(crate) fn of(head: &Parts) -> Idempotency {
    if let Some(told) = head.extensions.get() {
        return *told;
    }
    let path: Vec<_> = head.uri.path().trim_matches('/').split('/').collect();
    let query = head.uri.query().unwrap_or_default();
    if is_repeatable(&head.method, &path, query) {
        Idempotency::Idempotent
    } else {
        Idempotency::NotIdempotent
    }
}

fn is_repeatable(method: &Method, path: &[&str], query: &str) -> bool {
    if holds_only_once(query) {
        return false;
    }
    let is = |other: &Method| method == other;
    match *path {
        // A document's id comes last and may look like anything.
        [_, "_doc", _] => is(&Method::POST) || method.is_idempotent(),
        [_, "_create" | "_update", _] => method.is_safe(),
        ["_search", "scroll", ..] => is(&Method::DELETE),
        [_, "_search", "point_in_time"] => true,
        ["_snapshot", _, _] if is(&Method::PUT) => false,
        [index] if is(&Method::PUT) => index.starts_with('_'),
        _ if is(&Method::POST) => path
            .iter()
            .take(2)
            .any(|segment| READS.contains(segment) || SETTLED.contains(segment)),
        _ => method.is_idempotent(),
    }
}

/// Whether a parameter makes the second request another one than the first.
fn holds_only_once(query: &str) -> bool {
    let mut parameters = query
        .split('&')
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let is_higher_version =
        query.contains("version_type=external") && !query.contains("external_gte");
    is_higher_version
        || parameters.any(|parameter| {
            matches!(
                parameter,
                ("op_type", "create")
                    | ("create", "true" | "")
                    | ("if_seq_no" | "if_primary_term", _)
            )
        })
}

const READS: [&str; 13] = [
    "_analyze",
    "_count",
    "_explain",
    "_field_caps",
    "_mget",
    "_msearch",
    "_mtermvectors",
    "_rank_eval",
    "_render",
    "_search",
    "_search_shards",
    "_termvectors",
    "_validate",
];
/// Afterwards things are so, however often they are asked to be.
const SETTLED: [&str; 7] = [
    "_cache",
    "_close",
    "_flush",
    "_forcemerge",
    "_mapping",
    "_open",
    "_refresh",
];

#[cfg(test)]
mod tests {
    use http::Request;
    use serde_json::json;

    use super::*;
    use crate::opensearch::bulk::Bulk;
    use crate::opensearch::call::Call;
    use crate::opensearch::cluster::Info;
    use crate::opensearch::document::{self, OpType};
    use crate::opensearch::search::Count;
    use crate::opensearch::search::{ClearScroll, CreatePit, DeletePit, Scroll, Search};
    use crate::opensearch::wire::VersionType;
    use crate::opensearch::{cluster, index};

    const YES: Idempotency = Idempotency::Idempotent;
    const NO: Idempotency = Idempotency::NotIdempotent;

    fn of_call(call: impl Call) -> Idempotency {
        of(&call.request().unwrap().into_parts().0)
    }

    #[test]
    fn typed_calls_tell_truly_whether_they_may_be_sent_again() {
        let index = || document::Index::new("movies", json!({}));
        let update = || document::Update::new("movies", "1", json!({}));
        for (case, told, expected) in [
            ("info", of_call(Info::new()), YES),
            ("health", of_call(cluster::Health::new()), YES),
            ("search", of_call(Search::<()>::new("movies")), YES),
            ("count", of_call(Count::new("movies")), YES),
            (
                "a scroll's next page",
                of_call(Scroll::<()>::new("id", "1m")),
                NO,
            ),
            ("clear scroll", of_call(ClearScroll::new(["id"])), YES),
            (
                "create a point in time",
                of_call(CreatePit::new("movies", "1m")),
                YES,
            ),
            ("delete it", of_call(DeletePit::new(["id"])), YES),
            ("index with id", of_call(index().id("1")), YES),
            ("index without", of_call(index()), NO),
            (
                "only if new",
                of_call(index().id("1").op_type(OpType::Create)),
                NO,
            ),
            (
                "if unchanged",
                of_call(index().id("1").if_seq_no(1).if_primary_term(1)),
                NO,
            ),
            (
                "higher version",
                of_call(index().id("1").version(1, VersionType::External)),
                NO,
            ),
            (
                "no lower version",
                of_call(index().id("1").version(1, VersionType::ExternalGte)),
                YES,
            ),
            (
                "create",
                of_call(document::Create::new("movies", "1", json!({}))),
                NO,
            ),
            ("update", of_call(update()), YES),
            (
                "update or insert",
                of_call(update().doc_as_upsert(true)),
                YES,
            ),
            (
                "update if unchanged",
                of_call(update().if_seq_no(1).if_primary_term(1)),
                NO,
            ),
            (
                "update, insert another",
                of_call(update().upsert(json!({}))),
                NO,
            ),
            (
                "script",
                of_call(document::Update::script("movies", "1", json!({}))),
                NO,
            ),
            ("get", of_call(document::Get::<()>::new("movies", "1")), YES),
            ("exists", of_call(document::Exists::new("movies", "1")), YES),
            ("delete", of_call(document::Delete::new("movies", "1")), YES),
            (
                "delete if unchanged",
                of_call(document::Delete::new("movies", "1").if_seq_no(1)),
                NO,
            ),
            ("create an index", of_call(index::Create::new("movies")), NO),
            ("delete it", of_call(index::Delete::new("movies")), YES),
            ("refresh it", of_call(index::Refresh::new("movies")), YES),
            ("mapping", of_call(index::GetMapping::new("movies")), YES),
        ] {
            assert_eq!(told, expected, "{case}");
        }
    }

    #[test]
    fn a_bulk_may_be_sent_again_if_all_its_operations_may() {
        type Add = fn(&mut Bulk);
        let cases: [(&str, Add, Idempotency); 9] = [
            (
                "index with id",
                |bulk| {
                    bulk.index(json!({})).id("1");
                },
                YES,
            ),
            (
                "delete",
                |bulk| {
                    bulk.delete("1");
                },
                YES,
            ),
            (
                "update",
                |bulk| {
                    bulk.update("1", json!({})).doc_as_upsert();
                },
                YES,
            ),
            (
                "index without id",
                |bulk| {
                    bulk.index(json!({}));
                },
                NO,
            ),
            (
                "create",
                |bulk| {
                    bulk.create(json!({})).id("1");
                },
                NO,
            ),
            (
                "script",
                |bulk| {
                    bulk.script("1", json!({}));
                },
                NO,
            ),
            (
                "upsert",
                |bulk| {
                    bulk.update("1", json!({})).upsert(json!({}));
                },
                NO,
            ),
            (
                "if unchanged",
                |bulk| {
                    bulk.delete("1").if_seq_no(1);
                },
                NO,
            ),
            (
                "version",
                |bulk| {
                    bulk.delete("1").version(1, VersionType::External);
                },
                NO,
            ),
        ];
        for (case, add, expected) in cases {
            let mut bulk = Bulk::new("movies");
            bulk.index(json!({})).id("0");
            add(&mut bulk);
            assert_eq!(of_call(&bulk), expected, "{case}");
        }
    }

    #[test]
    fn what_is_not_modelled_is_judged_by_method_and_path() {
        for (method, target, expected) in [
            (Method::GET, "/_cat/indices", YES),
            (Method::HEAD, "/movies", YES),
            (Method::GET, "/_search/scroll?scroll_id=x", NO),
            (Method::POST, "/_search", YES),
            (Method::POST, "/movies/_search/", YES),
            (Method::POST, "/movies/_search/template", YES),
            (Method::POST, "/_msearch", YES),
            (Method::POST, "/movies/_mget", YES),
            (Method::POST, "/movies/_doc", NO),
            (Method::POST, "/movies/_doc/_search", YES),
            (Method::POST, "/movies/_create/_search", NO),
            (Method::POST, "/movies/_update/_search", NO),
            (Method::PUT, "/movies/_doc/1?op_type=create", NO),
            (Method::PUT, "/movies/_doc/1?routing=op_type", YES),
            (Method::POST, "/movies/_bulk", NO),
            (Method::POST, "/movies/_update_by_query", NO),
            (Method::POST, "/_reindex", NO),
            (Method::POST, "/_aliases", NO),
            (Method::POST, "/movies/_rollover", NO),
            (Method::POST, "/movies/_close", YES),
            (Method::POST, "/_snapshot/s3/1/_restore", NO),
            (Method::PUT, "/_snapshot/s3/1", NO),
            (Method::PUT, "/_snapshot/s3", YES),
            (Method::PUT, "/movies", NO),
            (Method::PUT, "/movies/_settings", YES),
            (Method::PUT, "/_cluster/settings", YES),
            (Method::PUT, "/_index_template/t?create=true", NO),
            (Method::PATCH, "/_plugins/_security/api/roles", NO),
            (Method::DELETE, "/movies", YES),
        ] {
            let request = Request::builder()
                .method(&method)
                .uri(target)
                .body(())
                .unwrap();
            let told = of(&request.into_parts().0);
            assert_eq!(told, expected, "{method} {target}");
        }
    }
}
