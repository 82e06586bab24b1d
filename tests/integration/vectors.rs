//! The golden vectors: requests on which independent signers agree, and some to refuse.

use std::fs;
use std::time::{Duration, SystemTime};

use base64::prelude::{BASE64_STANDARD, Engine};
use http::request::Parts;
use http::{HeaderName, HeaderValue, Request};
use serde_json::Value;
use sigtower::Credentials;
use sigtower::sigv4::{ContentSha256, Payload, Scope, SignError, Signer};

#[tokio::test]
async fn every_golden_request_is_signed_to_the_byte() {
    let mut count = 0;
    for case in read("golden.jsonl") {
        let id = text(&case, "id");
        let (parts, body) = request(&case).unwrap();
        let explained = signer(&case).explain(&parts, payload(&case, &body)).await;
        let explained = explained.unwrap_or_else(|error| panic!("{id}: {error}"));
        for (what, actual) in [
            ("canonical_request", explained.reveal_canonical_request()),
            ("string_to_sign", explained.string_to_sign()),
            ("signature", explained.reveal_signature()),
            ("authorization", explained.reveal_authorization()),
        ] {
            assert_eq!(
                actual,
                text(&case, &format!("expected_{what}")),
                "{id}: {what}"
            );
        }

        let mut signed = parts;
        signer(&case)
            .sign(&mut signed, payload(&case, &body))
            .await
            .unwrap();
        let expected = text(&case, "expected_authorization");
        assert_eq!(signed.headers["authorization"], expected, "{id}");
        assert!(signed.headers["authorization"].is_sensitive());
        for pair in case["expected_signed_header_values"].as_array().unwrap() {
            let (name, value) = (pair[0].as_str().unwrap(), pair[1].as_str().unwrap());
            let mut sent = signed.headers.get_all(name).iter();
            assert!(sent.any(|sent| sent == value), "{id}: {name} {value}");
        }
        count += 1;
    }
    assert_eq!(count, 451);
}

#[tokio::test]
async fn what_signers_read_in_different_ways_is_refused() {
    let mut refused = 0;
    for case in read("unsettled.jsonl") {
        let (id, action) = (text(&case, "id"), text(&case, "action"));
        let signed = match request(&case) {
            Ok((mut parts, body)) => signer(&case).sign(&mut parts, payload(&case, &body)).await,
            Err(_) => Err(SignError::MissingHost), // not even an `http::Request`
        };
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
async fn what_is_settled_by_a_ruling_is_signed_so() {
    for (id, canonical_line) in [
        ("es-query-amp-only", ""),
        ("es-query-double-amp", "a=1&b=2"),
        ("es-query-lead-amp", "a=1"),
        ("es-header-amz-lead-tab", "x-amz-meta-a:a"),
        (
            "es-host-upper",
            "host:search-movies-abc123.us-east-1.es.amazonaws.com",
        ),
    ] {
        let case = read("unsettled.jsonl")
            .find(|case| text(case, "id") == id)
            .unwrap();
        let (parts, body) = request(&case).unwrap();
        let explained = signer(&case)
            .explain(&parts, payload(&case, &body))
            .await
            .unwrap();
        let canonical_request = explained.canonical_request();
        assert!(
            canonical_request.lines().any(|line| line == canonical_line),
            "{id}"
        );
    }
}

#[tokio::test]
async fn a_stale_token_and_a_foreign_hash_are_replaced() {
    let case = read("unsettled.jsonl").next().unwrap();
    let mut parts = Request::get("https://a.example/")
        .header("x-amz-security-token", "stale")
        .header("x-amz-content-sha256", "UNSIGNED-PAYLOAD")
        .header("x-amz-date", "19700101T000000Z")
        .header("authorization", "Basic stale")
        .body(())
        .unwrap()
        .into_parts()
        .0;
    signer(&case)
        .sign(&mut parts, Payload::Empty)
        .await
        .unwrap();
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

pub(crate) fn read(file: &str) -> impl Iterator<Item = Value> {
    let path = format!("{}/tests/vectors/{file}", env!("CARGO_MANIFEST_DIR"));
    let lines = fs::read_to_string(path).unwrap();
    let parse = |line: &str| serde_json::from_str(line).unwrap();
    lines.lines().map(parse).collect::<Vec<_>>().into_iter()
}

pub(crate) fn text<'a>(case: &'a Value, key: &str) -> &'a str {
    case[key]
        .as_str()
        .unwrap_or_else(|| panic!("{} has no {key}", case["id"]))
}

fn or<'a>(case: &'a Value, key: &str, default: &'a str) -> &'a str {
    case[key].as_str().unwrap_or(default)
}

/// The request as its caller makes it; what a case leaves out is a plain `GET` over https.
pub(crate) fn request(case: &Value) -> http::Result<(Parts, Vec<u8>)> {
    let scheme = or(case, "scheme", "https");
    let uri = format!(
        "{scheme}://{}{}",
        text(case, "authority"),
        text(case, "uri")
    );
    let mut request = Request::builder()
        .method(or(case, "method", "GET"))
        .uri(uri);
    for header in case["headers"].as_array().unwrap() {
        let value = match &header[1] {
            Value::String(value) => value.clone().into_bytes(),
            value => BASE64_STANDARD.decode(text(value, "b64")).unwrap(),
        };
        request = request.header(
            header[0].as_str().unwrap(),
            HeaderValue::from_bytes(&value)?,
        );
    }
    let body = BASE64_STANDARD.decode(or(case, "body_b64", "")).unwrap();
    Ok((request.body(())?.into_parts().0, body))
}

fn payload<'a>(case: &Value, body: &'a [u8]) -> Payload<'a> {
    match or(&case["settings"], "payload", "hash") {
        "hash" => Payload::Bytes(body),
        "UNSIGNED-PAYLOAD" => Payload::Unsigned,
        other => panic!("{}: payload {other}", case["id"]),
    }
}

fn signer(case: &Value) -> Signer {
    let credentials = Credentials::new(
        or(case, "access_key", "AKIDEXAMPLE"),
        or(
            case,
            "secret_key",
            "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        ),
        case["session_token"].as_str().map(str::to_owned),
    );
    let scope = Scope::new(or(case, "region", "us-east-1"), text(case, "service")).unwrap();
    let payload_header = match case["settings"]["payload_header"].as_bool() {
        None => ContentSha256::ByService,
        Some(true) => ContentSha256::Always,
        Some(false) => ContentSha256::Never,
    };
    Signer::new(scope, credentials)
        .with_clock(time(or(case, "timestamp", "20150830T123600Z")))
        .with_content_sha256(payload_header)
        .with_signed_headers(extra_headers(case))
        .unwrap()
}

/// Under the policy `all`, every header but those that never are signed or better are not.
fn extra_headers(case: &Value) -> Vec<HeaderName> {
    const LEFT_OUT: [&str; 22] = [
        "authorization",
        "accept-encoding",
        "baggage",
        "cache-control",
        "connection",
        "content-length",
        "expect",
        "forwarded",
        "from",
        "keep-alive",
        "max-forwards",
        "pragma",
        "referer",
        "te",
        "traceparent",
        "tracestate",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "via",
        "x-amzn-trace-id",
    ];
    if case["settings"]["header_policy"] != "all" {
        return Vec::new();
    }
    let names = case["headers"].as_array().unwrap().iter();
    let names = names.map(|header| header[0].as_str().unwrap().parse::<HeaderName>().unwrap());
    names
        .filter(|name| {
            let prefixes = ["x-forwarded-", "proxy-", "sec-"];
            !LEFT_OUT.contains(&name.as_str())
                && !prefixes
                    .iter()
                    .any(|prefix| name.as_str().starts_with(prefix))
        })
        .collect()
}

/// `20150830T123600Z`
pub(crate) fn time(text: &str) -> SystemTime {
    let time = chrono::NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%SZ").unwrap();
    SystemTime::UNIX_EPOCH + Duration::from_secs(time.and_utc().timestamp() as u64)
}
