//! The golden vectors: requests on which independent signers agree, and requests to refuse.

#[allow(dead_code, reason = "the tests presign on their own")]
#[path = "../../examples/explain/case.rs"]
mod case;

use std::fs;
use std::time::SystemTime;

use http::Request;
use serde_json::{Value, json};
use sigtower::BoxError;
use sigtower::sigv4::{Explanation, Payload};

use self::case::Case;

#[tokio::test]
async fn every_golden_request_is_signed_to_the_byte() {
    let mut count = 0;
    for json in read("golden.jsonl") {
        let id = text(&json, "id");
        let mut case = Case::from_json(&json).unwrap();
        let explained = case.signer.explain(&case.parts, case.payload()).await;
        let explained = explained.unwrap_or_else(|error| panic!("{id}: {error}"));
        for (what, actual) in [
            ("canonical_request", explained.reveal_canonical_request()),
            ("string_to_sign", explained.string_to_sign()),
            ("signature", explained.reveal_signature()),
            ("authorization", explained.reveal_authorization()),
        ] {
            assert_eq!(
                actual,
                text(&json, &format!("expected_{what}")),
                "{id}: {what}"
            );
        }
        assert_eq!(
            json!(explained.signed_headers()),
            json["expected_signed_headers"],
            "{id}"
        );

        let mut parts = case.parts.clone();
        case.signer.sign(&mut parts, case.payload()).await.unwrap();
        case.parts = parts;
        let signed = case.parts.headers;
        assert_eq!(
            signed["authorization"],
            text(&json, "expected_authorization"),
            "{id}"
        );
        assert!(signed["authorization"].is_sensitive());
        for pair in json["expected_signed_header_values"].as_array().unwrap() {
            let (name, value) = (pair[0].as_str().unwrap(), pair[1].as_str().unwrap());
            let mut sent = signed.get_all(name).iter();
            assert!(sent.any(|sent| sent == value), "{id}: {name} {value}");
        }
        count += 1;
    }
    assert_eq!(count, 451);
}

#[tokio::test]
async fn requests_that_signers_read_differently_are_refused() {
    let mut refused = 0;
    for json in read("unsettled.jsonl") {
        let (id, action) = (text(&json, "id"), text(&json, "action"));
        let signed = explain(&json).await;
        let must_refuse = action.starts_with("refuse");
        if must_refuse || action == "cannot arise" {
            assert!(signed.is_err(), "{id} was signed, but: {action}");
            refused += usize::from(must_refuse);
        } else if action != "not implemented" {
            signed.unwrap_or_else(|error| panic!("{id}: {error}, but: {action}"));
        }
    }
    assert_eq!(refused, 31);
}

#[tokio::test]
async fn requests_decided_by_a_ruling_are_signed_by_it() {
    for (id, canonical_line) in [
        ("es-query-amp-only", ""),
        ("es-query-double-amp", "a=1&b=2"),
        ("es-query-lead-amp", "a=1"),
        ("es-query-trail-amp", "a=1"),
        ("es-header-amz-lead-tab", "x-amz-meta-a:a"),
        (
            "es-host-upper",
            "host:search-movies-abc123.us-east-1.es.amazonaws.com",
        ),
    ] {
        let json = read("unsettled.jsonl")
            .find(|json| text(json, "id") == id)
            .unwrap();
        let canonical_request = explain(&json).await.unwrap().canonical_request();
        assert!(
            canonical_request.lines().any(|line| line == canonical_line),
            "{id}"
        );
    }
}

#[tokio::test]
async fn a_stale_token_and_a_foreign_hash_are_replaced() {
    let case = Case::from_json(&read("unsettled.jsonl").next().unwrap()).unwrap();
    let request = Request::get("https://a.example/")
        .header("x-amz-security-token", "stale")
        .header("x-amz-content-sha256", "UNSIGNED-PAYLOAD")
        .header("x-amz-date", "19700101T000000Z")
        .header("authorization", "Basic stale");
    let mut parts = request.body(()).unwrap().into_parts().0;
    case.signer.sign(&mut parts, Payload::Empty).await.unwrap();
    assert!(!parts.headers.contains_key("x-amz-security-token"));
    assert_eq!(parts.headers.get_all("x-amz-date").iter().count(), 1);
    assert_eq!(parts.headers["x-amz-date"], "20150830T123600Z");
    assert!(
        parts.headers["x-amz-content-sha256"]
            .to_str()
            .unwrap()
            .starts_with("e3b0c442")
    );
    assert!(
        parts.headers["authorization"]
            .to_str()
            .unwrap()
            .starts_with("AWS4-HMAC-SHA256 ")
    );
}

async fn explain(json: &Value) -> Result<Explanation, BoxError> {
    let case = Case::from_json(json)?;
    Ok(case.signer.explain(&case.parts, case.payload()).await?)
}

fn read(file: &str) -> impl Iterator<Item = Value> {
    let path = format!("{}/tests/vectors/{file}", env!("CARGO_MANIFEST_DIR"));
    let lines = fs::read_to_string(path).unwrap();
    let parse = |line: &str| serde_json::from_str(line).unwrap();
    lines.lines().map(parse).collect::<Vec<_>>().into_iter()
}

fn text<'a>(case: &'a Value, key: &str) -> &'a str {
    case[key]
        .as_str()
        .unwrap_or_else(|| panic!("{} has no {key}", case["id"]))
}

/// `20150830T123600Z`
pub(crate) fn time(text: &str) -> SystemTime {
    case::time(text).unwrap()
}
