//! Malformed responses: written by hand, and made from real ones.

use std::fs;
use std::path::Path;

use bytes::Bytes;
use fastrand::Rng;
use http::{HeaderMap, HeaderName, HeaderValue, Response};
use serde_json::{Value, json};

/// More than a thousand responses, the same each time.
pub(super) fn answers() -> Vec<Response<Bytes>> {
    let mut random = Rng::with_seed(7);
    let mut answers = Vec::new();
    for body in by_hand() {
        for status in STATUSES {
            answers.push(answer(status, body.clone(), &mut random));
        }
    }
    for (status, body) in captured() {
        for body in spoiled(&body, &mut random) {
            let status = match random.usize(..3) {
                0 => random.choice(STATUSES).unwrap(),
                _ => status,
            };
            answers.push(answer(status, body, &mut random));
        }
    }
    answers
}

fn answer(status: u16, body: Vec<u8>, random: &mut Rng) -> Response<Bytes> {
    let mut answer = Response::new(Bytes::from(body));
    *answer.status_mut() = status.try_into().unwrap();
    *answer.headers_mut() = headers(random);
    answer
}

/// Some invalid headers, and rarely the content type.
fn headers(random: &mut Rng) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for _ in 0..random.usize(..4) {
        let (name, value) = random.choice(HEADERS).unwrap();
        let value = HeaderValue::from_bytes(value).unwrap();
        headers.append(HeaderName::from_static(name), value);
    }
    headers
}

fn by_hand() -> Vec<Vec<u8>> {
    let mut bodies: Vec<Vec<u8>> = TEXTS.iter().map(|text| text.to_vec()).collect();
    bodies.extend([b"{\"error\":".repeat(500), b"[".repeat(500)]);
    bodies.push((0..=255).collect());
    bodies.push(vec![0; 1_000]);
    bodies
}

/// Damages a real response.
fn spoiled(body: &[u8], random: &mut Rng) -> Vec<Vec<u8>> {
    // Unchanged, but with invalid headers.
    let mut bodies = vec![body.to_vec()];
    for _ in 0..2 {
        bodies.push(body[..random.usize(..body.len())].to_vec());
        let mut flipped = body.to_vec();
        flipped[random.usize(..body.len())] ^= 1 << random.u8(..8);
        bodies.push(flipped);
        let mut not_utf8 = body.to_vec();
        not_utf8.insert(random.usize(..body.len()), random.u8(0x80..));
        bodies.push(not_utf8);
    }
    bodies.push([b"\xef\xbb\xbf", body].concat());
    bodies.push([body, body].concat());
    if let Ok(json) = serde_json::from_slice::<Value>(body) {
        for _ in 0..4 {
            let mut other = json.clone();
            spoil(&mut other, random);
            bodies.push(other.to_string().into());
        }
    }
    bodies
}

/// Gives one of its values a different type.
fn spoil(value: &mut Value, random: &mut Rng) {
    let inner = match value {
        Value::Array(values) => random.choice(values),
        Value::Object(map) => random.choice(map.values_mut()),
        _ => None,
    };
    match inner {
        Some(inner) if random.u8(..4) > 0 => spoil(inner, random),
        _ => {
            let other = [
                Value::Null,
                json!(true),
                json!(-1),
                json!(1e300),
                json!(""),
                json!([]),
                json!({}),
                json!([[{"type": 1}]]),
            ];
            *value = random.choice(other).unwrap();
        }
    }
}

/// Responses of a real OpenSearch, with their status.
fn captured() -> Vec<(u16, Vec<u8>)> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/opensearch/3.8");
    let table = fs::read_to_string(directory.join("answers.tsv")).unwrap();
    let rows = table.lines().skip(1).map(|row| {
        let mut columns = row.split('\t');
        let (file, status) = (columns.next().unwrap(), columns.next().unwrap());
        let body = fs::read(directory.join(file)).unwrap();
        (status.parse().unwrap(), body)
    });
    rows.filter(|(_, body)| !body.is_empty()).collect()
}

const STATUSES: [u16; 8] = [200, 201, 204, 299, 403, 404, 429, 502];

const HEADERS: [(&str, &[u8]); 16] = [
    ("content-type", b"application/json"),
    ("content-type", b"text/html"),
    ("content-type", b"application/json; charset=\xff"),
    ("content-type", b""),
    ("content-type", b";;;="),
    ("warning", b"299"),
    ("warning", b"299 OpenSearch-2.19 \"unclosed"),
    ("warning", b"\xff\xfe"),
    ("date", b"yesterday"),
    ("date", b"Fri, 31 Dec 9999 23:59:59 GMT"),
    ("retry-after", b"-1"),
    ("retry-after", b"99999999999999999999999"),
    ("x-amz-retry-after", b"NaN"),
    ("x-amzn-errortype", b"#:\xff"),
    ("x-amzn-requestid", b"\xf0\x9f"),
    ("content-encoding", b"identity"),
];

const TEXTS: [&[u8]; 32] = [
    b"",
    b" ",
    b"\n",
    b"\0",
    b"\xef\xbb\xbf",
    b"\xef\xbb\xbf{}",
    b"\xff\xfe{\0}\0",
    b"{",
    b"}",
    b"[]",
    b"[true]",
    b"[true, true, true, true, true, true]",
    b"null",
    b"true",
    b"0",
    b"-1e999",
    b"\"text\"",
    b"\"\\ud800\"",
    b"{} {}",
    b"{\"message\":null}",
    b"{\"message\":{\"message\":1}}",
    b"{\"message\":\"\"}",
    b"{\"Message\":\"\xff\"}",
    b"{\"error\":5}",
    b"{\"error\":{\"type\":5,\"reason\":{}}}",
    b"{\"error\":{\"root_cause\":{},\"caused_by\":[]}}",
    b"{\"error\":{\"root_cause\":[[[]]]},\"status\":\"x\"}",
    b"<html><head><title>502 Bad Gateway</title></head><body>",
    b"<title></title><Code></Code><Message><",
    b"<?xml version=\"1.0\"?><Error><Code>\xff</Code>",
    b"Service Unavailable",
    b"HTTP/1.1 200 OK\r\n\r\n{}",
];
