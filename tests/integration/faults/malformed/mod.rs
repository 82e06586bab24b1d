//! Responses that no OpenSearch sends, and what every typed call makes of them.

pub(super) mod calls;
mod generate;

use std::collections::{HashMap, HashSet};
use std::convert::Infallible;
use std::future::ready;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use fastrand::Rng;
use http::{Request, Response};
use http_body_util::Full;
use serde::de::IgnoredAny;
use serde_json::Value;
use sigtower::Credentials;
use sigtower::body::Body;
use sigtower::opensearch::{self, Client, Error};
use tower::service_fn;

#[test]
fn every_call_makes_a_typed_error_of_a_malformed_response() {
    let calls = calls::all();
    let responses = generate::answers();
    assert!(responses.len() >= 1_000, "{}", responses.len());
    let (mut errors, mut successes) = (HashSet::new(), HashSet::new());
    for (number, response) in responses.into_iter().enumerate() {
        let (head, body) = response.into_parts();
        let read = opensearch::Response::new(head.status, head.headers, body);
        for (position, (name, call)) in calls.iter().enumerate() {
            // Every third of the other calls, to take seconds instead of minutes.
            if position % 3 != number % 3 && !CAPTURED.contains(name) {
                continue;
            }
            match call.read(&read) {
                Ok(()) => {
                    successes.insert(*name);
                    assert!(is_sound(name, &read), "{name}: {read:?} {}", read.text());
                }
                Err(error) => {
                    errors.insert(*name);
                    assert_is_typed(&error, name, &read);
                }
            }
        }
    }
    // A call that refuses everything, or nothing, proves nothing.
    for (name, _) in &calls {
        assert!(errors.contains(name), "{name} accepts everything");
    }
    for name in CAPTURED {
        assert!(successes.contains(name), "{name} accepts nothing");
    }
}

/// Through all layers, which read responses as well, and with a body in each encoding.
#[cfg(feature = "compression")]
#[tokio::test(start_paused = true)]
async fn every_call_makes_a_typed_error_of_a_malformed_response_in_any_encoding() {
    let next = Arc::new(Mutex::new(Response::new(Bytes::new())));
    let served = Arc::clone(&next);
    let client = Client::builder("https://search-x.eu-west-1.es.amazonaws.com")
        .credentials(Credentials::new("AKIDEXAMPLE", "secret", None))
        .over(service_fn(move |_: Request<Body>| {
            let response = served.lock().unwrap().clone();
            ready(Ok::<_, Infallible>(response.map(Full::new)))
        }))
        // Retries would wait for seconds, and triple the work.
        .max_attempts(1)
        .build()
        .unwrap();
    let calls = calls::all();
    let mut random = Rng::with_seed(8);
    let (mut seen, mut inflated) = (HashSet::new(), 0);
    for (number, response) in generate::answers().into_iter().enumerate() {
        for (each, encoding) in ENCODINGS.iter().enumerate() {
            // Each call meets each encoding, one after the other.
            let (name, call) = &calls[(number + each) % calls.len()];
            let (mut head, body) = response.clone().into_parts();
            let plain = opensearch::Response::new(head.status, head.headers.clone(), body.clone());
            head.headers
                .insert("content-encoding", encoding.header.parse().unwrap());
            let encoded = (encoding.encode)(&body, &mut random);
            *next.lock().unwrap() = Response::from_parts(head, encoded);
            let outcome = call.send(&client).await;
            seen.insert((*name, encoding.name));
            let case = format!("{name}, {}", encoding.name);
            if let Err(error) = &outcome {
                assert_is_typed(error, &case, &plain);
            }
            if encoding.is_valid {
                inflated += usize::from(encoding.header != "identity");
                assert_eq!(
                    outcome.is_ok(),
                    call.read(&plain).is_ok(),
                    "{case}: {}",
                    plain.text()
                );
            } else if plain.status.is_success() {
                assert!(outcome.is_err(), "{case}: {}", plain.text());
            }
        }
    }
    assert_eq!(seen.len(), calls.len() * ENCODINGS.len());
    assert!(inflated > 100, "{inflated}");
}

/// A way to send a body with a `content-encoding`.
struct Encoding {
    name: &'static str,
    header: &'static str,
    /// Whether a client that knows gzip can read the body.
    is_valid: bool,
    encode: fn(&[u8], &mut Rng) -> Bytes,
}

const ENCODINGS: [Encoding; 10] = [
    Encoding {
        name: "as it is",
        header: "identity",
        is_valid: true,
        encode: |body, _| body.to_vec().into(),
    },
    Encoding {
        name: "gzip",
        header: "gzip",
        is_valid: true,
        encode: |body, _| gzip(body),
    },
    Encoding {
        name: "gzip by its old name",
        header: "x-gzip",
        is_valid: true,
        encode: |body, _| gzip(body),
    },
    Encoding {
        name: "no gzip",
        header: "gzip",
        is_valid: false,
        encode: |body, _| [b"{", body].concat().into(),
    },
    Encoding {
        name: "gzip without its end",
        header: "gzip",
        is_valid: false,
        encode: |body, random| {
            let whole = gzip(body);
            whole.slice(..random.usize(1..whole.len()))
        },
    },
    Encoding {
        name: "gzip with a wrong checksum or length",
        header: "gzip",
        is_valid: false,
        encode: |body, random| {
            let mut broken = gzip(body).to_vec();
            let at = broken.len() - 1 - random.usize(..8);
            broken[at] ^= 1 << random.u8(..8);
            broken.into()
        },
    },
    Encoding {
        name: "deflate",
        header: "deflate",
        is_valid: false,
        encode: |body, _| [b"\x78\x9c", body].concat().into(),
    },
    Encoding {
        name: "Brotli",
        header: "br",
        is_valid: false,
        encode: |body, _| [b"\x0b", body].concat().into(),
    },
    Encoding {
        name: "zstd",
        header: "zstd",
        is_valid: false,
        encode: |body, _| [b"\x28\xb5\x2f\xfd", body].concat().into(),
    },
    Encoding {
        name: "gzip in gzip",
        header: "gzip, gzip",
        is_valid: false,
        encode: |body, _| gzip(&gzip(body)),
    },
];

fn gzip(plain: &[u8]) -> Bytes {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut gzip, plain).unwrap();
    gzip.finish().unwrap().into()
}

/// Calls whose responses were captured, so that some of the responses are sound for them.
const CAPTURED: [&str; 12] = [
    "Info",
    "cluster::Health",
    "index::Create",
    "index::Exists",
    "index::GetMapping",
    "document::Index",
    "document::Get",
    "document::Delete",
    "search::Count",
    "search::Search",
    "search::CreatePit",
    "search::DeletePit",
];

/// Whether a call may succeed: the response has what the call reads.
fn is_sound(call: &str, response: &opensearch::Response) -> bool {
    let status = response.status;
    let is_object = serde_json::from_slice::<HashMap<String, IgnoredAny>>(&response.body).is_ok();
    let is_list = || serde_json::from_slice::<Vec<Value>>(&response.body).is_ok();
    match call {
        // The status is all there is to read.
        "index::Exists" | "document::Exists" => status.is_success() || status == 404,
        "document::Get" | "document::Delete" | "search::DeletePit" | "search::ClearScroll" => {
            is_object && (status.is_success() || status == 404)
        }
        // There is no pipeline.
        "pipeline::Get" if status == 404 => response.body.trim_ascii() == b"{}",
        // A wait that took too long.
        "cluster::Health" => is_object && (status.is_success() || status == 408),
        "cat::Indices" | "cat::Nodes" | "cat::Recovery" | "cat::Shards" => {
            is_list() && status.is_success()
        }
        _ => is_object && status.is_success(),
    }
}

fn assert_is_typed(error: &Error, call: &str, response: &opensearch::Response) {
    assert_eq!(error.status(), Some(response.status), "{call}: {error:?}");
    let shown = format!("{error}\n{error:?}\n{:?}", error.hint());
    assert!(shown.len() < 64 * 1024, "{call}: {} bytes", shown.len());
}
