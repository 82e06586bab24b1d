use std::error::Error as _;

use http::{HeaderMap, StatusCode};
use serde_json::json;
use serde_json::value::RawValue;

use super::*;
use crate::opensearch::call::Call;
use crate::opensearch::document::Change;
use crate::opensearch::error::{Error, ErrorKind};
use crate::opensearch::fixtures::{captured, decoded};
use crate::opensearch::response::Response;
use crate::opensearch::wire::{Refresh, VersionType};

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
        .doc_as_upsert()
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
        (Bulk::new("movies"), "bulk has no operations"),
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
    for (version, more) in [("2.19", true), ("3.4", true), ("es-7.10", false)] {
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
fn an_answer_that_does_not_fit_loses_nothing() {
    let mut bulk = Bulk::new("movies");
    bulk.index(json!({"a": 1})).id("1").delete("2");
    let index = |id: &str| json!({"index": {"_id": id, "status": 201}});
    let delete = |id: &str| json!({"delete": {"_id": id, "status": 200}});
    for (body, what) in [
        (
            json!({"items": [index("1")]}).to_string(),
            "1 items for 2 operations",
        ),
        (
            json!({"items": [index("1"), delete("2"), delete("3")]}).to_string(),
            "3 items for 2 operations",
        ),
        (
            json!({"items": [delete("2"), index("1")]}).to_string(),
            "item 0 is for delete, but index was sent",
        ),
        (
            json!({"items": [index("1"), delete("3")]}).to_string(),
            "item 1 is for a different id",
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
            "the response cannot be read",
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
fn what_crosses_threads_may() {
    fn crosses_threads<T: Send + Sync>() {}
    crosses_threads::<Bulk>();
    crosses_threads::<BulkResponse>();
    crosses_threads::<Error>();
}

#[test]
fn a_reason_cut_inside_an_emoji_loses_no_outcome() {
    let mut bulk = Bulk::new("movies");
    bulk.index(json!({})).id("a").index(json!({})).id("b");
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
