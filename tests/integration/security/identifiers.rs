//! Ids and index names of any content arrive as given, on a path that is signed as it is sent.

use http::Method;
use proptest::prelude::*;
use sigtower::opensearch::{Client, ErrorKind, document};
use sigtower::testing::{Domain, ReceivedRequest};
use tokio::runtime::Runtime;

use super::percent_decoded;

#[tokio::test]
async fn every_character_of_unicode_arrives_in_an_id() {
    let domain = Domain::start().await;
    let client = domain.client();
    let mut sent = Vec::new();
    let mut id = String::new();
    // All of the basic plane, every 61st character of the others.
    let others = ('\u{10000}'..='\u{10ffff}').step_by(61);
    for char in ('\0'..='\u{ffff}').chain(others) {
        if id.len() + char.len_utf8() > 512 {
            client
                .send(document::Exists::new("movies", &id))
                .await
                .unwrap();
            sent.push(std::mem::take(&mut id));
        }
        id.push(char);
    }
    assert!(sent.len() > 400);
    let received = domain.requests();
    assert_eq!(received.len(), sent.len(), "every signature was accepted");
    for (received, id) in received.iter().zip(&sent) {
        assert_eq!(
            names(received),
            (b"movies".to_vec(), id.as_bytes().to_vec())
        );
    }
}

#[tokio::test]
async fn names_that_look_like_something_else_arrive_as_names() {
    let domain = Domain::start().await;
    let client = domain.client();
    let long = "%".repeat(512);
    let names_of_paths = [
        ".",
        "..",
        "...",
        "%2e",
        "%2E%2e",
        "%2F",
        "%252F",
        "a/b",
        "/",
        "//",
        "/..",
        "../..",
        "..\\..",
        "a/../b",
        "\\",
        "+",
        " ",
        "a+b c",
        "?",
        "?q",
        "#",
        "a#b",
        ";",
        "a;b=c",
        "&",
        "=",
        "%",
        "%zz",
        "%u0041",
        "%00",
        "\0",
        "\r\nx-evil: 1",
        "\u{85}",
        "\u{2028}",
        "\u{feff}",
        "_search",
        "_doc",
        "_bulk",
        "null",
        "http://evil.example/",
        "@evil.example",
        "x@y:1",
        "\u{ff0e}\u{ff0e}\u{ff0f}",
        "%c0%ae",
        "é",
        "e\u{301}",
        long.as_str(),
    ];
    for id in names_of_paths {
        for index in ["movies", "..", "a/b", "mövies%2F"] {
            let before = domain.requests().len();
            let answer = client.send(document::Exists::new(index, id)).await;
            // The signature was right; what the cluster makes of it is another matter.
            let status = answer.err().map(|error| error.status().unwrap().as_u16());
            assert_ne!(status, Some(403), "{index:?} {id:?}");
            let received = &domain.requests()[before..];
            assert_eq!(received.len(), 1);
            let expected = (index.as_bytes().to_vec(), id.as_bytes().to_vec());
            assert_eq!(names(&received[0]), expected);
            assert!(
                received[0]
                    .target()
                    .bytes()
                    .all(|byte| byte.is_ascii_graphic())
            );
        }
    }
}

#[test]
fn any_text_arrives_as_index_id_and_routing_or_is_refused_unsent() {
    let runtime = Runtime::new().unwrap();
    let _inside = runtime.enter();
    let domain = runtime.block_on(Domain::start());
    let client = domain.client();
    proptest!(ProptestConfig::with_cases(300), |(index: String, id: String, routing: String)| {
        let before = domain.requests().len();
        let (sent, legal) = runtime.block_on(try_to_send(&client, &index, &id, &routing));
        let requests = domain.requests();
        prop_assert_eq!(requests.len() - before, usize::from(legal));
        prop_assert_eq!(sent, legal);
        if let Some(received) = requests[before..].first() {
            let expected = (index.into_bytes(), id.into_bytes());
            prop_assert_eq!(names(received), expected);
            let query = received.uri.query().unwrap();
            let value = query.strip_prefix("routing=").unwrap();
            prop_assert_eq!(percent_decoded(value).unwrap(), routing.into_bytes());
        }
    });
}

/// Whether it was sent, and whether it should have been.
async fn try_to_send(client: &Client, index: &str, id: &str, routing: &str) -> (bool, bool) {
    let legal_index = !index.is_empty() && !index.starts_with('_');
    let legal = legal_index && (1..=512).contains(&id.len());
    let call = document::Exists::new(index, id).routing(routing);
    let sent = match client.send(call).await {
        Ok(_) => true,
        Err(error) => error.kind() != ErrorKind::InvalidRequest,
    };
    (sent, legal)
}

/// The index and the id in a path.
fn names(received: &ReceivedRequest) -> (Vec<u8>, Vec<u8>) {
    assert_eq!(received.method, Method::HEAD);
    let mut segments = received.uri.path().split('/');
    let mut next = || segments.next().unwrap();
    assert_eq!(next(), "");
    let index = percent_decoded(next()).unwrap();
    assert_eq!(next(), "_doc");
    let id = percent_decoded(next()).unwrap();
    assert_eq!(segments.next(), None, "{}", received.target());
    (index, id)
}
