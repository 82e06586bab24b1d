//! 503: a proxy that has no server did not pass the request on; a cluster that says so itself may have applied it.

use http::Method;
use serde_json::json;
use sigtower::opensearch::search::Search;
use sigtower::opensearch::{ErrorKind, document};

use super::*;

async fn attempts_of_a_post(body: impl Into<Bytes>) -> (u32, Option<ErrorKind>) {
    let body = body.into();
    let client = client_of(move |_, _| reply(503, &[], body.clone()));
    let client = client.build().unwrap();
    let post = document::Index::new("movies", json!({}));
    let error = client.send(post).await.unwrap_err();
    assert_eq!(error.status().unwrap(), 503);
    assert_eq!(
        error.kind() == ErrorKind::Unknown,
        error.may_have_been_applied()
    );
    (error.attempts(), Some(error.kind()))
}

#[tokio::test(start_paused = true)]
async fn the_cluster_s_own_503_is_not_sent_again() {
    let detailed = json!({
        "error": {
            "root_cause": [{ "type": "unavailable_shards_exception", "reason": "[m][0] primary shard is not active" }],
            "type": "unavailable_shards_exception",
            "reason": "[m][0] primary shard is not active",
        },
        "status": 503,
    });
    let without_root_cause = json!({
        "error": { "type": "unavailable_shards_exception", "reason": "no" },
        "status": 503,
    });
    let bodies: [(&str, Vec<u8>); 9] = [
        ("detailed", detailed.to_string().into()),
        ("pretty", serde_json::to_vec_pretty(&detailed).unwrap()),
        ("without root cause", without_root_cause.to_string().into()),
        (
            "without details",
            br#"{"error":"UnavailableShardsException[[m][0] primary shard is not active]","status":503}"#.into(),
        ),
        (
            "without details, status first",
            br#"{"status":503,"error":"UnavailableShardsException[no]"}"#.into(),
        ),
        (
            "YAML",
            b"---\nerror:\n  root_cause:\n  - type: \"unavailable_shards_exception\"\n    reason: \"no\"\n  type: \"unavailable_shards_exception\"\n  reason: \"no\"\nstatus: 503\n".into(),
        ),
        (
            "YAML without details",
            b"---\nerror: \"UnavailableShardsException[no]\"\nstatus: 503\n".into(),
        ),
        (
            "CBOR",
            b"\xbf\x65error\xbf\x64type\x61a\xff\x66status\x19\x01\xf7\xff".into(),
        ),
        ("Smile", b":)\n\x05\xfa\x84error\xfa\x83typeCa\xfb\x85status$\x0f\xae\xfb".into()),
    ];
    for (form, body) in bodies {
        let outcome = attempts_of_a_post(body).await;
        assert_eq!(outcome, (1, Some(ErrorKind::Unknown)), "{form}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_503_from_before_the_cluster_is_sent_again() {
    for body in [
        "",
        r#"{"message":"Service Unavailable"}"#,
        r#"{"Message":"Call to Authorization engine failed"}"#,
        r#"{"Message":null}"#,
        "no healthy upstream",
        "<html>\r\n<head><title>503 Service Temporarily Unavailable</title></head>\r\n<body>\r\n<center><h1>503 Service Temporarily Unavailable</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n",
        "<html><body><h1>503 Service Unavailable</h1>\nNo server is available to handle this request.\n</body></html>\n",
        "<!DOCTYPE html>\n<html><head><title>Down for maintenance</title></head><body>/timeout</body></html>",
        "<html>busy</html>",
    ] {
        let outcome = attempts_of_a_post(body).await;
        assert_eq!(outcome, (3, Some(ErrorKind::Server)), "{body}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_503_that_does_not_show_its_author_is_not_sent_again() {
    for body in [
        "upstream connect error or disconnect/reset before headers. reset reason: connection termination",
        "<html><head><title>503 Backend fetch failed</title></head></html>",
        "<html><head><title>Error reading from remote server</title></head></html>",
        r#"{"message":"Service Unavailable","id":"17"}"#,
        r#"{"ok":false}"#,
        "Service Unavailable, but your document is stored",
        "[1]",
    ] {
        let outcome = attempts_of_a_post(body).await;
        assert_eq!(outcome, (1, Some(ErrorKind::Unknown)), "{body}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_that_cannot_pass_is_not_sent_again() {
    let buckets = json!({
        "error": {
            "root_cause": [],
            "type": "search_phase_execution_exception",
            "reason": "",
            "phase": "fetch",
            "grouped": true,
            "failed_shards": [],
            "caused_by": {
                "type": "too_many_buckets_exception",
                "reason": "Trying to create too many buckets. Must be less than or equal to: [65535] but was [65536].",
                "max_buckets": 65535,
            },
        },
        "status": 503,
    });
    let client = client_of(move |_, _| reply(503, &[], buckets.to_string()));
    let client = client.build().unwrap();
    let search = Search::<serde_json::Value>::new("movies");
    let error = client.send(search).await.unwrap_err();
    assert_eq!((error.attempts(), error.is_retryable()), (1, false));
    assert!(!error.may_have_been_applied());
    assert!(
        error.to_string().contains("too_many_buckets_exception"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn an_idempotent_request_is_sent_again_after_any_503() {
    for body in [
        r#"{"error":"NodeClosedException[no]","status":503}"#,
        "",
        "?",
    ] {
        let client = client_of(move |attempt, _| match attempt {
            1 => reply(503, &[], body),
            _ => reply(200, &[], INFO),
        });
        let client = client.build().unwrap();
        let response = client.raw(Method::GET, "/", ()).await.unwrap();
        assert_eq!(response.attempts(), 2, "{body}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_encoding_that_was_not_asked_for_leaves_the_decision_to_the_status() {
    let page = "<html><title>503 Service Temporarily Unavailable</title></html>";
    for (status, encoding, body, attempts_of_get, attempts_of_post) in [
        (502, "gzip", &b"<html>502</html>"[..], 3, 1),
        (502, "zstd", b"\x28\xb5\x2f\xfd", 3, 1),
        (503, "br", page.as_bytes(), 3, 3),
        (503, "gzip", b"\x1f\x8b\x08\x00\x00", 3, 1),
        (403, "deflate", b"no", 1, 1),
        (429, "br", b"no", 3, 3),
    ] {
        let client = client_of(move |_, _| reply(status, &[("content-encoding", encoding)], body));
        let client = client.build().unwrap();
        for (method, path, attempts) in [
            (Method::GET, "/", attempts_of_get),
            (Method::POST, "/movies/_doc", attempts_of_post),
        ] {
            let response = client.raw(method.clone(), path, "{}").await.unwrap();
            assert_eq!(response.status.as_u16(), status);
            assert_eq!(
                response.attempts(),
                attempts,
                "{method} {status} {encoding}"
            );
        }
    }
}
