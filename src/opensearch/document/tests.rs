use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::*;
use crate::opensearch::call::Call;
use crate::opensearch::error::ErrorKind;
use crate::opensearch::fixtures::{decoded, line, refused, response};
use crate::opensearch::wire::{Refresh, VersionType};
use crate::retry::Idempotency;

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
                    .timeout("2m")
                    .wait_for_active_shards("all")
                    .require_alias(true),
            ),
            format!(
                "POST /movies/_doc?timeout=2m&wait_for_active_shards=all&require_alias=true {json}"
            ),
        ),
        (
            line(
                Get::<Movie>::new("movies", "1")
                    .preference("_local")
                    .realtime(false)
                    .source_includes("title,y*")
                    .source_excludes("plot"),
            ),
            "GET /movies/_doc/1?preference=_local&realtime=false&_source_includes=title%2Cy%2A&_source_excludes=plot".into(),
        ),
        (
            line(
                DeleteByQuery::new("movies", json!({"match_all": {}}))
                    .ignore_unavailable(true)
                    .expand_wildcards("open")
                    .preference("_local")
                    .timeout("1m")
                    .wait_for_active_shards(2),
            ),
            r#"POST /movies/_delete_by_query?wait_for_completion=false&ignore_unavailable=true&expand_wildcards=open&preference=_local&timeout=1m&wait_for_active_shards=2 {"query":{"match_all":{}}}"#.into(),
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
        (
            line(
                Update::script("movies", "1", json!({"id": "s"}))
                    .scripted_upsert(true)
                    .upsert(json!({}))
                    .source("title"),
            ),
            r#"POST /movies/_update/1 {"_source":"title","script":{"id":"s"},"scripted_upsert":true,"upsert":{}}"#.into(),
        ),
        (
            line(
                Update::new("movies", "1", json!({"a": 1}))
                    .detect_noop(false)
                    .body_param("script", json!({"id": "s"}))
                    .body_param("lang", "painless"),
            ),
            r#"POST /movies/_update/1 {"doc":{"a":1},"detect_noop":false,"lang":"painless","script":{"id":"s"}}"#.into(),
        ),
        (
            line(Update::new("movies", "1", json!({"a": 1})).body_param("doc", json!({"a": 2}))),
            r#"POST /movies/_update/1 {"doc":{"a":2}}"#.into(),
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
fn a_missing_document_is_no_error_and_a_missing_index_is_one() {
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
fn a_conflict_has_its_own_kind() {
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
    let exists = |status| Exists::new("movies", "1").decode(response(status, ""));
    assert!(exists(200).unwrap());
    assert!(!exists(404).unwrap());
    assert_eq!(exists(403).unwrap_err().kind(), ErrorKind::Denied);
    assert_eq!(exists(503).unwrap_err().kind(), ErrorKind::Server);
    assert_eq!(exists(301).unwrap_err().kind(), ErrorKind::Redirect);
}

#[test]
fn serverless_may_leave_out_the_id_and_the_sequence_number() {
    let body = r#"{"_index":"logs","_id":null,"_version":0,"result":"created","_shards":null,"new_field":1}"#;
    let written = Index::new("logs", heat())
        .decode(response(201, body))
        .unwrap();
    assert_eq!((written.id.as_str(), written.seq_no), ("", None));
}

#[test]
fn a_write_whose_response_was_filtered_has_succeeded() {
    for (body, id, result) in [
        (r#"{"_id":"1"}"#, "1", Change::Unknown),
        (r#"{"result":"created"}"#, "", Change::Created),
        (r#"{"result":"a new word"}"#, "", Change::Unknown),
        (r#"{"_shards":{"total":2}}"#, "", Change::Unknown),
        ("{}", "", Change::Unknown),
    ] {
        let outcomes = [
            Index::new("movies", heat()).decode(response(201, body)),
            Create::new("movies", "1", heat()).decode(response(201, body)),
            Update::new("movies", "1", heat()).decode(response(200, body)),
            Delete::new("movies", "1").decode(response(200, body)),
        ];
        for written in outcomes {
            let written = written.unwrap();
            assert_eq!((&*written.id, written.result), (id, result), "{body}");
        }
    }
    let index = || Index::new("shapes", heat()).query_param("filter_path", "_id");
    decoded("document_index_filtered.json", index, |written| {
        assert_eq!((&*written.id, written.result), ("1", Change::Unknown));
    });
    let error = Index::new("movies", heat()).decode(response(201, "[]"));
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Decode);
}

#[test]
fn a_filtered_404_means_that_there_is_no_document() {
    let new_get = || Get::<Movie>::new("movies", "1");
    let (get, delete) = (new_get(), Delete::new("movies", "1"));
    let filtered_get = new_get().query_param("filter_path", "_source");
    let filtered_delete = delete.clone().query_param("filter_path", "_id");
    assert!(!filtered_get.decode(response(404, "{}")).unwrap().found);
    let deleted = filtered_delete.decode(response(404, r#"{"_id":"1"}"#));
    assert_eq!(deleted.unwrap().result, Change::NotFound);
    let missing = r#"{"error":{"type":"index_not_found_exception"},"status":404}"#;
    for (get, delete, body) in [
        (&get, &delete, "{}"),
        (&filtered_get, &filtered_delete, missing),
    ] {
        let error = get.decode(response(404, body)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        let error = delete.decode(response(404, body)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
    }
}

#[test]
fn captured_404s_are_read_with_a_filter() {
    let get = || Get::<Movie>::new("shapes", "nowhere").query_param("filter_path", "_source");
    decoded("document_get_missing_filtered.json", get, |document| {
        assert!(!document.found);
    });
    let delete = || Delete::new("shapes", "nowhere").query_param("filter_path", "_id");
    decoded("document_delete_missing_filtered.json", delete, |written| {
        assert_eq!(written.result, Change::NotFound);
    });
    let get = || Get::<serde_json::Value>::new("shapes", "1").query_param("filter_path", "_source");
    decoded("document_get_filtered.json", get, |document| {
        assert!(document.found);
        assert_eq!(document.source.unwrap(), json!({"text": "needle"}));
    });
}

#[test]
fn a_filtered_document_was_found() {
    let get = || Get::<Movie>::new("movies", "1");
    let body = r#"{"_source":{"title":"Heat","year":1995}}"#;
    let filtered = get().query_param("filter_path", "_source");
    let document = filtered.decode(response(200, body)).unwrap();
    assert!(document.found);
    assert_eq!(document.source, Some(heat()));
    assert!(get().decode(response(200, body)).is_err());
}

#[test]
fn what_a_response_has_beyond_the_fields_is_kept() {
    let update = || Update::new("movies", "1", heat()).source(true);
    decoded("document_update_script.json", update, |written| {
        assert!(written.other["get"]["_source"]["title"].is_string());
    });
    let get = Get::<Movie>::new("movies", "1").query_param("stored_fields", "year");
    let body = r#"{"_index":"movies","_id":"1","found":true,"fields":{"year":[1995]}}"#;
    let document = get.decode(response(200, body)).unwrap();
    assert_eq!(document.other, json!({"fields": {"year": [1995]}}));
}

#[test]
fn an_untagged_enum_tells_a_document_from_an_error() {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either<T> {
        Read(T),
        Failed { status: u16 },
    }
    let error = r#"{"error":{"type":"index_not_found_exception"},"status":404}"#;
    let got: Either<GetResponse<Movie>> = serde_json::from_str(error).unwrap();
    assert!(matches!(got, Either::Failed { status: 404 }));
    let written: Either<WriteResponse> = serde_json::from_str(error).unwrap();
    assert!(matches!(written, Either::Failed { status: 404 }));
    let found = r#"{"_id":"1","found":true,"_source":{"title":"Heat","year":1995}}"#;
    let got: Either<GetResponse<Movie>> = serde_json::from_str(found).unwrap();
    assert!(matches!(got, Either::Read(document) if document.source == Some(heat())));
}

#[test]
fn an_update_may_be_sent_again_only_if_the_second_does_what_the_first_did() {
    let update = || Update::new("movies", "1", heat());
    for (call, expected) in [
        (update(), Idempotency::Idempotent),
        (
            update().doc_as_upsert(true).detect_noop(false).source(true),
            Idempotency::Idempotent,
        ),
        (update().upsert(json!({})), Idempotency::NotIdempotent),
        (
            update().body_param("script", json!({"id": "s"})),
            Idempotency::NotIdempotent,
        ),
        (
            update().body_param("of_tomorrow", 1),
            Idempotency::NotIdempotent,
        ),
        (update().if_seq_no(1), Idempotency::NotIdempotent),
    ] {
        let request = call.request().unwrap();
        assert_eq!(request.extensions().get(), Some(&expected), "{call:?}");
    }
}

#[test]
fn many_documents_are_asked_for_and_read() {
    let get = Mget::<Value>::new("movies")
        .ids(["1", "a/b"])
        .routed("2", "r")
        .of_index("old", "3");
    assert_eq!(
        line(get.preference("_local").source_includes("title")),
        r#"POST /movies/_mget?preference=_local&_source_includes=title {"docs":[{"_id":"1"},{"_id":"a/b"},{"_id":"2","routing":"r"},{"_id":"3","_index":"old"}]}"#
    );
    assert!(Mget::<Value>::new("movies").request().is_err());
    decoded(
        "document_mget.json",
        || Mget::<Value>::new("movies"),
        |documents| {
            let found: Vec<_> = documents
                .iter()
                .map(|it| it.as_ref().unwrap().found)
                .collect();
            assert_eq!(found, [true, false]);
        },
    );
    let failed = r#"{"docs":[{"_index":"x","_id":"1","error":{"type":"index_not_found_exception","reason":"no such index [x]"}},{"_index":"a","_id":"1","found":true,"_source":"text"}]}"#;
    let documents = Mget::<u8>::new("x").decode(response(200, failed)).unwrap();
    let kinds: Vec<_> = documents
        .iter()
        .map(|it| it.as_ref().unwrap_err().kind())
        .collect();
    assert_eq!(kinds, [ErrorKind::NotFound, ErrorKind::Decode]);
}

#[test]
fn each_document_of_many_is_read_or_has_an_error_of_its_own() {
    let mget = || Mget::<Value>::new("movies").id("1");
    decoded("document_mget_errors.json", mget, |documents| {
        let [found, missing, refused] = &documents[..] else {
            panic!("{documents:?}")
        };
        assert!(found.as_ref().unwrap().source.is_some());
        assert!(!missing.as_ref().unwrap().found);
        let error = refused.as_ref().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert_eq!(error.error_type(), Some("index_not_found_exception"));
    });
}
