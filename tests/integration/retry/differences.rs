//! A request that arrives different from how it was sent, and what the error says about it.

use http::{HeaderValue, Method};
use sigtower::opensearch::{Error, Part, Refusal, cluster};

use super::*;

/// Sends a request through a proxy that changes it, and returns the error.
async fn through(
    proxy: impl Fn(&mut Request<Body>) + Send + Sync + 'static,
    secret: &str,
) -> Error {
    let now = at("20240522T120000Z");
    let token = Principal::admin().with_token(TOKEN);
    let verifier = Verifier::new("eu-west-1", "es")
        .with_principal(token)
        .with_clock(move || now);
    let client = client_of(move |_, mut request| {
        proxy(&mut request);
        verified(&verifier, request, now)
    });
    let key = Principal::admin().access_key().to_owned();
    let keys = Credentials::new(key, secret, Some(TOKEN.into()));
    let client = client.credentials(keys).clock(now).build().unwrap();
    let response = client
        .raw(Method::POST, "/movies/_search?q=a%20b&size=1", "{}")
        .await;
    response.unwrap().success().unwrap_err()
}

const TOKEN: &str = "IQoJb3JpZ2luX2VjEXAMPLETOKEN";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

#[tokio::test]
async fn the_first_part_that_was_changed_is_named_with_both_values() {
    type Proxy = fn(&mut Request<Body>);
    let cases: [(Proxy, Part, &str, &str); 6] = [
        (
            |request| {
                let other = HeaderValue::from_static("localhost:8157");
                request.headers_mut().insert("host", other);
                *request.uri_mut() = "/movies/_search?q=a%20b&size=1".parse().unwrap();
            },
            Part::Header("host".into()),
            r#"a different `host` header: sent "search-x.eu-west-1.es.amazonaws.com", received "localhost:8157" (403"#,
            "connect_to",
        ),
        (
            |request| {
                let other = HeaderValue::from_static("application/json; charset=utf-8");
                request.headers_mut().insert("content-type", other);
            },
            Part::Header("content-type".into()),
            r#"a different `content-type` header: sent "application/json", received "application/json; charset=utf-8""#,
            "header",
        ),
        (
            |request| {
                let uri = "https://search-x.eu-west-1.es.amazonaws.com/prefix/movies/_search?q=a%20b&size=1";
                *request.uri_mut() = uri.parse().unwrap();
            },
            Part::Path,
            r#"a different path: sent "/movies/_search", received "/prefix/movies/_search""#,
            "request line",
        ),
        (
            |request| {
                let uri =
                    "https://search-x.eu-west-1.es.amazonaws.com/movies/_search?q=a%2Bb&size=1";
                *request.uri_mut() = uri.parse().unwrap();
            },
            Part::Query,
            r#"a different query parameter: sent "q=a%20b", received "q=a%2Bb""#,
            "request line",
        ),
        (
            |request| *request.method_mut() = Method::PUT,
            Part::Method,
            r#"a different method: sent "POST", received "PUT""#,
            "request line",
        ),
        (
            |request| {
                request.headers_mut().remove("x-amz-content-sha256");
            },
            Part::Header("x-amz-content-sha256".into()),
            r#"a different `x-amz-content-sha256` header: sent "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a", received """#,
            "header",
        ),
    ];
    for (proxy, part, line, hint) in cases {
        let error = through(proxy, SECRET).await;
        let Some(Refusal::SignatureMismatch {
            difference,
            arrived_as_sent,
            ..
        }) = error.refusal()
        else {
            panic!("{error:?}")
        };
        assert_eq!(
            difference.as_ref().map(|found| &found.part),
            Some(&part),
            "{error:?}"
        );
        assert!(!arrived_as_sent);
        let said = format!("signature rejected: the server received {line}");
        assert!(error.to_string().starts_with(&said), "{error}\n{said}");
        assert!(error.hint().unwrap().contains(hint), "{:?}", error.hint());
        assert_keeps_the_token(&error);
    }
}

#[tokio::test]
async fn a_request_that_arrived_as_sent_points_to_the_key() {
    let error = through(|_| {}, "another secret").await;
    let Some(Refusal::SignatureMismatch {
        difference,
        arrived_as_sent,
        ..
    }) = error.refusal()
    else {
        panic!("{error:?}")
    };
    assert_eq!((difference, *arrived_as_sent), (&None, true), "{error:?}");
    assert!(error.hint().unwrap().contains("secret access key"));
    assert_keeps_the_token(&error);
}

#[tokio::test]
async fn a_refusal_without_the_service_s_view_is_left_as_it_is() {
    let client =
        client_of(|_, _| reply(403, &[("x-amzn-errortype", "SignatureDoesNotMatch")], "{}"));
    let error = client
        .build()
        .unwrap()
        .send(cluster::Info::new())
        .await
        .unwrap_err();
    assert!(matches!(
        error.refusal(),
        Some(Refusal::SignatureMismatch {
            difference: None,
            arrived_as_sent: false,
            ..
        })
    ));
}

fn assert_keeps_the_token(error: &Error) {
    let shown = format!(
        "{error} {error:?} {error:#?} {:?} {:?}",
        error.body(),
        error.refusal()
    );
    assert!(!shown.contains(TOKEN), "{shown}");
}
