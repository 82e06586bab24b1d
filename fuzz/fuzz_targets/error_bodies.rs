//! Any response is read without a panic. Its error is bounded, one line, and contains no secret.
#![no_main]

use std::error::Error as _;

use arbitrary::Arbitrary;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use libfuzzer_sys::{Corpus, fuzz_target};
use serde_json::Value;
use sigtower::opensearch::search::{Hits, Search};
use sigtower::opensearch::{Call, Error, Response, cluster, document, index};

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    status: u16,
    headers: Vec<(Name, &'a [u8])>,
    before: &'a [u8],
    echo: Echo,
    after: &'a [u8],
}

#[derive(Arbitrary, Debug)]
enum Name {
    RequestId,
    ErrorType,
    Hint,
    Location,
    ContentType,
}

/// The part of the request that the server repeats in its response.
#[derive(Arbitrary, Debug)]
enum Echo {
    Nothing,
    Header,
    Json,
    Query,
    Authorization,
    Xml,
}

fuzz_target!(|input: Input<'_>| -> Corpus {
    let Ok(status) = StatusCode::from_u16(input.status % 500 + 100) else {
        return Corpus::Reject;
    };
    let mut headers = HeaderMap::new();
    for (name, value) in input.headers {
        let Ok(value) = HeaderValue::from_bytes(value) else {
            return Corpus::Reject;
        };
        headers.insert(name.header(), value);
    }
    // The fuzzer learns the secrets. A secret without its name looks like any other text.
    let mut made_up = [input.before, b" ", input.after].concat();
    for value in headers.values() {
        made_up.extend_from_slice(value.as_bytes());
    }
    if holds(&made_up, TOKEN) || holds(&made_up, SIGNATURE) {
        return Corpus::Reject;
    }
    let body = [input.before, input.echo.text(), input.after].concat();
    let answer = Response::new(status, headers, body);

    let decoded = [
        answer.clone().success().map(drop),
        answer.json::<Value>().map(drop),
        cluster::Info::new().decode(answer.clone()).map(drop),
        cluster::Health::new().decode(answer.clone()).map(drop),
        index::GetMapping::new("i").decode(answer.clone()).map(drop),
        index::Exists::new("i").decode(answer.clone()).map(drop),
        document::Get::<Value>::new("i", "1")
            .decode(answer.clone())
            .map(drop),
        document::Index::new("i", 1)
            .decode(answer.clone())
            .map(drop),
        document::Delete::new("i", "1")
            .decode(answer.clone())
            .map(drop),
        search(&answer).map(drop),
    ];
    for error in decoded.into_iter().filter_map(Result::err) {
        check(&error);
    }
    Corpus::Keep
});

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|part| part == text.as_bytes())
}

fn search(answer: &Response) -> Result<Hits<Value>, Error> {
    Search::new("i").decode(answer.clone())
}

fn check(error: &Error) {
    let line = error.to_string();
    assert!(!line.contains(char::is_control), "{line:?}");
    assert!(line.len() < 16 * 1024, "{} bytes", line.len());
    assert!(error.body().is_none_or(|body| body.len() <= 8 * 1024));
    let _ = (
        error.kind(),
        error.hint(),
        error.is_retryable(),
        error.is_timeout(),
    );
    let mut shown = format!("{line}\n{error:?}\n{:?}", error.refusal());
    for text in [
        error.body(),
        error.reason(),
        error.cause(),
        error.error_type(),
    ] {
        shown += text.unwrap_or_default();
    }
    let mut next = error.source();
    while let Some(source) = next {
        shown += &format!("\n{source}\n{source:?}");
        next = source.source();
    }
    assert!(!shown.contains(TOKEN), "{shown}");
    assert!(!shown.contains(SIGNATURE), "{shown}");
}

impl Name {
    fn header(&self) -> HeaderName {
        HeaderName::from_static(match self {
            Self::RequestId => "x-amzn-requestid",
            Self::ErrorType => "x-amzn-errortype",
            Self::Hint => "x-aoss-response-hint",
            Self::Location => "location",
            Self::ContentType => "content-type",
        })
    }
}

impl Echo {
    fn text(&self) -> &'static [u8] {
        match self {
            Self::Nothing => b"",
            Self::Header => b"\nx-amz-security-token:CanaryToken0123456789\n",
            Self::Json => b"\"x-amz-security-token\": \"CanaryToken0123456789\"",
            Self::Query => b"&X-Amz-Signature=0123456789abcdefcanary&",
            Self::Authorization => b"\nAuthorization: AWS4-HMAC-SHA256 Credential=a, Signature=0123456789abcdefcanary\n",
            Self::Xml => b"<Token-0>CanaryToken0123456789</Token-0>",
        }
    }
}

const TOKEN: &str = "CanaryToken0123456789";
const SIGNATURE: &str = "0123456789abcdefcanary";
