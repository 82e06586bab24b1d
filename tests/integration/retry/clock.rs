//! A machine whose clock is wrong, and services whose clocks are wrong.

use std::time::Duration;

use http::Method;
use serde::Deserialize;
use sigtower::opensearch::{Refusal, cluster};
use sigtower::sigv4::{Clock, ClockSkew};
use tokio::sync::Barrier;

use super::*;

pub(super) const NOON: &str = "20240522T120000Z";

pub(super) fn shifted(time: SystemTime, seconds: i64) -> SystemTime {
    ClockSkew::from_millis(seconds * 1000).apply(time)
}

/// A client whose clock shows noon, of a service whose clock is so many seconds ahead. Its keys live
/// an hour, by the service's clock: with a service that is behind by more, they look expired.
pub(super) fn client_off_by(seconds: i64) -> ClientBuilder {
    let there = shifted(at(NOON), seconds);
    let verifier = verifier(move || there);
    let keys = Principal::admin().credentials();
    client_of(move |_, request| verified(&verifier, request, there))
        .credentials(keys.with_expiry(there + Duration::from_secs(3600)))
        .clock(at(NOON))
}

#[tokio::test(start_paused = true)]
async fn a_clock_wrong_by_up_to_a_day_costs_one_retry_once() {
    for minutes in -24 * 60..=24 * 60 {
        let seconds = minutes * 60;
        let client = client_off_by(seconds).build().unwrap();
        let mut attempts = Vec::new();
        for _ in 0..2 {
            let response = client.raw(Method::GET, "/", ()).await.unwrap();
            assert_eq!(
                response.status,
                200,
                "{minutes} minutes: {}",
                response.text()
            );
            attempts.push(response.attempts());
        }
        let first = if seconds.abs() <= 300 { 1 } else { 2 };
        assert_eq!(attempts, [first, 1], "{minutes} minutes");
        assert_eq!(client.clock_skew().as_millis(), seconds * 1000);
    }
}

#[tokio::test(start_paused = true)]
async fn a_thousand_requests_with_a_wrong_clock_all_recover() {
    const MANY: usize = 1_000;
    let there = shifted(at(NOON), 3600);
    let verifier = Arc::new(verifier(move || there));
    // The service answers no request before all have arrived, so that all were signed by the wrong clock.
    let all = Arc::new((Barrier::new(MANY), Mutex::new(0)));
    let service = service_fn(move |request: Request<Body>| {
        let (verifier, all) = (Arc::clone(&verifier), Arc::clone(&all));
        async move {
            let number = {
                let mut count = all.1.lock().unwrap();
                *count += 1;
                *count
            };
            if number <= MANY {
                all.0.wait().await;
            }
            verified(&verifier, request, there)
        }
    });
    let client = Client::builder(URL)
        .credentials(Principal::admin().credentials())
        .clock(at(NOON))
        .over(service)
        .build()
        .unwrap();
    let calls = (0..MANY).map(|_| client.raw(Method::GET, "/", ()));
    for response in futures_util::future::join_all(calls).await {
        let response = response.unwrap();
        assert_eq!((response.status.as_u16(), response.attempts()), (200, 2));
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_date_the_time_in_the_refusal_counts() {
    for seconds in [-3600, 3600] {
        let there = shifted(at(NOON), seconds);
        let verifier = verifier(move || there);
        let client = client_of(move |_, request| {
            let mut reply = verified(&verifier, request, there)?;
            reply.headers_mut().remove("date");
            Ok(reply)
        });
        let client = client.clock(at(NOON)).build().unwrap();
        let response = client.raw(Method::GET, "/", ()).await.unwrap();
        assert_eq!((response.status.as_u16(), response.attempts()), (200, 2));
        assert_eq!(client.clock_skew().as_millis(), seconds * 1000);
    }
}

#[tokio::test(start_paused = true)]
async fn a_correction_that_is_switched_off_names_the_clock_instead() {
    let client = client_off_by(3600)
        .clock_skew_correction(false)
        .build()
        .unwrap();
    let error = client.send(cluster::Info::new()).await.unwrap_err();
    assert!(matches!(
        error.refusal(),
        Some(Refusal::SignatureExpired { .. })
    ));
    assert_eq!(error.attempts(), 1);
    assert!(error.hint().unwrap().contains("clock"));
    assert_eq!(client.clock_skew(), ClockSkew::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_wrong_secret_is_not_taken_for_a_wrong_clock() {
    let key = Principal::admin().access_key().to_owned();
    let wrong = Credentials::new(key, "wrong", None);
    for seconds in [0, 120, 200] {
        let client = client_off_by(seconds)
            .credentials(wrong.clone())
            .build()
            .unwrap();
        let error = client.send(cluster::Info::new()).await.unwrap_err();
        assert!(matches!(
            error.refusal(),
            Some(Refusal::SignatureMismatch { .. })
        ));
        assert_eq!(error.attempts(), 1, "{seconds}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_that_slept_after_it_was_signed_is_signed_again() {
    let clock = HandClock::new(at(NOON));
    let there = clock.clone();
    let verifier = verifier(move || there.now());
    let sleeps = clock.clone();
    let client = client_of(move |attempt, request| {
        if attempt == 1 {
            sleeps.set(sleeps.now() + Duration::from_secs(1200));
        }
        verified(&verifier, request, sleeps.now())
    });
    let client = client.clock(clock).build().unwrap();
    let response = client.raw(Method::GET, "/", ()).await.unwrap();
    assert_eq!((response.status.as_u16(), response.attempts()), (200, 2));
}

#[derive(Deserialize)]
struct Suite {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    calls: Vec<Call>,
}

#[derive(Clone, Deserialize)]
struct Call {
    skew_before: i64,
    max_attempts: Option<u32>,
    attempts: Vec<Attempt>,
    skew_after: i64,
    succeeds: bool,
}

#[derive(Clone, Deserialize)]
struct Attempt {
    sent: String,
    received: String,
    signed: String,
    status: u16,
    date: Option<String>,
    age: Option<String>,
    error: Option<String>,
}

impl Attempt {
    fn reply(&self) -> Reply {
        let headers = [
            ("date", &self.date),
            ("age", &self.age),
            ("x-amzn-errortype", &self.error),
        ];
        let headers: Vec<_> = headers
            .iter()
            .filter_map(|(name, value)| Some((*name, value.as_deref()?)))
            .collect();
        reply(self.status, &headers, "{}")
    }
}

#[tokio::test(start_paused = true)]
async fn the_ten_conformance_cases_of_aws_pass() {
    let suite = include_str!("../../vectors/clock_skew.json");
    let suite: Suite = serde_json::from_str(suite).unwrap();
    assert_eq!(suite.cases.len(), 10);
    for case in suite.cases {
        conforms(&case).await;
    }
}

async fn conforms(case: &Case) {
    let name = case.name.clone();
    let clock = HandClock::new(at(NOON));
    let script = Arc::new(Mutex::new(std::collections::VecDeque::<Attempt>::new()));
    let (scripted, moved) = (Arc::clone(&script), clock.clone());
    let client = client_of(move |_, request| {
        let attempt = scripted.lock().unwrap().pop_front();
        let attempt = attempt.unwrap_or_else(|| panic!("{name}: one attempt too many"));
        let signed = header(request.headers(), "x-amz-date");
        assert_eq!(signed, attempt.signed, "{name}");
        moved.set(at(&attempt.received));
        attempt.reply()
    });
    let attempts = case.calls[0].max_attempts.unwrap_or(3);
    let client = client
        .clock(clock.clone())
        .max_attempts(attempts)
        .build()
        .unwrap();

    let before = case.calls[0].skew_before;
    if before != 0 {
        let noon = at(NOON);
        script.lock().unwrap().push_back(Attempt {
            sent: NOON.into(),
            received: NOON.into(),
            signed: NOON.into(),
            status: 200,
            date: Some(http_date(shifted(noon, before))),
            age: None,
            error: None,
        });
        client.raw(Method::GET, "/", ()).await.unwrap();
    }
    for call in &case.calls {
        let skew = |seconds| ClockSkew::from_millis(seconds * 1000);
        assert_eq!(client.clock_skew(), skew(call.skew_before), "{}", case.name);
        clock.set(at(&call.attempts[0].sent));
        script.lock().unwrap().extend(call.attempts.clone());
        let response = client.raw(Method::GET, "/", ()).await.unwrap();
        assert_eq!(
            response.attempts() as usize,
            call.attempts.len(),
            "{}",
            case.name
        );
        assert_eq!(response.status.is_success(), call.succeeds, "{}", case.name);
        assert_eq!(client.clock_skew(), skew(call.skew_after), "{}", case.name);
        for (attempt, next) in call.attempts.iter().zip(&call.attempts[1..]) {
            assert_eq!(attempt.received, next.sent, "{}", case.name);
        }
    }
}

#[tokio::test]
async fn a_domain_an_hour_off_is_followed_over_a_real_connection() {
    let domain = Domain::start().await;
    domain.set_clock_offset(3600);
    let client = domain.client();
    for attempts in [2, 1] {
        let response = client.raw(Method::GET, "/", ()).await.unwrap();
        assert_eq!(
            (response.status.as_u16(), response.attempts()),
            (200, attempts)
        );
    }
    let skew = client.clock_skew().as_millis();
    assert!((3_590_000..3_610_000).contains(&skew), "{skew}");
}
