use serde_json::json;

use super::*;
use crate::opensearch::call::Call;
use crate::opensearch::error::ErrorKind;
use crate::opensearch::fixtures::{decoded, line, refused, response};

#[test]
fn requests_are_as_the_reference_has_them() {
    for (request, expected) in [
        (line(Create::new("movies")), "PUT /movies"),
        (
            line(
                Create::new("<logs-{now/d}>")
                    .settings(json!({"number_of_shards": 1}))
                    .mappings(json!({}))
                    .aliases(json!({"m": {}}))
                    .query_param("wait_for_active_shards", "all"),
            ),
            r#"PUT /%3Clogs-%7Bnow%2Fd%7D%3E?wait_for_active_shards=all {"aliases":{"m":{}},"mappings":{},"settings":{"number_of_shards":1}}"#,
        ),
        (
            line(Delete::new("a,b*").ignore_unavailable(true)),
            "DELETE /a,b*?ignore_unavailable=true",
        ),
        (line(Exists::new("é")), "HEAD /%C3%A9"),
        (
            line(Create::new("movies").body_param("context", json!({"name": "logs"}))),
            r#"PUT /movies {"context":{"name":"logs"}}"#,
        ),
        (line(GetMapping::new("_all")), "GET /_all/_mapping"),
        (line(GetMapping::all_indices()), "GET /_mapping"),
        (line(Refresh::new("movies")), "POST /movies/_refresh"),
        (line(Refresh::all_indices()), "POST /_refresh"),
    ] {
        assert_eq!(request, expected);
    }
}

#[test]
fn responses_are_read() {
    decoded(
        "index_create.json",
        || Create::new("movies"),
        |created| {
            assert!(created.acknowledged && created.shards_acknowledged);
            assert_eq!(created.index, "movies");
        },
    );
    decoded(
        "index_delete.json",
        || Delete::new("movies"),
        |deleted| assert!(deleted.acknowledged),
    );
    decoded(
        "index_get_mapping.json",
        || GetMapping::new("movies"),
        |mappings| {
            let year = &mappings["movies"].mappings["properties"]["year"];
            assert_eq!(year["type"], "integer");
        },
    );
    decoded(
        "refresh.json",
        || Refresh::new("movies"),
        |refreshed| assert_eq!((refreshed.shards.total, refreshed.shards.failed), (2, 0)),
    );
    refused(
        "index_create_exists.json",
        || Create::new("movies"),
        |error| {
            assert_eq!(error.kind(), ErrorKind::Conflict);
            assert_eq!(
                error.error_type(),
                Some("resource_already_exists_exception")
            );
        },
    );
}

#[test]
fn existence_is_read_from_the_status() {
    let exists = |status| Exists::new("movies").decode(response(status, ""));
    assert!(exists(200).unwrap());
    assert!(!exists(404).unwrap());
    assert_eq!(exists(403).unwrap_err().kind(), ErrorKind::Denied);
}

#[test]
fn a_change_whose_response_was_filtered_has_succeeded() {
    let create = || Create::new("shapes").query_param("filter_path", "index");
    decoded("index_create_filtered.json", create, |created| {
        assert!(created.acknowledged);
        assert_eq!(created.index, "shapes");
    });
    assert!(
        Delete::new("movies")
            .decode(response(200, "{}"))
            .unwrap()
            .acknowledged
    );
    let timed_out = Delete::new("movies").decode(response(200, r#"{"acknowledged":false}"#));
    assert!(!timed_out.unwrap().acknowledged);
    let error = Create::new("movies").decode(response(200, "[]"));
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Decode);
}
