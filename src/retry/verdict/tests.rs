use http::HeaderMap;

use super::*;
use crate::service_error::Service;

const DECLINED: Verdict = Verdict::Declined(Pace::Transient);
const THROTTLED: Verdict = Verdict::Declined(Pace::Throttled);
const MAYBE_TIME: Verdict = Verdict::SignatureRejected {
    server_time: None,
    is_for_its_time: false,
};

fn judged_for(service: Service, status: u16, code: &'static str, body: &str) -> Verdict {
    let status = StatusCode::from_u16(status).unwrap();
    let mut headers = HeaderMap::new();
    if !code.is_empty() {
        headers.insert("x-amzn-errortype", code.parse().unwrap());
    }
    let error = ServiceError::read(status, &headers, body.as_bytes(), service);
    Verdict::of_response(status, &error)
}

fn judged(status: u16, code: &'static str, body: &str) -> Verdict {
    judged_for(Service::OpenSearch, status, code, body)
}

#[test]
fn throttling_is_declined_and_the_next_wait_is_longer() {
    for (status, code, body) in [
        (429, "", r#"{"message":"Too Many Requests"}"#),
        (429, "", "429 Too Many Requests /_bulk"),
        (429, "", ""),
        (
            429,
            "",
            r#"{"error":{"root_cause":[{"type":"rejected_execution_exception"}]}}"#,
        ),
        (
            403,
            "",
            r#"{"message":"Request throttled due to too many requests"}"#,
        ),
        (403, "", "Request throttled due to too many requests"),
        (
            403,
            "",
            "403 Request throttled due to too many requests /_bulk",
        ),
        (400, "ThrottlingException", r#"{"message":"Rate exceeded"}"#),
        (
            400,
            "",
            r#"{"__type":"com.amazon.coral#ThrottlingException"}"#,
        ),
        (400, "", r#"{"code":"RequestLimitExceeded"}"#),
        (503, "com.amazon.coral#SlowDown:http://internal", ""),
        (
            402,
            "",
            r#"{"error":{"type":"service_quota_exceeded_exception","reason":"OCU"}}"#,
        ),
        (
            503,
            "",
            "<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>",
        ),
        (
            400,
            "",
            r#"<?xml version="1.0"?><ErrorResponse xmlns="x"><Error><Type>Sender</Type><Code>Throttling</Code></Error></ErrorResponse>"#,
        ),
        (400, "ProvisionedThroughputExceededException", "{}"),
    ] {
        assert_eq!(
            judged(status, code, body),
            THROTTLED,
            "{status} {code} {body}"
        );
    }
}

#[test]
fn a_gateway_that_did_not_pass_the_request_on_declined_it() {
    for body in [
        "",
        "\r\n",
        r#"{"message":"Service Unavailable"}"#,
        r#"{"Message":"Call to Authorization engine failed"}"#,
        r#"{"Message":null}"#,
        "no healthy upstream",
        "no available server\n",
        "<html>\r\n<head><title>503 Service Temporarily Unavailable</title></head>\r\n<body>\r\n<center><h1>503 Service Temporarily Unavailable</h1></center>\r\n</body>\r\n</html>\r\n",
        "<html><body><h1>503 Service Unavailable</h1>\nNo server is available to handle this request.\n</body></html>",
        "<!DOCTYPE HTML PUBLIC \"-//IETF//DTD HTML 2.0//EN\">\n<html><head>\n<title>503 Service Unavailable</title>\n</head></html>",
        "<HTML><HEAD><TITLE>Service Unavailable</TITLE></HEAD></HTML>",
        "<html>busy</html>",
    ] {
        assert_eq!(judged(503, "", body), DECLINED, "{body}");
    }
    assert_eq!(
        judged(400, "", "<Error><Code>RequestTimeout</Code></Error>"),
        DECLINED
    );
}

#[test]
fn a_response_that_does_not_show_who_wrote_it_leaves_open_what_was_done() {
    for (status, body) in [
        (502, "<html>"),
        (504, ""),
        (500, ""),
        (500, r#"{"message":"Internal Server Error"}"#),
        (
            503,
            "upstream connect error or disconnect/reset before headers",
        ),
        (503, "<html><title>503 first byte timeout</title></html>"),
        (503, "<html><title>503 Backend fetch failed</title></html>"),
        (503, "Service Unavailable: the index was written"),
        (503, r#"{"message":"Service Unavailable","id":"1"}"#),
        (503, r#"{"ok":false}"#),
        (503, "[]"),
        (503, ":)\n\u{5}\u{fffd}\u{84}error"),
        (503, "\u{fffd}\u{fffd}\u{fffd}eerror"),
        (
            503,
            r#"{"status":503,"request-id":"r","error":{"reason":"Service Unavailable","type":"x"}}"#,
        ),
        (
            500,
            r#"{"status":500,"request-id":"r","error":{"reason":"Internal failure","type":"x"}}"#,
        ),
        (429, r#"{"took":3,"updated":7,"failures":[{"status":429}]}"#),
    ] {
        assert_eq!(judged(status, "", body), Verdict::Lost, "{status} {body}");
    }
}

#[test]
fn the_cluster_s_own_503_may_follow_an_applied_request() {
    for body in [
        r#"{"error":{"root_cause":[{"type":"unavailable_shards_exception"}]}}"#,
        r#"{"error":{"root_cause":[],"type":"search_phase_execution_exception","reason":"all shards failed","phase":"query","grouped":true,"failed_shards":[]},"status":503}"#,
        r#"{"error":{"type":"unavailable_shards_exception","reason":"[m][0] primary shard is not active"},"status":503}"#,
        r#"{"error":"UnavailableShardsException[[m][0] primary shard is not active]","status":503}"#,
        "---\nerror: \"UnavailableShardsException[[m][0] primary shard is not active]\"\nstatus: 503\n",
        "---\nerror:\n  root_cause: []\n  type: \"unavailable_shards_exception\"\n  reason: \"no\"\nstatus: 503\n",
        r#"{"took":3,"failures":[{"status":503}]}"#,
    ] {
        assert_eq!(judged(503, "", body), Verdict::Lost, "{body}");
    }
}

#[test]
fn an_error_that_cannot_pass_is_final_for_any_status() {
    let caused_by = r#""caused_by":{"type":"too_many_buckets_exception","reason":"Trying to create too many buckets.","max_buckets":65535}"#;
    for (status, body) in [
        (
            503,
            format!(
                r#"{{"error":{{"root_cause":[],"type":"search_phase_execution_exception","reason":"","phase":"fetch","grouped":true,"failed_shards":[],{caused_by}}},"status":503}}"#
            ),
        ),
        (
            503,
            format!(
                r#"{{"error":{{"root_cause":[],"type":"x","caused_by":{{"type":"y",{caused_by}}}}},"status":503}}"#
            ),
        ),
        (
            503,
            format!(
                r#"{{"error":{{"root_cause":[],"type":"x","failed_shards":[{{"shard":0,"reason":{{"type":"y",{caused_by}}}}}]}},"status":503}}"#
            ),
        ),
        (
            503,
            "---\nerror:\n  root_cause: []\n  type: \"search_phase_execution_exception\"\n  caused_by:\n    type: \"too_many_buckets_exception\"\nstatus: 503\n".into(),
        ),
        (
            503,
            r#"{"error":"TooManyBucketsException[Trying to create too many buckets.]","status":503}"#.into(),
        ),
        (
            429,
            r#"{"error":{"root_cause":[{"type":"circuit_breaking_exception","durability":"PERMANENT"}],"type":"circuit_breaking_exception","durability":"PERMANENT"},"status":429}"#.into(),
        ),
        (
            429,
            r#"{"error":{"root_cause":[{"type":"cluster_block_exception"}],"type":"cluster_block_exception"},"status":429}"#.into(),
        ),
        (
            500,
            r#"{"error":{"root_cause":[{"type":"null_pointer_exception"}]}}"#.into(),
        ),
    ] {
        assert_eq!(judged(status, "", &body), Verdict::Final, "{status} {body}");
    }
}

#[test]
fn rejected_credentials_are_named_by_a_code_or_a_whole_message() {
    for (status, code, body) in [
        (403, "ExpiredTokenException", "{}"),
        (400, "", "<Error><Code>ExpiredToken</Code></Error>"),
        (400, "", r#"{"__type":"ExpiredTokenException"}"#),
        (401, "", r#"{"code":"UnrecognizedClientException"}"#),
        (
            403,
            "",
            r#"{"message":"The security token included in the request is expired"}"#,
        ),
        (
            403,
            "",
            r#"{"Message":"The security token included in the request is invalid."}"#,
        ),
        (
            403,
            "",
            r#"{"status":403,"request-id":"r","error":{"reason":"Customer authentication failed: ResultDetail: { Code=ExpiredToken, Message=The token has expired, }","type":"AccessDenied"}}"#,
        ),
    ] {
        assert_eq!(
            judged(status, code, body),
            Verdict::CredentialsRejected,
            "{status} {code} {body}"
        );
    }
}

#[test]
fn a_rejected_signature_may_be_for_its_time() {
    for (code, body) in [
        ("InvalidSignatureException", "{}"),
        ("AccessDeniedException", r#"{"Message":"no"}"#),
        ("", "<Error><Code>SignatureDoesNotMatch</Code></Error>"),
        (
            "",
            r#"{"status":403,"error":{"reason":"403 Forbidden","type":"Forbidden"}}"#,
        ),
        (
            "",
            r#"{"error":{"reason":"Customer authentication failed: ResultDetail: { Code=InvalidSignature, Message=Invalid signature }"},"status":403}"#,
        ),
    ] {
        assert_eq!(judged(403, code, body), MAYBE_TIME, "{code} {body}");
    }
}

#[test]
fn a_signature_rejected_for_its_time_states_the_service_s_time() {
    for (code, text) in [
        (
            "InvalidSignatureException",
            r#"{"message":"Signature expired: 20240522T115159Z is now earlier than 20240522T115500Z (20240522T120000Z - 5 min.)"}"#,
        ),
        (
            "",
            r#"{"message":"Signature not yet current: 20240522T121000Z is still later than 20240522T120500Z (20240522T120000Z + 5 min.)"}"#,
        ),
        (
            "",
            "<Error><Code>RequestTimeTooSkewed</Code><Message>The difference between the request time and the current time is too large.</Message><RequestTime>20240522T110000Z</RequestTime><ServerTime>2024-05-22T12:00:00Z</ServerTime></Error>",
        ),
    ] {
        let noon = httpdate::parse_http_date("Wed, 22 May 2024 12:00:00 GMT").unwrap();
        let expected = Verdict::SignatureRejected {
            server_time: Some(noon),
            is_for_its_time: true,
        };
        assert_eq!(judged(403, code, text), expected, "{text}");
    }
}

#[test]
fn words_in_a_body_never_steer() {
    for words in [
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidAccessKeyId",
        "UnrecognizedClientException",
        "ThrottlingException",
        "Request throttled",
        "Request throttled due to too many requests",
        "<Code>SlowDown</Code>",
        "<Error><Code>SlowDown</Code></Error>",
        "The security token included in the request is expired",
        "SignatureDoesNotMatch",
        "Signature expired: 20240522T115159Z is now earlier than 20240522T115500Z (20240522T120000Z - 5 min.)",
        "403 Forbidden",
        "cluster_block_exception",
        "Customer authentication failed: ResultDetail: { Code=ExpiredToken, Message=x }",
    ] {
        let quoted = serde_json::to_string(words).unwrap();
        for status in [400, 401, 403, 404, 409, 413] {
            for body in [
                format!(r#"{{"_index":"m","_id":{quoted},"found":false}}"#),
                format!(
                    r#"{{"message":"no such user: {}"}}"#,
                    &quoted[1..quoted.len() - 1]
                ),
                format!(
                    r#"{{"error":{{"root_cause":[{{"type":"x","reason":{quoted}}}],"type":"x","reason":{quoted}}},"status":{status}}}"#
                ),
                format!(r#"{{"message":{quoted},"id":1}}"#),
                format!("no document {words}"),
                format!("<html><title>{words}</title></html>"),
                format!("<Error><Code>NoSuchKey</Code><Key>{words}</Key></Error>"),
            ] {
                assert_eq!(judged(status, "", &body), Verdict::Final, "{status} {body}");
            }
            let own = format!(r#"{{"message":{quoted}}}"#);
            let other = judged_for(Service::Other, status, "", &own);
            assert_eq!(other, Verdict::Final, "behind API Gateway: {status} {own}");
            if status != 403 {
                assert_eq!(judged(status, "", &own), Verdict::Final, "{status} {own}");
            }
        }
    }
}

#[test]
fn neither_404_nor_409_is_ever_throttling() {
    for status in [404, 409] {
        for code in ["ThrottlingException", "SlowDown", "ExpiredTokenException"] {
            assert_eq!(judged(status, code, "{}"), Verdict::Final);
        }
    }
}

#[test]
fn other_errors_are_final() {
    for (status, body) in [
        (400, "<Code>RequestLimitExceeded</Code>"),
        (400, "<Error><Code>MalformedXML</Code>SlowDown</Error>"),
        (402, "pay"),
        (403, ""),
        (
            403,
            r#"{"error":{"root_cause":[{"type":"security_exception","reason":"AccessDeniedException"}]}}"#,
        ),
        (413, r#"{"Message":"Request size exceeded 10485760 bytes"}"#),
        (501, ""),
    ] {
        assert_eq!(judged(status, "", body), Verdict::Final, "{status} {body}");
    }
    let wrong_region =
        r#"{"message":"Credential should be scoped to a valid region, not 'us-west-2'. "}"#;
    assert_eq!(
        judged(403, "InvalidSignatureException", wrong_region),
        Verdict::Final
    );
}

#[test]
fn only_the_front_of_opensearch_is_known_by_a_bare_message() {
    let body = r#"{"message":"Service Unavailable"}"#;
    let behind_api_gateway = judged_for(Service::Other, 503, "", body);
    assert_eq!(behind_api_gateway, Verdict::Lost);
    assert_eq!(judged_for(Service::Other, 503, "", ""), DECLINED);
}

#[test]
fn failures_are_judged_by_what_was_sent() {
    let timeout = |phase| TransportError::timeout(phase, std::time::Duration::from_secs(1));
    let connect = |source: BoxError| TransportError::connect("https://h:443", source);
    let certificate = std::io::Error::new(std::io::ErrorKind::InvalidData, "bad certificate");
    for (error, expected) in [
        (connect("refused".into()), DECLINED),
        (connect(certificate.into()), Verdict::Final),
        (timeout(Phase::Connect), DECLINED),
        (timeout(Phase::Send), Verdict::Lost),
        (timeout(Phase::Head), Verdict::Lost),
        (timeout(Phase::Body), Verdict::Lost),
        (timeout(Phase::Attempt), Verdict::Lost),
        (timeout(Phase::Total), Verdict::Lost),
        (TransportError::Unsent("closed".into()), DECLINED),
        (TransportError::Unprocessed("refused".into()), DECLINED),
        (TransportError::Broken("reset".into()), Verdict::Lost),
        (
            TransportError::InvalidResponse("header".into()),
            Verdict::Unreadable,
        ),
        (
            TransportError::ResponseTooLarge {
                status: StatusCode::OK,
                limit: 1,
            },
            Verdict::Unreadable,
        ),
        (
            TransportError::Decompress {
                status: StatusCode::OK,
                source: "crc".into(),
            },
            Verdict::Unreadable,
        ),
    ] {
        let error = BoxError::from(error);
        assert_eq!(Verdict::of_failure(&error, true), expected, "{error:?}");
    }
    let unsigned = BoxError::from("no credentials");
    assert_eq!(Verdict::of_failure(&unsigned, false), Verdict::Final);
    assert_eq!(Verdict::of_failure(&unsigned, true), Verdict::Lost);
    let waited = BoxError::from(timeout(Phase::Total));
    assert_eq!(Verdict::of_failure(&waited, false), DECLINED);
}
