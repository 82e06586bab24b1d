use std::time::Duration;

use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::json;

use super::super::buffers::Buffers;
use super::super::chunk::{Chunk, Open};
use super::super::ids::{Generator, Ids};
use super::super::settings::settings;
use super::{Again, Context, Verdict, judge};
use crate::opensearch::bulk::Operation;
use crate::opensearch::error::{Error, ErrorKind};
use crate::opensearch::response::Response;

fn chunk(operations: u64) -> Chunk {
    let buffers = Buffers::new(100_000, 1000);
    let mut open = Open::new(buffers.take_now(), 4, &buffers);
    for n in 0..operations {
        let operation = Operation::index(json!({ "n": n })).id(n.to_string());
        let added = open.add(&operation, n, Ids::Caller, &mut Generator::new());
        added.unwrap();
    }
    open.seal(&buffers)
}

/// The verdict about a chunk, and the chunk after it.
fn judged(
    operations: u64,
    result: Result<Response, Error>,
    was_compressed: bool,
    gzip_works: bool,
) -> (Verdict, Chunk) {
    let settings = settings();
    let context = Context {
        settings: &settings,
        is_over: false,
        now: 0,
        wants_done: false,
        was_compressed,
        gzip_works,
        scrub: None,
    };
    let mut chunk = chunk(operations);
    (judge(&mut chunk, result, context), chunk)
}

fn response(status: u16, body: &'static str) -> Result<Response, Error> {
    let status = StatusCode::from_u16(status).unwrap();
    Ok(Response::new(status, HeaderMap::new(), body))
}

#[test]
fn a_request_that_was_refused_whole_is_judged_by_what_the_server_says() {
    const SIZE: &str = r#"{"Message":"Request size exceeded 1000 bytes"}"#;
    const PARSE: &str = r#"{"error":{"type":"parse_exception","reason":"no"},"status":400}"#;
    // Operations, response, what is sent again, refused because busy, rejected.
    for (operations, status, body, again, throttled, rejected) in [
        (2, 429, "", Some(Again::Later), 2, 0),
        (2, 503, "", Some(Again::Later), 2, 0),
        (2, 413, "", Some(Again::Halved), 0, 0),
        (2, 400, SIZE, Some(Again::Halved), 0, 0),
        (1, 413, "", None, 0, 1),
        (2, 400, PARSE, None, 0, 2),
        (2, 403, SIZE, None, 0, 2),
    ] {
        let (verdict, _) = judged(operations, response(status, body), false, true);
        let case = format!("{status} {body}: {verdict:?}");
        assert!(verdict.was_answered && verdict.failed_whole, "{case}");
        assert_eq!((verdict.done, verdict.throttled), (0, throttled), "{case}");
        assert_eq!(verdict.outcomes.len(), rejected, "{case}");
        let all: Vec<_> = again.iter().flat_map(|_| 0..operations as usize).collect();
        assert_eq!(verdict.retry, all, "{case}");
        assert_eq!(verdict.again, again.unwrap_or_default(), "{case}");
    }
}

#[test]
fn a_compressed_request_is_sent_plain_where_that_may_help() {
    for (status, body, was_compressed, gzip_works, is_plain) in [
        (415, "", true, true, true),
        (415, "", false, true, false),
        (400, "no", true, false, true),
        (400, "no", true, true, false),
        (400, "bad Content-Encoding", true, true, true),
        (500, "not in GZIP format", true, true, true),
        (500, "no", true, false, false),
        (403, "Checksum verification failed", true, true, true),
        (403, "no", true, true, false),
    ] {
        let (verdict, _) = judged(2, response(status, body), was_compressed, gzip_works);
        let case = format!("{status} {body} {was_compressed} {gzip_works}");
        assert_eq!(verdict.again == Again::Plain, is_plain, "{case}");
        assert!(!is_plain || verdict.retry == [0, 1], "{case}");
    }
}

#[test]
fn a_request_is_lost_if_it_may_have_been_applied() {
    let unsent = Error::new(ErrorKind::Connect, "no route");
    let unreadable = Error::unreadable("no JSON");
    // Of a response that cannot be read, the status is known.
    let html = Response::new(StatusCode::OK, HeaderMap::new(), "<html>");
    let html = Error::decode(&html, "no JSON");
    for (error, was_lost) in [(unsent, false), (unreadable, true), (html, true)] {
        let has_status = error.status().is_some();
        let kind = error.kind();
        let (verdict, chunk) = judged(2, Err(error), false, true);
        assert!(verdict.failed_whole, "{kind:?}");
        assert_eq!(verdict.was_answered, has_status, "{kind:?}");
        assert_eq!(
            (verdict.retry, verdict.throttled),
            (vec![0, 1], 0),
            "{kind:?}"
        );
        let is_marked = |index: usize| chunk.entries[index].was_lost;
        assert_eq!(
            (is_marked(0), is_marked(1)),
            (was_lost, was_lost),
            "{kind:?}"
        );
    }
}

#[test]
fn the_server_may_ask_for_a_wait() {
    let mut headers = HeaderMap::new();
    headers.insert("retry-after", HeaderValue::from_static("7"));
    let refused = Response::new(StatusCode::TOO_MANY_REQUESTS, headers, "");
    let (verdict, _) = judged(1, Ok(refused), false, true);
    assert_eq!(verdict.asked, Some(Duration::from_secs(7)));
}
