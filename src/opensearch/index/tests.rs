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
        (
            line(
                Delete::new("a*")
                    .expand_wildcards("open,hidden")
                    .allow_no_indices(false)
                    .timeout("5s")
                    .cluster_manager_timeout("6s"),
            ),
            "DELETE /a*?expand_wildcards=open%2Chidden&allow_no_indices=false&timeout=5s&cluster_manager_timeout=6s",
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
        (
            line(Get::new("a,b*").ignore_unavailable(true)),
            "GET /a,b*?ignore_unavailable=true",
        ),
        (
            line(
                GetSettings::new("a")
                    .flat_settings(true)
                    .include_defaults(true),
            ),
            "GET /a/_settings?flat_settings=true&include_defaults=true",
        ),
        (line(GetSettings::all_indices()), "GET /_settings"),
        (
            line(
                PutSettings::new("a", json!({"index": {"number_of_replicas": 0}}))
                    .preserve_existing(true),
            ),
            r#"PUT /a/_settings?preserve_existing=true {"index":{"number_of_replicas":0}}"#,
        ),
        (
            line(
                PutMapping::new("a")
                    .properties(json!({"x": {"type": "long"}}))
                    .dynamic("strict"),
            ),
            r#"PUT /a/_mapping {"dynamic":"strict","properties":{"x":{"type":"long"}}}"#,
        ),
        (
            line(Open::new("a").wait_for_active_shards("all").timeout("5s")),
            "POST /a/_open?wait_for_active_shards=all&timeout=5s",
        ),
        (
            line(Close::new("a*").expand_wildcards("open")),
            "POST /a*/_close?expand_wildcards=open",
        ),
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

#[test]
fn an_index_that_exists_is_no_error_if_it_may_exist() {
    let create = || Create::new("movies").if_missing();
    decoded("index_create.json", create, |created| {
        assert!(!created.existed)
    });
    for (_, response) in crate::opensearch::fixtures::captured_as("index_create_exists.json") {
        let created = create().decode(response).unwrap();
        assert!(created.existed && created.acknowledged && created.index == "movies");
    }
    refused("index_create_invalid_name.json", create, |error| {
        assert_eq!(error.kind(), ErrorKind::BadRequest);
    });
}

#[test]
fn descriptions_and_closed_indices_are_read() {
    decoded(
        "index_get.json",
        || Get::new("movies"),
        |indices| {
            let movies = &indices["movies"];
            assert_eq!(movies.mappings["properties"]["year"]["type"], "integer");
            assert!(movies.aliases.is_empty() && movies.settings["index"].is_object());
        },
    );
    decoded(
        "index_close.json",
        || Close::new("series"),
        |closed| {
            assert!(closed.acknowledged && closed.indices["series"].closed);
        },
    );
    decoded(
        "index_open.json",
        || Open::new("series"),
        |opened| assert!(opened.acknowledged && opened.shards_acknowledged),
    );
}

#[test]
fn settings_and_mappings_are_read_and_changed() {
    let acknowledged = |response: crate::opensearch::Acknowledged| assert!(response.acknowledged);
    let put_settings = || PutSettings::new("copies", json!({}));
    decoded("index_put_settings.json", put_settings, acknowledged);
    let get_settings = || GetSettings::new("copies").flat_settings(true);
    decoded("index_get_settings.json", get_settings, |known| {
        let settings = &known["copies"].settings;
        assert_eq!(settings["index.refresh_interval"], "7s");
    });
    let put_mapping = || PutMapping::new("copies");
    decoded("index_put_mapping.json", put_mapping, acknowledged);
    refused("index_put_mapping_conflict.json", put_mapping, |error| {
        assert_eq!(error.kind(), ErrorKind::BadRequest);
        assert!(error.to_string().contains("[score]"), "{error}");
    });
}
