//! An exchange that fails at any of its bytes, and the next exchange.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::iter;
use http::Method;
use serde_json::Value;
use sigtower::opensearch::{Error, Response};
use sigtower::testing::Domain;

use super::client_over;
use super::wire::{Fault, Way, What, Wire};

/// Every seventh byte of an exchange of about a thousand.
#[tokio::test]
async fn a_fault_at_any_byte_is_an_error_and_the_next_request_succeeds() {
    fail_everywhere(1, 7).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "soak: every byte of an exchange of six thousand"]
async fn soak_a_fault_at_any_byte_is_an_error_and_the_next_request_succeeds() {
    fail_everywhere(90, 1).await;
}

/// Lets a bulk request of this many items fail at each `step`th byte of itself and of its response.
async fn fail_everywhere(items: usize, step: usize) {
    let domain = Domain::start().await;
    let wire = Wire::to(domain.url()[7..].parse().unwrap()).await;
    let client = client_over(&wire, &domain).build().unwrap();
    client
        .raw(Method::POST, "/movies/_bulk", body(0, items))
        .await
        .unwrap();
    let faults = [Way::Request, Way::Answer].into_iter().flat_map(|way| {
        let bytes = (0..wire.passed(way)).step_by(step);
        bytes.flat_map(move |byte| kinds(byte).map(move |what| Fault { way, byte, what }))
    });
    let faults: Vec<_> = faults.collect();

    let cases = (1..).zip(faults);
    let outcomes = iter(cases).map(async |(case, fault)| {
        let outcome = fail(&domain, case, items, fault).await;
        (case, fault, outcome)
    });
    let outcomes: Vec<_> = outcomes.buffer_unordered(32).collect().await;

    let mut applied = HashMap::new();
    for request in domain.requests() {
        if request.uri.path() == "/movies/_bulk" {
            *applied.entry(case_of(&request.body)).or_insert(0) += 1;
        }
    }
    let mut errors = 0;
    for (case, fault, outcome) in &outcomes {
        let times = applied.get(case).copied().unwrap_or(0);
        let is_right = match outcome {
            Ok(answer) if answer.status == 200 => times == 1,
            Ok(_) => times <= 1,
            Err(error) if error.may_have_been_applied() => times <= 1,
            Err(_) => times == 0,
        };
        assert!(
            is_right,
            "{fault:?}: applied {times} times, and {outcome:?}"
        );
        errors += usize::from(outcome.is_err());
    }
    println!("{} faults, {errors} errors", outcomes.len());
}

/// A reset, an end, random bytes, and one changed byte.
fn kinds(byte: usize) -> [What; 4] {
    let mut random = fastrand::Rng::with_seed(byte as u64);
    [
        What::Reset,
        What::Cut,
        What::Garbage(byte as u64),
        What::Flip(1 << random.u8(..8)),
    ]
}

/// Sends one request into this fault, which must not be sent again if it may have been applied, and then
/// another.
async fn fail(domain: &Domain, case: usize, items: usize, fault: Fault) -> Result<Response, Error> {
    let wire = Wire::to(domain.url()[7..].parse().unwrap()).await;
    wire.next(fault);
    let client = client_over(&wire, domain);
    // Where a length has changed, the client waits for the missing bytes.
    let client = client.attempt_timeout(Duration::from_secs(2));
    let client = client.build().unwrap();
    let outcome = client
        .raw(Method::POST, "/movies/_bulk", body(case, items))
        .await;
    let next = client.raw(Method::GET, "/", ()).await;
    let next = next.unwrap_or_else(|error| panic!("{fault:?}, {outcome:?}, then {error:?}"));
    assert_eq!(next.status, 200, "{fault:?}");
    // A connection that has failed is not used again; one whose end went unnoticed may be.
    let most = if outcome.is_err() { 1 } else { 2 };
    assert!(
        next.attempts() <= most,
        "{fault:?}, {outcome:?}, then {next:?}"
    );
    outcome
}

fn body(case: usize, items: usize) -> String {
    format!("{{\"index\":{{}}}}\n{{\"case\":\"{case:06}\"}}\n").repeat(items)
}

fn case_of(body: &[u8]) -> usize {
    let document = body.split(|byte| *byte == b'\n').nth(1).unwrap();
    let document: Value = serde_json::from_slice(document).unwrap();
    document["case"].as_str().unwrap().parse().unwrap()
}
