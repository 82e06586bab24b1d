//! Path segments and parameters with any content arrive unchanged, and the signed path is the path
//! that is sent.
#![no_main]

use std::time::{Duration, SystemTime};

use arbitrary::Arbitrary;
use http::uri::PathAndQuery;
use http::{Method, Request};
use libfuzzer_sys::fuzz_target;
use sigtower::Credentials;
use sigtower::body::Body;
use sigtower::credentials::Identity;
use sigtower::endpoint::Endpoint;
use sigtower::opensearch::{Call, Error, Route, document};
use sigtower::sigv4::{Payload, Scope, Signer};
use sigtower::testing::{Principal, Verifier};

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    parts: Vec<Part<'a>>,
    query: Vec<(&'a str, &'a str)>,
    call: Typed<'a>,
}

#[derive(Arbitrary, Debug)]
enum Part<'a> {
    Index(&'a str),
    Id(&'a str),
    Segment(&'a str),
    Literal,
}

#[derive(Arbitrary, Debug)]
struct Typed<'a> {
    index: &'a str,
    id: &'a str,
    routing: &'a str,
    pipeline: &'a str,
}

fuzz_target!(|input: Input<'_>| {
    let legal = input.parts.iter().all(Part::is_legal);
    let parts: Vec<&str> = input.parts.iter().map(Part::text).collect();
    check(input.route(), legal, &parts, &input.query);

    let Typed {
        index,
        id,
        routing,
        pipeline,
    } = input.call;
    let call = document::Index::new(index, 1)
        .id(id)
        .routing(routing)
        .pipeline(pipeline);
    let legal = Part::Index(index).is_legal() && Part::Id(id).is_legal();
    let query = [("routing", routing), ("pipeline", pipeline)];
    check(call.request(), legal, &[index, "_doc", id], &query);
});

/// An illegal request is an error. Of a legal one, the server reads the same parts.
fn check(
    request: Result<Request<Body>, Error>,
    legal: bool,
    parts: &[&str],
    query: &[(&str, &str)],
) {
    let request = match request {
        Ok(request) => request,
        Err(error) => {
            let length: usize = parts.iter().map(|part| part.len()).sum();
            let in_query: usize = query
                .iter()
                .map(|(name, value)| name.len() + value.len())
                .sum();
            assert!(!legal || 3 * (length + in_query) > 60_000, "{error}");
            assert!(!error.to_string().contains(char::is_control), "{error:?}");
            return;
        }
    };
    assert!(legal, "{parts:?}");
    let target = request.uri().path_and_query().expect("both").clone();
    assert!(
        target.as_str().bytes().all(|byte| byte.is_ascii_graphic()),
        "{target}"
    );
    assert_eq!(read_path(&target), bytes(parts));
    assert_eq!(
        read_query(&target),
        query
            .iter()
            .map(|(name, value)| bytes(&[name, value]))
            .collect::<Vec<_>>()
    );

    let endpoint = Endpoint::parse(ORIGIN).expect("an endpoint");
    let uri = endpoint.uri(target.as_str()).expect("a target");
    assert_eq!(uri.path_and_query(), Some(&target));
    let (mut parts, body) = request.into_parts();
    parts.uri = uri;
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_793_534_400);
    let keys = Credentials::new("AKIDEXAMPLE", "secret", None);
    let identity = Identity::new(&keys.clone().into()).expect("good credentials");
    let signer = Signer::new(Scope::new("us-east-1", "es").expect("a scope"), keys);
    let signed = signer.sign_with(&mut parts, Payload::Bytes(body.as_bytes()), &identity, time);
    if let Err(error) = signed {
        let has_no_name = query.iter().any(|(name, _)| name.is_empty());
        assert!(has_no_name, "{target}: {error}");
        return;
    }
    parts.uri = target.as_str().parse().expect("as HTTP/1.1 sends it");
    let verifier = Verifier::new("us-east-1", "es")
        .with_principal(Principal::new("AKIDEXAMPLE", "secret"))
        .with_clock(move || time);
    verifier
        .verify(&parts, body.as_bytes())
        .unwrap_or_else(|refused| panic!("{target}: {refused}\n{}", refused.message()));
}

impl Input<'_> {
    fn route(&self) -> Result<Request<Body>, Error> {
        let route = self
            .parts
            .iter()
            .fold(Route::new(Method::POST), |route, part| match part {
                Part::Index(text) => route.index(text),
                Part::Id(text) => route.id(text),
                Part::Segment(text) => route.segment("name", text),
                Part::Literal => route.literal("_doc"),
            });
        let route = self
            .query
            .iter()
            .fold(route, |route, (name, value)| route.query(name, value));
        route.json(&1)
    }
}

impl Part<'_> {
    fn text(&self) -> &str {
        match self {
            Self::Index(text) | Self::Id(text) | Self::Segment(text) => text,
            Self::Literal => "_doc",
        }
    }

    fn is_legal(&self) -> bool {
        match self {
            Self::Index(name) => !name.is_empty() && (!name.starts_with('_') || *name == "_all"),
            Self::Id(id) => (1..=512).contains(&id.len()),
            Self::Segment(text) => !text.is_empty(),
            Self::Literal => true,
        }
    }
}

/// Splits the path into segments, then decodes each. No segment may need resolving.
fn read_path(target: &PathAndQuery) -> Vec<Vec<u8>> {
    let path = target.path().strip_prefix('/').expect("absolute");
    if path.is_empty() {
        return Vec::new();
    }
    let segments = path.split('/').map(|segment| {
        assert!(!matches!(segment, "" | "." | ".."), "{target}");
        decode(segment)
    });
    segments.collect()
}

fn read_query(target: &PathAndQuery) -> Vec<Vec<Vec<u8>>> {
    let pairs = target
        .query()
        .into_iter()
        .flat_map(|query| query.split('&'));
    let pairs = pairs.map(|pair| {
        let (name, value) = pair.split_once('=').expect("a name and a value");
        assert!(!pair.contains('+'), "some read it as a space: {target}");
        vec![decode(name), decode(value)]
    });
    pairs.collect()
}

fn bytes(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

fn decode(text: &str) -> Vec<u8> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::new();
    while let Some(byte) = bytes.next() {
        decoded.push(if byte == b'%' {
            let digits: Vec<u8> = bytes.by_ref().take(2).collect();
            let digits = str::from_utf8(&digits).expect("digits");
            u8::from_str_radix(digits, 16).expect("two of them")
        } else {
            byte
        });
    }
    decoded
}

const ORIGIN: &str = "https://search-movies-abc123.us-east-1.es.amazonaws.com";
