//! Requests made by hand, through the layer: one reading for all, or a typed error and nothing sent.

use std::convert::Infallible;
use std::future::ready;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use http::{HeaderValue, Request, Response, Uri};
use sigtower::body::Body;
use sigtower::sigv4::{Scope, SignError};
use sigtower::{BoxError, Credentials, SigV4Layer};
use tower::{Layer, ServiceExt, service_fn};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Expected {
    Signed,
    NoHost,
    User,
    Path,
    Query,
    Header,
}
use Expected::*;

#[tokio::test]
async fn a_uri_with_more_than_one_reading_is_refused_unsent() {
    for (uri, expected) in [
        ("https://a.example", Signed),
        ("https://a.example/a%2Fb/%C3%A9/é?q=%C3%A9&r", Signed),
        ("https://a.example/%00%0D%0A%7F", Signed),
        ("https://a.example/a/./b/../c//d", Signed),
        ("https://a.example/%FF%C0%AE", Signed),
        ("https://a.example/?a=%00", Signed),
        ("/", NoHost),
        ("/a?b", NoHost),
        ("*", NoHost),
        ("https://user@a.example/", User),
        ("https://user:password@a.example/", User),
        ("https://@a.example/", User),
        ("https://a.example@b.example/", User),
        ("https://a.example/..", Path),
        ("https://a.example/../a", Path),
        ("https://a.example/a/../../b", Path),
        ("https://a.example/a/..", Path),
        ("https://a.example/a/.", Path),
        ("https://a.example/.", Path),
        ("https://a.example/%2e", Path),
        ("https://a.example/%2E%2e/b", Path),
        ("https://a.example/a/.%2e/b", Path),
        ("https://a.example/%", Path),
        ("https://a.example/%2", Path),
        ("https://a.example/%2g", Path),
        ("https://a.example/%u0041", Path),
        ("https://a.example/a%%41", Path),
        ("https://a.example/?%", Query),
        ("https://a.example/?a=%4", Query),
        ("https://a.example/?a=%zz&b", Query),
        ("https://a.example/?=b", Query),
        ("https://a.example/?a&=b", Query),
        ("https://a.example/?a=%FF", Query),
        ("https://a.example/?%C0%AE=b", Query),
        ("https://a.example/?a=%ED%A0%80", Query),
        ("https://a.example/?a=%F4%90%80%80", Query),
    ] {
        let request = Request::get(uri.parse::<Uri>().unwrap());
        assert_eq!(
            outcome(request.body(Body::empty()).unwrap()).await,
            expected,
            "{uri}"
        );
    }
}

#[tokio::test]
async fn a_signed_header_with_more_than_one_reading_is_refused_unsent() {
    for byte in 0..=255 {
        let text = [b'a', byte, b'b'];
        let Ok(value) = HeaderValue::from_bytes(&text) else {
            assert!(byte == 0x7f || byte < 0x20 && byte != b'\t', "{byte}");
            continue;
        };
        let expected = match byte {
            b'\t' | 0x80.. => Header,
            _ => Signed,
        };
        for name in ["x-amz-meta-a", "content-type", "content-md5"] {
            let request = Request::get(URI).header(name, value.clone());
            let outcome = outcome(request.body(Body::empty()).unwrap()).await;
            assert_eq!(outcome, expected, "{name}: {byte:#x}");
        }
        let unsigned = Request::get(URI).header("x-other", value);
        assert_eq!(outcome(unsigned.body(Body::empty()).unwrap()).await, Signed);
    }
}

#[tokio::test]
async fn a_host_header_that_is_no_host_is_refused_unsent() {
    for (host, expected) in [
        ("a.example", Signed),
        ("a.example:8443", Signed),
        ("", Header),
        (" ", Header),
        ("a.example, b.example", Header),
        ("a.example b.example", Header),
        ("user@a.example", Header),
        ("a.example/path", Header),
        ("a\texample", Header),
        ("é.example", Header),
    ] {
        let value = HeaderValue::from_bytes(host.as_bytes()).unwrap();
        let request = Request::get(URI).header("host", value);
        let outcome = outcome(request.body(Body::empty()).unwrap()).await;
        assert_eq!(outcome, expected, "{host:?}");
    }
    let twice = Request::get(URI).header("host", "a.example");
    let twice = twice.header("host", "b.example").body(Body::empty());
    assert_eq!(outcome(twice.unwrap()).await, Header);
}

/// What the layer makes of a request; whatever it refuses, nobody behind it hears of.
async fn outcome(request: Request<Body>) -> Expected {
    let reached = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&reached);
    let inner = service_fn(move |_: Request<Body>| {
        count.fetch_add(1, Ordering::SeqCst);
        ready(Ok::<_, Infallible>(Response::new(())))
    });
    let scope = Scope::new("us-east-1", "es").unwrap();
    let sign = SigV4Layer::new(scope, Credentials::new("AKIDEXAMPLE", "secret", None));
    let outcome: Result<_, BoxError> = sign.layer(inner).oneshot(request).await;
    let sent = reached.load(Ordering::SeqCst);
    let Err(error) = outcome else {
        assert_eq!(sent, 1);
        return Signed;
    };
    assert_eq!(sent, 0, "{error}");
    match error.downcast_ref() {
        Some(SignError::MissingHost) => NoHost,
        Some(SignError::UserInfo) => User,
        Some(SignError::Path(_)) => Path,
        Some(SignError::Query(_)) => Query,
        Some(SignError::Header { .. }) => Header,
        other => panic!("{other:?} {error}"),
    }
}

const URI: &str = "https://a.example/";
