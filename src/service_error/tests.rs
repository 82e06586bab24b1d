use http::{HeaderMap, StatusCode};

use super::*;

fn read(status: u16, code: &'static str, body: &[u8]) -> ServiceError {
    let mut headers = HeaderMap::new();
    if !code.is_empty() {
        headers.insert("x-amzn-errortype", code.parse().unwrap());
    }
    let status = StatusCode::from_u16(status).unwrap();
    ServiceError::read(status, &headers, body, Service::OpenSearch)
}

fn shown(error: &ServiceError) -> String {
    let parts = [&error.error_type, &error.reason, &error.cause];
    let parts: Vec<_> = parts.into_iter().flatten().cloned().collect();
    parts.join(": ")
}

#[test]
fn type_reason_and_cause_are_read_from_every_format() {
    for (body, expected) in [
        (
            r#"{"error":{"root_cause":[{"type":"a","reason":"b"}],"type":"c","reason":"d"}}"#,
            "c: d: a: b",
        ),
        (
            r#"{"error":{"type":"c","reason":"d","caused_by":{"type":"x","caused_by":{"type":"e","reason":"f"}}}}"#,
            "c: d: e: f",
        ),
        (
            r#"{"error":{"root_cause":[{"type":"a","reason":"b"}]}}"#,
            "a: b",
        ),
        (
            r#"{"error":"IndexNotFoundException[no such index [m]]","status":404}"#,
            "index_not_found_exception: no such index [m]",
        ),
        (
            r#"{"error":"OpenSearchSecurityException[no permissions]","status":403}"#,
            "security_exception: no permissions",
        ),
        (
            r#"{"error":"Incorrect HTTP method for uri [/m]","status":405}"#,
            "Incorrect HTTP method for uri [/m]",
        ),
        (
            "---\nerror:\n  root_cause:\n  - type: \"a\"\n    reason: \"b\"\n  type: \"c\"\n  reason: \"d: \\\"e\\\"\"\nstatus: 404\n",
            "c: d: \"e\"",
        ),
        (
            "---\nerror: \"IndexNotFoundException[no such index [m]]\"\nstatus: 404\n",
            "index_not_found_exception: no such index [m]",
        ),
        (
            r#"{"__type":"com.amazon#Serialization","Message":"no"}"#,
            "Serialization: no",
        ),
        (
            r#"{"code":"NoSuchThing","message":"no"}"#,
            "NoSuchThing: no",
        ),
        (r#"{"code":17,"message":" no "}"#, "no"),
        (
            "\u{feff}<?xml version=\"1.0\"?>\n<Error><Code>NoSuchKey</Code><Message>a &lt;b&gt; &amp;lt;</Message><Key/><RequestId>r</RequestId></Error>",
            "NoSuchKey: a <b> &lt;",
        ),
        (
            r#"<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>ValidationError</Code><Message>no</Message></Error><RequestId>r</RequestId></ErrorResponse>"#,
            "ValidationError: no",
        ),
        (
            "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error></Errors><RequestID>r</RequestID></Response>",
            "UnauthorizedOperation: no",
        ),
        (
            "<html><title>502 Bad\nGateway</title></html>",
            "502 Bad Gateway",
        ),
        ("<html><body>no <b>title</b></body></html>", "no title"),
        (r#""a text""#, "a text"),
        ("no healthy upstream\n", "no healthy upstream"),
        (r#"{"error":{"type":"x","#, r#"{"error":{"type":"x","#),
        (
            r#"{"error":{"type":"mapper_parsing_exception","reason":"Preview: 'cut \ud83d'"}}"#,
            "mapper_parsing_exception: Preview: 'cut \u{fffd}'",
        ),
        ("[1,2]", ""),
        ("null", ""),
        (r#"{"error":null,"message":["x"]}"#, ""),
        (
            r#"{"error":{"type":5,"reason":{"a":1},"root_cause":"x","caused_by":[]}}"#,
            "",
        ),
        (":)\n\u{4}\u{fffd}\u{84}error", ""),
    ] {
        assert_eq!(shown(&read(400, "", body.as_bytes())), expected, "{body}");
    }
    let cbor = b"\xbf\x65error\xbf\x64type\x61a\xff\xff";
    assert_eq!(shown(&read(400, "", cbor)), "");
    let latin = read(400, "", b"{\"message\":\"caf\xe9\"}");
    assert_eq!(shown(&latin), "caf\u{fffd}");
}

#[test]
fn the_header_names_the_code_before_the_document_does() {
    let code = "com.amazon.coral#ThrottlingException:http://internal/";
    let error = read(400, code, br#"{"__type":"Other","message":"m"}"#);
    assert_eq!(shown(&error), "ThrottlingException: m");
    assert_eq!(error.meaning, Some(Meaning::Throttled));
}

#[test]
fn a_code_counts_only_at_the_start_of_an_error_document() {
    for body in [
        "<Code>SlowDown</Code>",
        "text <Error><Code>SlowDown</Code></Error>",
        "<Error><Message>x</Message><Code>SlowDown</Code></Error>",
        "<Error><Message><Code>SlowDown</Code></Message></Error>",
        "<Result><Error><Code>SlowDown</Code></Error></Result>",
        "<html><Error><Code>SlowDown</Code></Error></html>",
        r#"{"errors":[{"code":"SlowDown"}]}"#,
        r#"{"message":"SlowDown"}"#,
        r#"{"detail":{"__type":"SlowDown"}}"#,
        r#""SlowDown""#,
        "SlowDown",
    ] {
        assert_eq!(read(400, "", body.as_bytes()).meaning, None, "{body}");
    }
}

#[test]
fn a_refused_scope_is_read_from_the_sentences_of_aws_and_of_s3() {
    let scope = |region_sent: &str, region_expected: &str, service_expected: &str| {
        let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Some(Meaning::WrongScope(ScopeMismatch {
            region_sent: some(region_sent),
            region_expected: some(region_expected),
            service_expected: some(service_expected),
            is_region: service_expected.is_empty() || !region_sent.is_empty(),
        }))
    };
    for (message, expected) in [
        (
            "Credential should be scoped to a valid region, not 'us-west-2'. ",
            scope("us-west-2", "", ""),
        ),
        (
            "Credential should be scoped to a valid region.",
            scope("", "", ""),
        ),
        (
            "Credential should be scoped to correct service: 'es'. ",
            scope("", "", "es"),
        ),
        (
            "Credential should be scoped to a valid region, not 'c'. Credential should be scoped to correct service: 'aoss'. ",
            scope("c", "", "aoss"),
        ),
    ] {
        let body = serde_json::json!({ "message": message }).to_string();
        let error = read(403, "InvalidSignatureException", body.as_bytes());
        assert_eq!(error.meaning, expected, "{message}");
        assert_eq!(
            read(403, "", body.as_bytes()).meaning,
            expected,
            "{message}"
        );
    }
    for (message, expected) in [
        (
            "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-1'",
            scope("us-east-1", "eu-west-1", ""),
        ),
        (
            "The authorization header is malformed; incorrect service \"es\". This endpoint belongs to \"s3\".",
            scope("", "", "s3"),
        ),
    ] {
        let body = format!(
            "<Error><Code>AuthorizationHeaderMalformed</Code><Message>{message}</Message></Error>"
        );
        assert_eq!(
            read(400, "", body.as_bytes()).meaning,
            expected,
            "{message}"
        );
    }
}

#[test]
fn the_refusals_of_serverless_are_read_by_their_code() {
    let refusal = |code: &str| {
        let reason = format!(
            "Customer authentication failed: ResultDetail: {{ Code={code}, Message=Invalid signature, does not match, }}"
        );
        let body = serde_json::json!({
            "status": 403,
            "request-id": "223ed502-478d-9ba6-b577-66eefcc5ff86",
            "error": { "reason": reason, "type": "AccessDenied" },
        });
        read(403, "", body.to_string().as_bytes()).meaning
    };
    for (code, expected) in [
        ("InvalidSignature", Meaning::SignatureMismatch),
        ("ExpiredToken", Meaning::ExpiredToken),
        ("ExpiredTokenException", Meaning::ExpiredToken),
        ("UnrecognizedClient", Meaning::UnknownKey),
        ("InvalidClientTokenId", Meaning::UnknownKey),
        ("MissingAuthenticationToken", Meaning::Unsigned),
        ("AccessDenied", Meaning::AccessDenied),
        ("SomethingNew", Meaning::NotAuthenticated),
        ("", Meaning::NotAuthenticated),
    ] {
        assert_eq!(refusal(code), Some(expected), "{code}");
    }
    let bare = br#"{"status":403,"error":{"reason":"Customer authentication failed","type":"AccessDenied"}}"#;
    assert_eq!(read(403, "", bare).meaning, Some(Meaning::NotAuthenticated));
}

#[test]
fn the_limit_of_a_413_is_read_where_it_is_stated() {
    for (status, body, limit) in [
        (
            413,
            r#"{"Message":"Request size exceeded 10485760 bytes"}"#,
            Some(10_485_760),
        ),
        (
            413,
            r#"{"message":"HTTP content length exceeded 10485760 bytes."}"#,
            Some(10_485_760),
        ),
        (
            400,
            "<Error><Code>EntityTooLarge</Code><Message>no</Message><ProposedSize>9</ProposedSize><MaxSizeAllowed>8</MaxSizeAllowed></Error>",
            Some(8),
        ),
        (
            413,
            "<html><title>413 Request Entity Too Large</title></html>",
            None,
        ),
        (413, "", None),
        (413, r#"{"message":"99999999999999999999999 bytes"}"#, None),
    ] {
        let error = read(status, "", body.as_bytes());
        assert_eq!(error.meaning, Some(Meaning::TooLarge), "{body}");
        assert_eq!(error.size_limit, limit, "{body}");
    }
}

#[test]
fn the_request_id_comes_from_the_headers_or_the_document() {
    let mut headers = HeaderMap::new();
    let body = br#"{"request-id":"of the document","error":{}}"#;
    let id = |headers: &HeaderMap| {
        let status = StatusCode::FORBIDDEN;
        ServiceError::read(status, headers, body, Service::OpenSearch).request_id
    };
    assert_eq!(id(&headers).as_deref(), Some("of the document"));
    headers.insert("x-amzn-requestid", "of the header".parse().unwrap());
    assert_eq!(id(&headers).as_deref(), Some("of the header"));
    headers.insert("x-amzn-requestid", "t".repeat(129).parse().unwrap());
    assert_eq!(id(&headers).as_deref(), Some("of the document"));
}

#[test]
fn an_s3_time_too_early_or_too_late_is_told_apart() {
    for (signed, server, expected) in [
        ("20240522T110000Z", "2024-05-22T12:00:00Z", "expired"),
        ("20240522T130000Z", "2024-05-22T12:00:00Z", "not yet"),
        ("soon", "soon", "expired"),
    ] {
        let body = format!(
            "<Error><Code>RequestTimeTooSkewed</Code><Message>no</Message><RequestTime>{signed}</RequestTime><ServerTime>{server}</ServerTime></Error>"
        );
        let meaning = match read(403, "", body.as_bytes()).meaning {
            Some(Meaning::SignatureExpired(_)) => "expired",
            Some(Meaning::SignatureNotYetCurrent(_)) => "not yet",
            other => panic!("{other:?}"),
        };
        assert_eq!(meaning, expected, "{body}");
    }
}

#[test]
fn hostile_bodies_are_read_in_bounded_time_and_without_panic() {
    let deep = "[".repeat(100_000);
    let objects = r#"{"error":"#.repeat(50_000);
    let causes = format!(
        r#"{{"error":{}1{}}}"#,
        r#"{"caused_by":"#.repeat(100),
        "}".repeat(100)
    );
    let many = format!(
        r#"{{"error":{{"root_cause":[{}{{}}]}}}}"#,
        r#"{"type":"a"},"#.repeat(50_000)
    );
    let tags = "<Error><Code>".repeat(5_000);
    let yaml = format!(
        "---\nerror:\n{}status: 1\n",
        "  type: \"a\"\n".repeat(5_000)
    );
    for body in [
        &*deep,
        &objects,
        &causes,
        &many,
        &tags,
        &yaml,
        "<",
        "<>",
        "</",
        "<Error",
        "<Error><",
        "<?xml",
        "---",
        "{",
        "\"",
        "\\u",
        r#"{"\ud83d"#,
        r#"{"message":"\ud8"#,
        "\u{feff}",
    ] {
        for status in [400, 403, 404, 413, 429, 500, 503] {
            let begun = std::time::Instant::now();
            read(status, "", body.as_bytes());
            assert!(
                begun.elapsed().as_secs() < 5,
                "{}",
                &body[..body.len().min(40)]
            );
        }
    }
    let large = format!(
        r#"{{"__type":"ThrottlingException","x":"{}"}}"#,
        "a".repeat(2_000_000)
    );
    assert_eq!(
        read(400, "", large.as_bytes()).meaning,
        None,
        "too large for a document"
    );
}
