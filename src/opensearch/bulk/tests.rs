use std::error::Error as _;

use http::{HeaderMap, StatusCode};
use serde_json::json;
use serde_json::value::RawValue;

use super::*;
use crate::opensearch::call::Call;
use crate::opensearch::document::Change;
use crate::opensearch::error::{Error, ErrorKind};
use crate::opensearch::fixtures::{captured, captured_as, decoded};
use crate::opensearch::response::Response;
use crate::opensearch::wire::{Refresh, VersionType};
use crate::retry::Idempotency;

fn lines(bulk: &Bulk) -> Vec<String> {
    let request = bulk.request().unwrap();
    assert_eq!(request.headers()["content-type"], "application/x-ndjson");
    let body = String::from_utf8(request.body().as_bytes().to_vec()).unwrap();
    assert!(body.ends_with('\n'));
    body.lines().map(Into::into).collect()
}

fn answered(bulk: Bulk, body: impl Into<String>) -> Result<BulkResponse, Error> {
    bulk.decode(Response::new(StatusCode::OK, HeaderMap::new(), body.into()))
}

#[test]
fn a_mixed_chain_becomes_lines_in_order() {
    let mut bulk = Bulk::new("movies").refresh(Refresh::True).pipeline("seen");
    bulk.index(json!({"a": 1}))
        .id("1")
        .routing("r")
        .create(json!({"b": 2}))
        .id("2")
        .update("3", json!({"c": 3}))
        .doc_as_upsert(true)
        .retry_on_conflict(3)
        .update("4", json!({"d": 4}))
        .upsert(json!({"e": 5}))
        .script("5", json!({"source": "ctx._source.f++"}))
        .delete("6")
        .if_seq_no(7)
        .if_primary_term(1)
        .index(json!({}))
        .in_index("other")
        .version(8, VersionType::External)
        .id("a/b ж\"\n");
    bulk.index(json!({}));
    assert_eq!(
        lines(&bulk),
        [
            r#"{"index":{"_id":"1","routing":"r"}}"#,
            r#"{"a":1}"#,
            r#"{"create":{"_id":"2"}}"#,
            r#"{"b":2}"#,
            r#"{"update":{"_id":"3","retry_on_conflict":3}}"#,
            r#"{"doc":{"c":3},"doc_as_upsert":true}"#,
            r#"{"update":{"_id":"4"}}"#,
            r#"{"doc":{"d":4},"upsert":{"e":5}}"#,
            r#"{"update":{"_id":"5"}}"#,
            r#"{"script":{"source":"ctx._source.f++"}}"#,
            r#"{"delete":{"_id":"6","if_seq_no":7,"if_primary_term":1}}"#,
            r#"{"index":{"_index":"other","_id":"a/b ж\"\n","version":8,"version_type":"external"}}"#,
            "{}",
            r#"{"index":{}}"#,
            "{}",
        ]
    );
    assert_eq!(
        bulk.request().unwrap().uri(),
        "/movies/_bulk?refresh=true&pipeline=seen"
    );
}

#[test]
fn raw_json_over_several_lines_is_put_on_one() {
    let raw = RawValue::from_string("{\n\t\"a\": \"x\\ny\",\r\n\"b\": 1\n}".into()).unwrap();
    let mut bulk = Bulk::new("movies");
    bulk.index(&raw).id("1").update("2", &raw);
    let lines = lines(&bulk);
    assert_eq!(lines.len(), 4);
    let parsed: serde_json::Value = serde_json::from_str(&lines[1]).unwrap();
    assert_eq!(parsed, json!({"a": "x\ny", "b": 1}));
}

#[test]
fn what_cannot_be_sent_is_an_error_and_nothing_is_dropped() {
    let unserialisable = std::collections::BTreeMap::from([((1, 2), 3)]);
    let mut no_document = Bulk::new("movies");
    no_document
        .index(json!({}))
        .id("1")
        .create(&unserialisable)
        .id("2");
    let mut no_upsert = Bulk::new("movies");
    no_upsert.update("1", json!({})).upsert(&unserialisable);
    let mut no_id = Bulk::new("movies");
    no_id.index(json!({})).id("").delete("1");
    let mut long_id = Bulk::new("movies");
    long_id.delete("x".repeat(513));
    let mut no_index = Bulk::new("movies");
    no_index.delete("1").in_index("");
    let mut nowhere = Bulk::new("");
    nowhere.delete("1");
    for (bulk, line) in [
        (
            no_document,
            "document of bulk operation 1 cannot be serialised",
        ),
        (
            no_upsert,
            "document of bulk operation 0 cannot be serialised",
        ),
        (no_id, "bulk operation 0 is invalid"),
        (long_id, "bulk operation 0 is invalid"),
        (no_index, "bulk operation 0 is invalid"),
        (nowhere, "index name is empty"),
        (Bulk::new("movies"), "the bulk has no operations"),
    ] {
        let error = bulk.request().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert_eq!(error.to_string(), line);
    }
}

#[test]
fn each_operation_gets_its_outcome() {
    let mixed = || {
        let mut bulk = Bulk::new("movies");
        bulk.index(json!({})).id("1").create(json!({})).id("2");
        bulk.update("1", json!({})).delete("2");
        bulk
    };
    decoded("bulk.json", mixed, |outcomes| {
        let changes: Vec<_> = outcomes
            .into_iter()
            .map(|outcome| outcome.unwrap().result.unwrap())
            .collect();
        let expected = [
            Change::Created,
            Change::Created,
            Change::Updated,
            Change::Deleted,
        ];
        assert_eq!(changes, expected);
    });
}

#[test]
fn a_refused_operation_says_which_it_was_and_why() {
    let mut bulk = Bulk::new("movies");
    bulk.index(json!({"year": 2020})).id("3");
    bulk.create(json!({"title": "Heat"})).id("1");
    bulk.index(json!({"year": "not a number"})).id("4");
    bulk.update("nowhere", json!({})).delete("nowhere");
    for (version, more) in [("2.19", true), ("3.8", true), ("es-7.10", false)] {
        let mut bulk = bulk.clone();
        if more {
            bulk.delete("1").in_index("missing");
            bulk.index(json!({})).in_index("Invalid").id("1");
        } else {
            bulk.index(json!({})).id("5");
        }
        let responses = captured(version);
        let (_, response) = responses
            .iter()
            .find(|(file, _)| file == "bulk_errors.json")
            .unwrap();
        let outcomes = bulk.decode(response.clone()).unwrap();
        assert_eq!(outcomes.outcomes.len(), bulk.len());
        let deleted = outcomes.outcomes[4].as_ref().unwrap();
        assert_eq!(deleted.result, Some(Change::NotFound));

        let rejected: Vec<&Rejected> = outcomes.rejected().collect();
        assert_eq!(rejected[0].position, 1);
        assert_eq!(
            rejected[0].operation.source().unwrap(),
            r#"{"title":"Heat"}"#
        );
        assert_eq!(
            rejected[0].to_string(),
            "create of \"1\" rejected: version_conflict_engine_exception: [1]: version conflict, document already exists (current version [2]) (409)"
        );
        assert_eq!(rejected[1].id.as_deref(), Some("4"));
        assert_eq!(
            rejected[1].cause.as_deref(),
            Some(r#"number_format_exception: For input string: "not a number""#)
        );
        let last = rejected.last().unwrap();
        assert_eq!(last.is_retryable(), !more);
        let mut again = Bulk::new("movies");
        again.push((*last.operation).clone());
        assert_eq!(again.operations()[0].document_id(), last.id.as_deref());
    }
}

#[test]
fn the_status_decides_not_the_flag_and_not_the_error() {
    let mut bulk = Bulk::new("logs");
    bulk.index(json!({}))
        .index(json!({}))
        .delete("3")
        .delete("4")
        .index(json!({}));
    let body = json!({"errors": false, "items": [
        {"index": {"_index": "logs", "_id": null, "status": 503}},
        {"index": {"_index": "logs", "_id": "made up", "status": 201, "result": "created"}},
        {"delete": {"_index": "logs", "_id": "3", "status": 404, "result": "not_found"}},
        {"delete": {"_index": "logs", "_id": "4", "status": 404}},
        {"index": {"_index": "logs", "status": 400, "error": "no\nway"}},
    ]});
    let outcomes = answered(bulk, body.to_string()).unwrap();
    let shown: Vec<String> = outcomes
        .into_iter()
        .map(|outcome| match outcome {
            Ok(done) => format!("{} {} {}", done.action, done.id, done.status),
            Err(rejected) => rejected.to_string(),
        })
        .collect();
    assert_eq!(
        shown,
        [
            "index of operation 0 rejected (503)",
            "index made up 201",
            "delete 3 404",
            "delete of \"4\" rejected (404)",
            r"index of operation 4 rejected: no\nway (400)",
        ]
    );
}

#[test]
fn a_response_that_does_not_fit_loses_no_operation() {
    let mut bulk = Bulk::new("movies");
    bulk.index(json!({"a": 1})).id("1").delete("2");
    let index = |id: &str| json!({"index": {"_id": id, "status": 201}});
    let delete = |id: &str| json!({"delete": {"_id": id, "status": 200}});
    for (body, what) in [
        (
            json!({"items": [index("1")]}).to_string(),
            "2 operations, but 1 items in the response",
        ),
        (
            json!({"items": [index("1"), delete("2"), delete("3")]}).to_string(),
            "2 operations, but 3 items in the response",
        ),
        (
            json!({"items": [delete("2"), index("1")]}).to_string(),
            "operation 0 is `index`, item 0 is `delete`",
        ),
        (
            json!({"items": [index("1"), delete("3")]}).to_string(),
            "item 1 has a different id than operation 1",
        ),
        (
            json!({"items": [index("1"), {"delete": {"_id": "2"}}]}).to_string(),
            "item 1 has no status",
        ),
        (
            json!({"items": [index("1"), {}]}).to_string(),
            "the response cannot be read",
        ),
        (
            json!({"items": [index("1"), {"index": {}, "delete": {}}]}).to_string(),
            "the response cannot be read",
        ),
        (
            json!({"items": [{"replace": {}}, 1]}).to_string(),
            "the response cannot be read",
        ),
        (
            json!({"items": [{"index": {"status": 70_000}}, 1]}).to_string(),
            "the response cannot be read",
        ),
        (
            json!({"message": "ok"}).to_string(),
            "2 operations, but 0 items in the response",
        ),
        (
            r#"{"took":1,"items":[{"index":{"_id":"1","#.into(),
            "the response cannot be read",
        ),
        (String::new(), "the response cannot be read"),
    ] {
        let error = answered(bulk.clone(), &*body).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert_eq!(error.status(), Some(StatusCode::OK));
        assert!(!error.is_retryable());
        let mismatch: &Mismatch = error.source().unwrap().downcast_ref().unwrap();
        assert_eq!(
            mismatch.to_string(),
            format!("bulk outcomes are unknown: {what}")
        );
        assert_eq!(mismatch.operations().len(), 2);
        assert_eq!(mismatch.operations()[0].source().unwrap(), r#"{"a":1}"#);
        assert_eq!(mismatch.response().body, body);
    }
}

#[test]
fn a_bulk_that_fails_as_a_whole_stays_with_the_caller() {
    let mut bulk = Bulk::new("movies");
    bulk.index(json!({"secret": "document"})).id("1");
    let response = Response::new(StatusCode::SERVICE_UNAVAILABLE, HeaderMap::new(), "");
    let error = bulk.decode(response).unwrap_err();
    assert!(error.is_retryable());
    assert_eq!(bulk.len(), 1);
    assert!(!format!("{bulk:?}").contains("secret"));
}

#[test]
fn a_bulk_and_its_outcomes_cross_threads() {
    fn crosses_threads<T: Send + Sync>() {}
    crosses_threads::<Bulk>();
    crosses_threads::<BulkResponse>();
    crosses_threads::<Error>();
}

#[test]
fn a_reason_cut_inside_an_emoji_loses_no_outcome() {
    let mut bulk = Bulk::new("movies");
    bulk.index(json!({})).id("a").index(json!({})).id("b");
    let movies = || {
        let mut bulk = Bulk::new("movies");
        bulk.index(json!({})).id("6").index(json!({})).id("7");
        bulk
    };
    decoded("bulk_half_surrogate.txt", movies, |outcomes| {
        assert!(outcomes.outcomes[0].is_ok());
        let rejected = outcomes.outcomes[1].as_ref().unwrap_err();
        let reason = rejected.reason.as_deref().unwrap();
        assert!(
            reason.ends_with("field's value: 'cut \u{fffd}'"),
            "{reason}"
        );
    });
    let body = r#"{"took":1,"errors":true,"items":[
        {"index":{"_index":"movies","_id":"a","status":201,"result":"created"}},
        {"index":{"_index":"movies","_id":"b","status":400,"error":{"type":"mapper_parsing_exception",
            "reason":"Preview of field's value: 'cut \uD83D'"}}}]}"#;
    let outcomes = answered(bulk, body).unwrap().outcomes;
    assert_eq!(outcomes[0].as_ref().unwrap().id, "a");
    let rejected = outcomes[1].as_ref().unwrap_err();
    assert_eq!(rejected.status, 400);
    let reason = rejected.reason.as_deref();
    assert_eq!(reason, Some("Preview of field's value: 'cut \u{fffd}'"));
}

#[test]
fn an_operation_says_everything_that_the_reference_has() {
    let mut bulk = Bulk::without_index();
    bulk.index(json!({}))
        .in_index("movies")
        .pipeline("seen")
        .require_alias(true)
        .meta_param("dynamic_templates", json!({"a": "b"}))
        .meta_param("_id", "1")
        .meta_param("if_seq_no", 3)
        .update("2", json!({"a": 1}))
        .in_index("movies")
        .detect_noop(false)
        .doc_as_upsert(true)
        .doc_as_upsert(false)
        .body_param("_source", json!(["a"]))
        .script("3", json!({"id": "s"}))
        .in_index("movies")
        .scripted_upsert(true)
        .upsert(json!({}))
        .update("4", json!({}))
        .in_index("movies")
        .body_param("script", json!({"id": "s"}))
        .body_param("upsert", json!({"b": 2}))
        .body_param("doc", json!({"c": 3}))
        .delete("5")
        .in_index("movies");
    assert_eq!(
        lines(&bulk),
        [
            r#"{"index":{"_index":"movies","_id":"1","if_seq_no":3,"pipeline":"seen","require_alias":true,"dynamic_templates":{"a":"b"}}}"#,
            "{}",
            r#"{"update":{"_index":"movies","_id":"2"}}"#,
            r#"{"doc":{"a":1},"_source":["a"],"detect_noop":false}"#,
            r#"{"update":{"_index":"movies","_id":"3"}}"#,
            r#"{"script":{"id":"s"},"upsert":{},"scripted_upsert":true}"#,
            r#"{"update":{"_index":"movies","_id":"4"}}"#,
            r#"{"doc":{"c":3},"upsert":{"b":2},"script":{"id":"s"}}"#,
            r#"{"delete":{"_index":"movies","_id":"5"}}"#,
        ]
    );
    assert_eq!(bulk.request().unwrap().uri(), "/_bulk");
}

#[test]
fn an_operation_without_any_index_is_invalid() {
    let mut bulk = Bulk::without_index();
    bulk.delete("1").in_index("movies").delete("2");
    let error = bulk.request().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert_eq!(
        error.to_string(),
        "bulk operation 1 has no index, and neither has the bulk; set one with `in_index`"
    );
}

#[test]
fn a_bulk_may_be_sent_again_only_if_each_operation_may() {
    type Change = fn(&mut Bulk);
    let cases: [(Change, Idempotency); 8] = [
        (
            |bulk| {
                bulk.index(1).id("1");
            },
            Idempotency::Idempotent,
        ),
        (
            |bulk| {
                bulk.index(1);
            },
            Idempotency::NotIdempotent,
        ),
        (
            |bulk| {
                bulk.index(1).id("1").meta_param("_source", true);
            },
            Idempotency::Idempotent,
        ),
        (
            |bulk| {
                bulk.index(1).id("1").meta_param("if_seq_no", 1);
            },
            Idempotency::NotIdempotent,
        ),
        (
            |bulk| {
                bulk.index(1).id("1").meta_param("op_type", "create");
            },
            Idempotency::NotIdempotent,
        ),
        (
            |bulk| {
                bulk.update("1", 1).detect_noop(false).doc_as_upsert(true);
            },
            Idempotency::Idempotent,
        ),
        (
            |bulk| {
                bulk.update("1", 1).body_param("script", json!({}));
            },
            Idempotency::NotIdempotent,
        ),
        (
            |bulk| {
                bulk.update("1", 1).body_param("upsert", json!({}));
            },
            Idempotency::NotIdempotent,
        ),
    ];
    for (number, (change, expected)) in cases.into_iter().enumerate() {
        let mut bulk = Bulk::new("movies");
        bulk.delete("0");
        change(&mut bulk);
        let request = bulk.request().unwrap();
        assert_eq!(request.extensions().get(), Some(&expected), "{number}");
    }
}

#[test]
fn an_operation_that_is_read_back_is_the_one_that_was_written() {
    let mut bulk = Bulk::new("movies");
    bulk.update("1", json!({"a": 1.1}))
        .pipeline("p")
        .require_alias(false)
        .meta_param("_source", true)
        .detect_noop(false)
        .body_param("script", json!({"id": "s"}))
        .upsert(json!({}));
    let operation = &bulk.operations()[0];
    let written = lines(&bulk);
    let meta = Meta::read(written[0].as_bytes()).unwrap();
    let read = Operation::from_lines(Action::Update, meta, written[1].as_bytes());
    let mut again = Bulk::new("movies");
    again.push(read);
    assert_eq!(lines(&again), written);
    assert_eq!(again.operations()[0].source(), operation.source());
}

#[test]
fn a_filtered_response_that_says_that_all_went_well_does_so_for_each_operation() {
    let filtered = || {
        let mut bulk = Bulk::new("movies").query_param("filter_path", "errors");
        bulk.index(json!({})).id("6").delete("6").in_index("other");
        bulk
    };
    let all_done = |outcomes: BulkResponse| {
        let done: Vec<Done> = outcomes.into_iter().collect::<Result<_, _>>().unwrap();
        let ids: Vec<_> = done.iter().map(|done| (&*done.id, done.status)).collect();
        assert_eq!(ids, [("6", 200), ("6", 200)]);
        assert_eq!(done[1].index, "other");
        assert_eq!(done[1].action, Action::Delete);
    };
    decoded("bulk_filtered.json", filtered, all_done);
    let ids = r#"{"errors":false,"items":[{"index":{"_id":"6"}},{"delete":{"_index":"other","_id":"6"}}]}"#;
    all_done(answered(filtered(), ids).unwrap());
    // Statuses count, even if the flag says something else.
    let refused =
        r#"{"errors":false,"items":[{"index":{"status":429}},{"delete":{"status":200}}]}"#;
    let outcomes = answered(filtered(), refused).unwrap().outcomes;
    assert!(outcomes[0].is_err() && outcomes[1].is_ok());
    // Without the parameter, this is no response to a bulk.
    let mut unfiltered = Bulk::new("movies");
    unfiltered.delete("1");
    assert!(answered(unfiltered, r#"{"errors":false}"#).is_err());
}

#[test]
fn a_filtered_response_without_outcomes_names_the_parameter() {
    let bulk = || {
        let mut bulk = Bulk::new("movies").query_param("filter_path", "items.*.error");
        bulk.index(json!({})).id("6").index(json!({})).id("7");
        bulk
    };
    for body in [
        r#"{"took":3}"#,
        "{}",
        r#"{"errors":true}"#,
        r#"{"items":[{"index":{"_id":"6"}},{"index":{"_id":"7"}}]}"#,
    ] {
        let error = answered(bulk(), body).unwrap_err();
        let cause = error.source().unwrap().to_string();
        assert!(cause.contains("`filter_path`"), "{cause}");
    }
    for (_, response) in captured_as("bulk_filtered_errors.json") {
        let error = bulk().decode(response).unwrap_err();
        let cause = error.source().unwrap().to_string();
        assert!(
            cause.starts_with("bulk outcomes are unknown: 2 operations, but 1 items"),
            "{cause}"
        );
    }
}

#[test]
fn what_an_item_has_beyond_the_fields_is_kept() {
    let mut bulk = Bulk::new("movies");
    bulk.update("1", json!({})).body_param("_source", true);
    let body = r#"{"items":[{"update":{"_index":"movies","_id":"1","status":200,"_shards":{"total":2},
        "forced_refresh":true,"get":{"found":true,"_source":{"title":"Heat"}}}}]}"#;
    let outcomes = answered(bulk, body).unwrap().outcomes;
    let other = &outcomes[0].as_ref().unwrap().other;
    assert_eq!(other["get"]["_source"]["title"], "Heat");
    assert_eq!(other["forced_refresh"], true);
    assert_eq!(other.as_object().unwrap().len(), 2);
}
