use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::*;
use crate::opensearch::call::Call;
use crate::opensearch::error::ErrorKind;
use crate::opensearch::fixtures::{decoded, line, refused};
use crate::opensearch::response::Response;
use crate::opensearch::wire::{Refresh, VersionType};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Movie {
    title: String,
    year: u16,
}

fn heat() -> Movie {
    Movie {
        title: "Heat".into(),
        year: 1995,
    }
}

#[test]
fn requests_are_as_the_reference_has_them() {
    let heat = heat();
    let json = r#"{"title":"Heat","year":1995}"#;
    for (request, expected) in [
        (
            line(Index::new("movies", &heat)),
            format!("POST /movies/_doc {json}"),
        ),
        (
            line(
                Index::new("movies", &heat)
                    .id("a/b")
                    .refresh(Refresh::WaitFor),
            ),
            format!("PUT /movies/_doc/a%2Fb?refresh=wait_for {json}"),
        ),
        (
            line(
                Index::new("movies", &heat)
                    .id("1")
                    .routing("a b")
                    .refresh(Refresh::True),
            ),
            format!("PUT /movies/_doc/1?routing=a%20b&refresh=true {json}"),
        ),
        (
            line(
                Index::new("movies", &heat)
                    .id("1")
                    .if_seq_no(7)
                    .if_primary_term(2),
            ),
            format!("PUT /movies/_doc/1?if_seq_no=7&if_primary_term=2 {json}"),
        ),
        (
            line(
                Index::new("movies", &heat)
                    .id("1")
                    .version(9, VersionType::ExternalGte),
            ),
            format!("PUT /movies/_doc/1?version=9&version_type=external_gte {json}"),
        ),
        (
            line(
                Index::new("movies", &heat)
                    .op_type(OpType::Create)
                    .pipeline("seen"),
            ),
            format!("POST /movies/_doc?op_type=create&pipeline=seen {json}"),
        ),
        (
            line(
                Index::new("movies", &heat)
                    .query_param("timeout", "1m")
                    .query_param("timeout", "2m"),
            ),
            format!("POST /movies/_doc?timeout=2m {json}"),
        ),
        (
            line(Create::new("movies", "1", &heat).refresh(Refresh::False)),
            format!("PUT /movies/_create/1?refresh=false {json}"),
        ),
        (
            line(Get::<Movie>::new("movies", "1").routing("r")),
            "GET /movies/_doc/1?routing=r".into(),
        ),
        (
            line(Exists::new("movies", "1")),
            "HEAD /movies/_doc/1".into(),
        ),
        (
            line(Delete::new("movies", "1").if_seq_no(0).if_primary_term(1)),
            "DELETE /movies/_doc/1?if_seq_no=0&if_primary_term=1".into(),
        ),
        (
            line(Update::new("movies", "1", json!({"year": 1996})).doc_as_upsert(true)),
            r#"POST /movies/_update/1 {"doc":{"year":1996},"doc_as_upsert":true}"#.into(),
        ),
        (
            line(
                Update::new("movies", "1", json!({}))
                    .upsert(json!({"year": 1}))
                    .retry_on_conflict(3),
            ),
            r#"POST /movies/_update/1?retry_on_conflict=3 {"doc":{},"upsert":{"year":1}}"#.into(),
        ),
        (
            line(Update::script(
                "movies",
                "1",
                json!({"source": "ctx._source.year++"}),
            )),
            r#"POST /movies/_update/1 {"script":{"source":"ctx._source.year++"}}"#.into(),
        ),
    ] {
        assert_eq!(request, expected);
    }
}

#[test]
fn a_document_that_cannot_be_serialised_is_an_invalid_request() {
    let unserialisable = std::collections::BTreeMap::from([((1, 2), "not a key of JSON")]);
    let error = Index::new("movies", &unserialisable).request().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
}

#[test]
fn writes_say_what_changed() {
    let index = || Index::new("movies", heat());
    for (file, change) in [
        ("document_index_created.json", Change::Created),
        ("document_index_updated.json", Change::Updated),
        ("document_index_wait_for.json", Change::Created),
        ("document_index_automatic_id.json", Change::Created),
    ] {
        decoded(file, index, |written| {
            assert_eq!(written.result, change, "{file}");
            assert_eq!(written.index, "movies");
            assert!(!written.id.is_empty());
            assert!(written.seq_no.is_some() && written.primary_term == Some(1));
            assert_eq!(written.shards.failed, 0);
        });
    }
    let update = || Update::new("movies", "1", heat());
    for (file, change) in [
        ("document_update.json", Change::Updated),
        ("document_update_noop.json", Change::Noop),
        ("document_update_script.json", Change::Updated),
        ("document_update_upsert.json", Change::Created),
    ] {
        decoded(file, update, |written| assert_eq!(written.result, change));
    }
    let delete = || Delete::new("movies", "1");
    decoded("document_delete.json", delete, |written| {
        assert_eq!(written.result, Change::Deleted);
    });
}

#[test]
fn a_missing_document_is_an_answer_and_a_missing_index_an_error() {
    let get = || Get::<Movie>::new("movies", "nowhere");
    decoded("document_get_missing.json", get, |document| {
        assert!(!document.found);
        assert_eq!(document.id, "nowhere");
        assert_eq!(document.source, None);
    });
    refused("document_get_index_missing.json", get, |error| {
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert_eq!(error.error_type(), Some("index_not_found_exception"));
    });
    let delete = || Delete::new("movies", "nowhere");
    decoded("document_delete_missing.json", delete, |written| {
        assert_eq!(written.result, Change::NotFound);
    });
    refused("index_delete_not_found.json", delete, |error| {
        assert_eq!(error.kind(), ErrorKind::NotFound);
    });
    let update = || Update::new("movies", "nowhere", heat());
    refused("document_update_missing.json", update, |error| {
        assert_eq!(error.error_type(), Some("document_missing_exception"));
    });
}

#[test]
fn a_document_comes_with_its_source_and_sequence() {
    let get = || Get::<Movie>::new("movies", "tt0111161");
    decoded("document_get.json", get, |document| {
        assert!(document.found);
        let source = document.source.unwrap();
        assert_eq!(source.title, "The Shawshank Redemption");
        assert_eq!((document.seq_no, document.primary_term), (Some(1), Some(1)));
    });
    decoded("document_get_routing.json", get, |document| {
        assert_eq!(document.id, "a b/ж");
        assert_eq!(document.routing.as_deref(), Some("ж"));
    });
    decoded("document_get_without_source.json", get, |document| {
        assert!(document.found && document.source.is_none());
    });
}

#[test]
fn a_conflict_is_a_kind_of_its_own() {
    let create = || Create::new("movies", "1", heat());
    for file in [
        "document_create_conflict.json",
        "document_if_seq_no_conflict.json",
    ] {
        refused(file, create, |error| {
            assert_eq!(error.kind(), ErrorKind::Conflict);
            assert!(!error.is_retryable());
        });
    }
}

#[test]
fn existence_is_read_from_the_status() {
    let exists = |status| {
        let response = Response::new(StatusCode::from_u16(status).unwrap(), HeaderMap::new(), "");
        Exists::new("movies", "1").decode(response)
    };
    assert!(exists(200).unwrap());
    assert!(!exists(404).unwrap());
    assert_eq!(exists(403).unwrap_err().kind(), ErrorKind::Denied);
    assert_eq!(exists(503).unwrap_err().kind(), ErrorKind::Server);
    assert_eq!(exists(301).unwrap_err().kind(), ErrorKind::Redirect);
}

#[test]
fn serverless_may_leave_the_id_and_the_sequence_out() {
    let body = r#"{"_index":"logs","_id":null,"_version":0,"result":"created","_shards":null,"new_field":1}"#;
    let response = Response::new(StatusCode::CREATED, HeaderMap::new(), body);
    let written = Index::new("logs", heat()).decode(response).unwrap();
    assert_eq!((written.id.as_str(), written.seq_no), ("", None));
}
