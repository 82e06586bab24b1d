//! What names a place, a scope or a key has no such text in it.

use http::Method;
use sigtower::Credentials;
use sigtower::credentials::CredentialsError;
use sigtower::opensearch::{BuildError, Client, ClientBuilder, ErrorKind};
use sigtower::testing::{Domain, Principal};
use sigtower::{SendError, send_signed};

use super::hostile_chars;
use crate::faults::server::Server;

#[tokio::test]
async fn urls_scopes_and_tunnels_with_hostile_text_are_refused_unsent() {
    let server = Server::answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let tunnel = server.address().to_string();
    for char in hostile_chars() {
        let with = |text: &str| format!("{text}{char}x");
        for builder in [
            client(&with(&server.url())),
            client(&format!("{char}{}", server.url())),
            client(&server.url().replace("127", &format!("127{char}"))),
            client(&server.url()).region(with("us-east-1")),
            client(&server.url()).region(format!("us-east-1{char}")),
            client(&server.url()).service(with("es")),
            client(&server.url()).service(format!("{char}es")),
            client(&server.url()).connect_to(with(&tunnel)),
            client(&server.url()).connect_to(format!("local{char}host:1")),
        ] {
            let blank_before = char.is_ascii_whitespace();
            match builder.build() {
                Err(error) => assert!(matches!(error, BuildError::Endpoint(_)), "{error:?}"),
                // A URL is taken as people paste it: white space round it is not part of it.
                Ok(client) => {
                    assert!(blank_before, "{char:?}");
                    assert_eq!(client.endpoint().to_string(), server.url());
                }
            }
        }
        let pem = client(&server.url().replace("http", "https")).root_certificate_pem(with("PEM"));
        assert!(pem.build().is_err());
        let url = format!("https://my-bucket.s3.us-east-1.amazonaws.com{char}.evil.example/");
        let refused = send_signed(Method::GET, url, &credentials("AKID", "s", None), ()).await;
        let error = refused.unwrap_err();
        assert!(
            matches!(error, SendError::Endpoint(_)),
            "{char:?}: {error:?}"
        );
    }
    assert_eq!(server.accepted(), 0);
}

#[tokio::test]
async fn keys_with_hostile_text_are_refused_unsent() {
    let server = Server::answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    for char in hostile_chars() {
        for text in [format!("a{char}b"), format!("a{char}"), format!("{char}b")] {
            for (part, credentials) in [
                ("access key id", credentials(&text, "secret", None)),
                ("session token", credentials("AKID", "secret", Some(&text))),
                ("secret access key", credentials("AKID", &text, None)),
            ] {
                let blank_at_end = text.trim() != text;
                if part == "secret access key" && !char.is_ascii_control() && !blank_at_end {
                    continue; // see below
                }
                let client = client(&server.url()).credentials(credentials);
                let client = client.build().unwrap();
                let error = client.raw(Method::GET, "/", ()).await.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Credentials, "{part} {text:?}");
                let named = causes(&error).find_map(|cause| cause.downcast_ref());
                let Some(CredentialsError::Invalid { part: named, .. }) = named else {
                    panic!("{error:?}")
                };
                assert_eq!(*named, part);
            }
        }
    }
    assert_eq!(server.accepted(), 0);
}

#[tokio::test]
async fn a_secret_of_any_letters_signs_as_given() {
    let letters: String = hostile_chars().filter(|char| !char.is_control()).collect();
    let secret = format!("x{letters}x");
    let domain = Domain::builder().principal(Principal::new("AKID", secret));
    let domain = domain.start().await;
    let answer = domain.client().raw(Method::GET, "/", ()).await.unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text());
}

#[tokio::test]
async fn a_raw_path_is_sent_as_it_is_or_not_at_all() {
    let domain = Domain::start().await;
    let client = domain.client();
    let mut sent = 0;
    let hostile = hostile_chars().map(|char| format!("/a{char}b?c={char}"));
    let others = [
        "",
        "a",
        "*",
        "http://evil.example/",
        "//evil.example/",
        "/a b",
        "/a#b",
        "/a?b#c",
        "/..",
        "/a/..",
        "/a/../..",
        "/a/.",
        "/%2e%2e",
        "/a/%2E/b",
        "/%",
        "/%4",
        "/%zz",
        "/?%",
        "/?a=%zz",
        "/?=x",
        "/?a=%FF",
        "/?a=%c3%28",
        "/?&&a",
        "/%00%0d%0a",
        "/%C0%AE",
        "/@a:b",
        "/a\\b",
    ];
    for path in hostile.chain(others.map(str::to_owned)) {
        match client.raw(Method::GET, &path, ()).await {
            Ok(answer) => {
                assert_ne!(answer.status, 403, "{path:?}: {}", answer.text());
                sent += 1;
                let received = domain.requests().pop().unwrap();
                assert_eq!(received.target(), path);
            }
            Err(error) => assert!(
                matches!(error.kind(), ErrorKind::InvalidRequest | ErrorKind::Sign),
                "{path:?}: {error:?}"
            ),
        }
        assert_eq!(domain.request_count(), sent, "{path:?}");
    }
    assert!(sent > 0);
}

fn causes(
    error: &dyn std::error::Error,
) -> impl Iterator<Item = &(dyn std::error::Error + 'static)> {
    std::iter::successors(error.source(), |error| error.source())
}

fn client(url: &str) -> ClientBuilder {
    let client = Client::builder(url).credentials(credentials("AKID", "secret", None));
    client.region("us-east-1").service("es")
}

fn credentials(id: &str, secret: &str, token: Option<&str>) -> Credentials {
    Credentials::new(id, secret, token.map(str::to_owned))
}
