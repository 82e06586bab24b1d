//! Nothing goes over plain `http` except to loopback, and no unsigned payload without permission.

use std::convert::Infallible;
use std::future::ready;

use http::{Method, Request, Response};
use sigtower::body::Body;
use sigtower::opensearch::{Client, ClientBuilder};
use sigtower::sigv4::{Payload, PayloadSigning, Scope, SignError, Signer, SigningOverride};
use sigtower::{BoxError, Credentials, SigV4Layer};
use sigtower::{SendError, send_signed, send_signed_for};
use tower::{Layer, ServiceExt, service_fn};

use crate::child;

/// Hosts that are not loopback. Some resemble it.
const ELSEWHERE: [&str; 22] = [
    "search-x.us-east-1.es.amazonaws.com",
    "search.example.com",
    "10.0.0.1",
    "192.168.0.1",
    "169.254.169.254",
    "0.0.0.0",
    "128.0.0.1",
    "126.255.255.255",
    "[::]",
    "[::2]",
    "[fe80::1]",
    "[::ffff:10.0.0.1]",
    "[64:ff9b::7f00:1]",
    "localhost.example.com",
    "localhost.localdomain",
    "search.localhost",
    "xlocalhost",
    "localhostx",
    "127.0.0.1.nip.io",
    "127-0-0-1.example.com",
    "loopback",
    "ip6-localhost",
];

#[tokio::test]
async fn cleartext_is_refused_to_every_host_that_is_not_loopback() {
    for host in ELSEWHERE {
        for url in [
            format!("http://{host}"),
            format!("HTTP://{host}:443/"),
            format!("http://{host}:9200/_dashboards"),
        ] {
            let error = client(&url).build().expect_err(&url).to_string();
            assert!(error.contains("in clear"), "{error}");
            client(&url).allow_cleartext(true).build().expect(&url);
        }
        let tunnel = client("http://localhost").connect_to(format!("{host}:80"));
        let error = tunnel.build().expect_err(host).to_string();
        assert!(error.contains("in clear"), "{error}");

        let scope = Scope::new("us-east-1", "es").unwrap();
        let url = format!("http://{host}/");
        let refused = send_signed_for(scope, Method::GET, &url, &credentials(), ()).await;
        let error = refused.expect_err(&url);
        assert!(matches!(error, SendError::Endpoint(_)), "{url}: {error}");
    }
    let url = "http://my-bucket.s3.us-east-1.amazonaws.com/";
    let refused = send_signed(Method::GET, url, &credentials(), ()).await;
    assert!(matches!(refused.unwrap_err(), SendError::Endpoint(_)));
}

/// In a process of its own, because the environment belongs to the whole process.
#[tokio::test]
async fn a_cleartext_url_in_the_environment_is_refused() {
    for (url, login) in [
        ("http://search.example.com", false),
        ("http://10.0.0.1:9200", false),
        ("http://search.example.com", true),
        ("http://admin:password@search.example.com", false),
    ] {
        let mut process = child::running("security::cleartext::one_url_in_the_environment");
        process
            .env("OPENSEARCH_URL", url)
            .env("AWS_REGION", "us-east-1");
        for name in ["OPENSEARCH_USERNAME", "OPENSEARCH_PASSWORD"] {
            process.env_remove(name);
            if login {
                process.env(name, "admin");
            }
        }
        let said = child::said(process, "refused: ").await;
        assert!(said.contains("in clear"), "{url}: {said}");
    }
}

#[test]
#[ignore = "a part of another, which sets its environment"]
fn one_url_in_the_environment() {
    let refused = Client::from_env().expect_err("a client in clear text");
    println!("refused: {refused}");
    let built = ClientBuilder::from_env().and_then(ClientBuilder::build);
    assert_eq!(
        built.expect_err("a client in clear text").to_string(),
        refused.to_string()
    );
}

#[test]
fn loopback_is_recognized_in_every_unambiguous_spelling() {
    for host in [
        "localhost",
        "LOCALHOST",
        "localhost.",
        "127.0.0.1",
        "127.255.255.254",
        "[::1]",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]",
    ] {
        client(&format!("http://{host}:9200")).build().expect(host);
    }
}

#[tokio::test]
async fn an_unsigned_payload_over_cleartext_is_refused() {
    let signed_for =
        |service| Signer::new(Scope::new("us-east-1", service).unwrap(), credentials());
    for uri in [
        "http://localhost:9200/",
        "http://127.0.0.1/",
        "http://a.example/",
        "//a/",
        "/",
    ] {
        for service in ["es", "aoss", "s3", "execute-api", "vpc-lattice-svcs"] {
            let request = Request::put(uri).header("host", "a.example");
            let Ok(request) = request.body(()) else {
                continue;
            };
            let (parts, ()) = request.into_parts();
            let signer = signed_for(service);
            let refused = [
                signer
                    .sign(&mut parts.clone(), Payload::Unsigned)
                    .await
                    .err(),
                signer.explain(&parts, Payload::Unsigned).await.err(),
            ];
            for error in refused {
                let error = error.unwrap_or_else(|| panic!("{service} {uri}"));
                assert!(
                    matches!(error, SignError::UnsignedOverCleartext),
                    "{service} {uri}: {error}"
                );
            }
        }
    }
}

#[tokio::test]
async fn the_layer_sends_no_unsigned_payload_over_cleartext_however_it_is_requested() {
    let scope = |service| Scope::new("us-east-1", service).unwrap();
    let asked = SigningOverride::new().with_payload_signing(PayloadSigning::Unsigned);
    let by_service =
        SigningOverride::new().with_service(scope("vpc-lattice-svcs").service().clone());
    let plain = SigV4Layer::new(scope("es"), credentials());
    for (layer, extension) in [
        (
            plain.clone().with_payload_signing(PayloadSigning::Unsigned),
            None,
        ),
        (
            SigV4Layer::new(scope("vpc-lattice-svcs"), credentials()),
            None,
        ),
        (plain.clone(), Some(asked)),
        (plain, Some(by_service)),
    ] {
        for (uri, is_sent) in [("http://127.0.0.1/", false), ("https://127.0.0.1/", true)] {
            let mut request = Request::put(uri).body(Body::from("body")).unwrap();
            if let Some(extension) = &extension {
                request.extensions_mut().insert(extension.clone());
            }
            let inner =
                service_fn(|_: Request<Body>| ready(Ok::<_, Infallible>(Response::new(()))));
            let sent = layer.clone().layer(inner).oneshot(request).await;
            assert_eq!(sent.is_ok(), is_sent, "{uri}");
        }
    }
}

/// A client whose transport always fails.
fn client(url: &str) -> ClientBuilder {
    let unreached =
        service_fn(|_: Request<Body>| ready(Err::<Response<Body>, BoxError>("was sent".into())));
    let client = Client::builder(url).credentials(credentials());
    client.region("us-east-1").service("es").over(unreached)
}

fn credentials() -> Credentials {
    Credentials::new("AKIDEXAMPLE", "secret", None)
}
