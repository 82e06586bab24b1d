//! Responses whose `content-encoding` does not fit their body, or was not asked for.

use http::Method;
use sigtower::opensearch::ErrorKind;
use sigtower::transport::TransportError;

use super::{client_of, transport_error};
use crate::faults::server::Server;

fn response(status: u16, encoding: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status} S\r\ncontent-encoding: {encoding}\r\ncontent-length: {length}\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

const NO_SERVER: &[u8] =
    b"<html><head><title>503 Service Temporarily Unavailable</title></head></html>";
const PAGE: &[u8] = b"<html><head><title>Bad Gateway</title></head></html>";

/// A GET may be sent three times; a POST without an id is sent again only if a proxy declined it.
#[tokio::test]
async fn an_error_response_with_a_wrong_encoding_is_retried_by_its_status() {
    for (status, encoding, body, gets, posts) in [
        (502, "gzip", PAGE, 3, 1),
        (503, "br", b"", 3, 3),
        (503, "zstd", NO_SERVER, 3, 3),
        (504, "gzip", &[31, 139, 8, 0, 0], 3, 1),
        (429, "deflate", b"slow down", 3, 3),
        (403, "deflate", b"denied", 1, 1),
        (404, "gzip", b"{}", 1, 1),
        (400, "x-unknown", b"{}", 1, 1),
    ] {
        for (method, path, attempts) in [
            (Method::GET, "/", gets),
            (Method::POST, "/movies/_doc", posts),
        ] {
            let case = format!("{method} {status} {encoding}");
            let server = Server::answering(response(status, encoding, body)).await;
            let client = client_of(&server).build().unwrap();
            let kept = client.raw(method, path, ()).await.expect(&case);
            assert_eq!(
                (kept.status.as_u16(), kept.attempts()),
                (status, attempts),
                "{case}"
            );
            assert_eq!(kept.body, body, "{case}");
        }
    }
}

#[tokio::test]
async fn a_2xx_response_with_a_wrong_encoding_is_an_error_that_has_the_status() {
    for (status, encoding) in [(200, "gzip"), (201, "br"), (200, "deflate"), (200, "zstd")] {
        let server = Server::answering(response(status, encoding, b"{}")).await;
        let client = client_of(&server).build().unwrap();
        let error = client
            .raw(Method::PUT, "/movies/_doc/1", "{}")
            .await
            .unwrap_err();
        assert_eq!(error.status().unwrap(), status, "{encoding}");
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Transport, 1));
        assert!(error.may_have_been_applied());
        assert!(matches!(
            transport_error(&error),
            TransportError::Decompress { .. }
        ));
    }
}
