//! Every form of error response.

use std::error::Error as _;

use http::{HeaderMap, StatusCode};
use serde_json::json;

use super::refused;
use crate::opensearch::call::Call;
use crate::opensearch::cluster::Info;
use crate::opensearch::error::*;
use crate::opensearch::response::Response;

#[test]
fn every_form_of_error_becomes_type_and_reason() {
    let cases = [
        (
            404,
            r#"{"error":{"root_cause":[{"type":"index_not_found_exception","reason":"no such index [m]"}],"type":"index_not_found_exception","reason":"no such index [m]","index":"m"},"status":404}"#,
            "index_not_found_exception: no such index [m] (404)",
            ErrorKind::NotFound,
        ),
        (
            400,
            r#"{"error":{"root_cause":[{"type":"query_shard_exception","reason":"Failed to parse query [x:]"}],"type":"search_phase_execution_exception","reason":"all shards failed"},"status":400}"#,
            "search_phase_execution_exception: all shards failed: query_shard_exception: Failed to parse query [x:] (400)",
            ErrorKind::BadRequest,
        ),
        (
            400,
            r#"{"error":{"root_cause":[{"type":"mapper_parsing_exception","reason":"failed to parse"}],"type":"mapper_parsing_exception","reason":"failed to parse","caused_by":{"type":"a","reason":"b","caused_by":{"type":"number_format_exception","reason":"For input string: \"x\""}}}}"#,
            "mapper_parsing_exception: failed to parse: number_format_exception: For input string: \"x\" (400)",
            ErrorKind::BadRequest,
        ),
        (
            400,
            r#"{"error":{"root_cause":[{"type":"parse_exception","reason":"request body is required"}]}}"#,
            "parse_exception: request body is required (400)",
            ErrorKind::BadRequest,
        ),
        (
            405,
            r#"{"error":"Incorrect HTTP method for uri [/m]","status":405}"#,
            "Incorrect HTTP method for uri [/m] (405)",
            ErrorKind::BadRequest,
        ),
        (
            413,
            r#"{"Message":"Request size exceeded 10485760 bytes"}"#,
            "request body is too large; the server accepts 10485760 bytes (413)",
            ErrorKind::TooLarge,
        ),
        (
            400,
            r#"{"__type":"com.amazon.coral.service#SerializationException","Message":"no"}"#,
            "SerializationException: no (400)",
            ErrorKind::BadRequest,
        ),
        (
            429,
            r#"{"message":"Too Many Requests"}"#,
            "throttled: Too Many Requests (429)",
            ErrorKind::Throttled,
        ),
        (
            402,
            r#"{"error":{"type":"service_quota_exceeded_exception","reason":"OCU limit"}}"#,
            "throttled: service_quota_exceeded_exception: OCU limit (402)",
            ErrorKind::Throttled,
        ),
        (
            502,
            "<html>\r\n<head><title>502 Bad\nGateway</title></head><body>nginx</body></html>",
            "502 Bad Gateway (502)",
            ErrorKind::Server,
        ),
        (
            400,
            "<?xml version=\"1.0\"?><Error><Code>NoSuchKey</Code><Message>gone</Message><RequestId>r1</RequestId></Error>",
            "NoSuchKey: gone (400, request r1)",
            ErrorKind::BadRequest,
        ),
        (
            503,
            "no healthy upstream\n",
            "no healthy upstream (503)",
            ErrorKind::Server,
        ),
        (
            503,
            "",
            "Service Unavailable, and the response states no reason (503)",
            ErrorKind::Server,
        ),
        (
            404,
            "",
            "Not Found, and the response states no reason (404)",
            ErrorKind::NotFound,
        ),
        (
            599,
            "",
            "unknown status, and the response states no reason (599)",
            ErrorKind::Server,
        ),
        (
            500,
            "\u{feff}{\"message\":\"with a byte order mark\"}",
            "with a byte order mark (500)",
            ErrorKind::Server,
        ),
        (
            409,
            r#"{"error":{"type":"version_conflict_engine_exception","reason":"[1]: version conflict"}}"#,
            "version_conflict_engine_exception: [1]: version conflict (409)",
            ErrorKind::Conflict,
        ),
        (
            500,
            r#"{"error":{"type":"x","#,
            "{\"error\":{\"type\":\"x\", (500)",
            ErrorKind::Server,
        ),
        (
            500,
            "[1,2]",
            "Internal Server Error, and the response states no reason (500)",
            ErrorKind::Server,
        ),
        (
            500,
            "null",
            "Internal Server Error, and the response states no reason (500)",
            ErrorKind::Server,
        ),
        (
            500,
            r#"{"error":{"type":5,"reason":{"a":1},"root_cause":"x","caused_by":[]}}"#,
            "Internal Server Error, and the response states no reason (500)",
            ErrorKind::Server,
        ),
        (
            500,
            r#"{"error":null,"message":["x"]}"#,
            "Internal Server Error, and the response states no reason (500)",
            ErrorKind::Server,
        ),
    ];
    for (status, body, line, kind) in cases {
        let error = refused(status, &[], body);
        assert_eq!(error.to_string(), line);
        assert_eq!(error.kind(), kind, "{line}");
        assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
        let is_of_the_cluster = body.starts_with(r#"{"error":{"type":5"#);
        let passes = matches!(status, 402 | 429 | 500 | 502 | 503 | 504) && !is_of_the_cluster;
        assert_eq!(error.is_retryable(), passes, "{line}");
    }
}

#[test]
fn a_redirect_shows_its_target_without_query_and_user() {
    for (location, line) in [
        (
            "https://u:p@other.example/a?X-Amz-Security-Token=t#f",
            "redirected to https://other.example/a; redirects are not followed (301)",
        ),
        (
            "/_dashboards?token=t",
            "redirected to /_dashboards; redirects are not followed (301)",
        ),
        (
            "//u:p@other.example:1/a",
            "redirected to //other.example:1/a; redirects are not followed (301)",
        ),
        (
            "http://[broken",
            "redirected; redirects are not followed (301)",
        ),
    ] {
        let error = refused(301, &[("location", location)], "");
        assert_eq!(error.kind(), ErrorKind::Redirect);
        assert_eq!(error.to_string(), line);
        assert!(!error.is_retryable());
    }
}

#[test]
fn a_malformed_response_is_an_error_with_its_status() {
    for body in [
        &b""[..],
        b"<html>login</html>",
        b"\xef\xbb\xbf{\"cluster_name\":\"c\",\"version\":{\"number\":\"2\"}}",
        b"{\"cluster_name\":\"\xff\",\"version\":{\"number\":\"2\"}}",
        b"{\"cluster_name\":7,\"version\":{\"number\":\"2\"}}",
        b"{\"cluster_name\":\"c\",\"version\":{\"num",
        b"{}",
        b"[]",
        b"null",
    ] {
        let response = Response::new(StatusCode::OK, HeaderMap::new(), body);
        let error = Info::new().decode(response).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert_eq!(error.status(), Some(StatusCode::OK));
        assert!(error.source().is_some());
        assert!(!error.is_retryable());
    }
    let deep = "[".repeat(100_000);
    assert_eq!(refused(500, &[], deep).kind(), ErrorKind::Server);
}

#[test]
fn control_characters_of_a_server_are_shown_escaped() {
    let error = refused(400, &[], json!({"message": "a\u{1b}[31m\r\nb"}).to_string());
    assert_eq!(error.to_string(), r"a\u{1b}[31m\r\nb (400)");
}

#[test]
fn an_index_that_exists_is_a_conflict() {
    for body in [
        r#"{"error":{"root_cause":[{"type":"resource_already_exists_exception","reason":"index [m/x] already exists"}],"type":"resource_already_exists_exception","reason":"index [m/x] already exists"},"status":400}"#,
        r#"{"error":"ResourceAlreadyExistsException[index [m/x] already exists]","status":400}"#,
    ] {
        let error = refused(400, &[], body);
        assert_eq!(error.kind(), ErrorKind::Conflict, "{body}");
        assert!(!error.is_retryable());
    }
}

#[test]
fn a_body_that_is_too_large_has_a_kind_and_a_hint() {
    for (status, body) in [
        (413, ""),
        (
            413,
            "<html><title>413 Request Entity Too Large</title></html>",
        ),
        (413, r#"{"message":"Request size exceeded 10485760 bytes"}"#),
        (400, "<Error><Code>EntityTooLarge</Code></Error>"),
    ] {
        let error = refused(status, &[], body);
        assert_eq!(error.kind(), ErrorKind::TooLarge, "{body}");
        assert!(
            error.to_string().starts_with("request body is too large"),
            "{error}"
        );
        assert!(error.hint().unwrap().contains("split"));
        assert!(!error.is_retryable());
    }
}

#[test]
fn what_retries_take_for_throttling_is_reported_as_throttling() {
    for (status, headers, body) in [
        (
            400,
            &[("x-amzn-errortype", "RequestLimitExceeded")][..],
            "{}",
        ),
        (400, &[], r#"{"code":"RequestLimitExceeded"}"#),
        (400, &[], "<Error><Code>RequestLimitExceeded</Code></Error>"),
        (503, &[], "<Error><Code>SlowDown</Code></Error>"),
        (
            400,
            &[],
            r#"{"__type":"ProvisionedThroughputExceededException"}"#,
        ),
    ] {
        let error = refused(status, headers, body);
        assert_eq!(error.kind(), ErrorKind::Throttled, "{body}");
        assert!(error.is_retryable(), "{body}");
    }
}

#[test]
fn a_response_that_cannot_be_read_may_be_to_an_applied_write() {
    let response = Response::new(StatusCode::CREATED, HeaderMap::new(), r#"{"_id":7}"#);
    let error = response.json::<Vec<u8>>().unwrap_err();
    assert!(error.may_have_been_applied());
    assert_eq!(
        error.to_string(),
        "unexpected response: expected a sequence, found map (201)"
    );
    let response = Response::new(StatusCode::BAD_REQUEST, HeaderMap::new(), "no");
    assert!(!response.json::<u8>().unwrap_err().may_have_been_applied());
}
