use http::Request;
use serde_json::json;

use super::*;
use crate::opensearch::bulk::Bulk;
use crate::opensearch::call::Call;
use crate::opensearch::cluster::Info;
use crate::opensearch::document::{self, OpType};
use crate::opensearch::search::Count;
use crate::opensearch::search::{ClearScroll, CreatePit, DeletePit, Scroll, Search};
use crate::opensearch::snapshot::{self, CloneSnapshot, Repository, Restore, Verify};
use crate::opensearch::wire::VersionType;
use crate::opensearch::{cluster, index};

const YES: Idempotency = Idempotency::Idempotent;
const NO: Idempotency = Idempotency::NotIdempotent;

fn of_call(call: impl Call) -> Idempotency {
    of(&call.request().unwrap().into_parts().0)
}

#[test]
fn each_typed_call_says_whether_it_may_be_sent_again() {
    let index = || document::Index::new("movies", json!({}));
    let update = || document::Update::new("movies", "1", json!({}));
    for (case, given, expected) in [
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
        (
            "register a repository",
            of_call(Repository::fs("x").register("r")),
            YES,
        ),
        ("verify it", of_call(Verify::new("r")), YES),
        (
            "make a snapshot",
            of_call(snapshot::Create::new("r", "s")),
            NO,
        ),
        (
            "clone it",
            of_call(CloneSnapshot::new("r", "s", "t", "movies")),
            NO,
        ),
        ("restore it", of_call(Restore::new("r", "s")), NO),
        ("delete it", of_call(snapshot::Delete::new("r", "s")), YES),
        ("create an index", of_call(index::Create::new("movies")), NO),
        ("delete it", of_call(index::Delete::new("movies")), YES),
        ("refresh it", of_call(index::Refresh::new("movies")), YES),
        ("mapping", of_call(index::GetMapping::new("movies")), YES),
    ] {
        assert_eq!(given, expected, "{case}");
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
                bulk.update("1", json!({})).doc_as_upsert(true);
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
fn a_request_without_a_type_is_judged_by_method_and_path() {
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
        let given = of(&request.into_parts().0);
        assert_eq!(given, expected, "{method} {target}");
    }
}
