//! Responses that no OpenSearch sends, and what every typed call makes of them.

pub(super) mod calls;
mod generate;

use std::collections::{HashMap, HashSet};
use std::convert::Infallible;
use std::future::ready;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use serde::de::IgnoredAny;
use sigtower::Credentials;
use sigtower::body::Body;
use sigtower::opensearch::{self, Client, Error, cluster};
use tower::service_fn;

#[tokio::test(start_paused = true)]
async fn every_call_makes_a_typed_error_of_a_malformed_response() {
    let next = Arc::new(Mutex::new(Response::new(Bytes::new())));
    let served = Arc::clone(&next);
    let client = Client::builder("https://search-x.eu-west-1.es.amazonaws.com")
        .credentials(Credentials::new("AKIDEXAMPLE", "secret", None))
        .over(service_fn(move |_: Request<Body>| {
            let answer = served.lock().unwrap().clone();
            ready(Ok::<_, Infallible>(answer.map(Full::new)))
        }))
        // Retries would wait for seconds, and triple the work.
        .max_attempts(1)
        .build()
        .unwrap();
    let answers = generate::answers();
    assert!(answers.len() >= 1_000, "{}", answers.len());
    let (mut errors, mut successes) = (HashSet::new(), HashSet::new());
    for answer in answers {
        let (head, body) = answer.clone().into_parts();
        let read = opensearch::Response::new(head.status, head.headers, body);
        next.lock().unwrap().clone_from(&answer);
        // One call passes through all layers, which read responses as well.
        let sent = ("Info", client.send(cluster::Info::new()).await.map(drop));
        for (call, outcome) in calls::read_by_each(&read).into_iter().chain([sent]) {
            match outcome {
                Ok(()) => {
                    successes.insert(call);
                    assert!(is_sound(call, &read), "{call}: {read:?} {}", read.text());
                }
                Err(error) => {
                    errors.insert(call);
                    assert_is_typed(&error, call, &read);
                }
            }
        }
    }
    // A call that refuses everything, or nothing, proves nothing.
    assert_eq!(
        (errors.len(), successes.len()),
        (calls::COUNT, calls::COUNT),
        "{successes:?}"
    );
}

/// Whether a call may succeed: the response has what the call reads.
fn is_sound(call: &str, answer: &opensearch::Response) -> bool {
    let status = answer.status;
    let is_object = serde_json::from_slice::<HashMap<String, IgnoredAny>>(&answer.body).is_ok();
    match call {
        // The status is all there is to read.
        "index::Exists" | "document::Exists" => status.is_success() || status == 404,
        "document::Get" | "document::Delete" | "search::DeletePit" | "search::ClearScroll" => {
            is_object && (status.is_success() || status == 404)
        }
        // A wait that took too long.
        "cluster::Health" => is_object && (status.is_success() || status == 408),
        _ => is_object && status.is_success(),
    }
}

fn assert_is_typed(error: &Error, call: &str, answer: &opensearch::Response) {
    assert_eq!(error.status(), Some(answer.status), "{call}: {error:?}");
    let shown = format!("{error}\n{error:?}\n{:?}", error.hint());
    assert!(shown.len() < 64 * 1024, "{call}: {} bytes", shown.len());
}
