//! One stack and many services: the clock of one does not count for another.

use futures_util::future::join_all;
use sigtower::sigv4::{ClockSkew, Scope};
use sigtower::stack::{Stack, StackConfig};
use sigtower::{BoxError, SigV4Layer};
use tower::ServiceExt;

use super::*;

const NOON: &str = "20240522T120000Z";

/// A stack whose clock shows noon. The function says how many seconds the clock of a host is ahead.
fn stack(seconds_ahead: fn(&str) -> i64) -> Stack {
    let service = service_fn(move |request: Request<Body>| {
        let seconds = seconds_ahead(request.uri().host().unwrap());
        let there = ClockSkew::from_millis(seconds * 1000).apply(at(NOON));
        let response = verified(&verifier(move || there), request, there);
        std::future::ready(response)
    });
    let scope = Scope::new("eu-west-1", "es").unwrap();
    let sign = SigV4Layer::new(scope, Principal::admin().credentials()).with_clock(at(NOON));
    Stack::new(service, sign, &StackConfig::new())
}

/// The status of the response, and the number of attempts.
async fn get(stack: &Stack, url: &str) -> Result<(u16, u32), BoxError> {
    let request = Request::get(url).body(Body::empty())?;
    let response = stack.clone().oneshot(request).await?;
    let report = response
        .extensions()
        .get::<sigtower::retry::Report>()
        .unwrap();
    Ok((response.status().as_u16(), report.attempts))
}

#[tokio::test(start_paused = true)]
async fn each_origin_has_its_own_clock() {
    let stack = stack(|host| match host {
        "ahead.example" => 3600,
        "behind.example" => -3600,
        _ => 0,
    });
    for attempts in [2, 1, 1] {
        for host in ["ahead", "behind"] {
            let outcome = get(&stack, &format!("https://{host}.example/")).await;
            assert_eq!(outcome.unwrap(), (200, attempts), "{host}");
        }
        assert_eq!(stack.clock_skew().as_millis(), -3_600_000);
        let right = get(&stack, "https://right.example/").await.unwrap();
        assert_eq!(right, (200, 1));
        assert_eq!(stack.clock_skew(), ClockSkew::ZERO);
    }
}

#[tokio::test(start_paused = true)]
async fn a_clock_over_cleartext_is_followed_for_no_origin() {
    let stack = stack(|host| if host == "clear.example" { 3600 } else { 0 });
    for _ in 0..2 {
        let clear = get(&stack, "http://clear.example/").await.unwrap();
        assert_eq!(clear, (403, 1));
        assert_eq!(stack.clock_skew(), ClockSkew::ZERO);
        let tls = get(&stack, "https://right.example/").await.unwrap();
        assert_eq!(tls, (200, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn concurrent_requests_learn_the_clock_of_each_origin() {
    let stack = stack(|_| 3600);
    let urls: Vec<_> = (0..100)
        .map(|number| format!("https://s{}.example/", number % 10))
        .collect();
    for outcome in join_all(urls.iter().map(|url| get(&stack, url))).await {
        let (status, attempts) = outcome.unwrap();
        assert!(status == 200 && attempts <= 2, "{status}, {attempts}");
    }
    for outcome in join_all(urls.iter().map(|url| get(&stack, url))).await {
        assert_eq!(outcome.unwrap(), (200, 1));
    }
}

/// S3 states the time of the request in the same form as its own.
#[tokio::test(start_paused = true)]
async fn the_time_in_a_response_of_s3_counts_without_a_date() {
    let client = client_of(|attempt, _| match attempt {
        1 => reply(
            403,
            &[("content-type", "application/xml")],
            "<Error><Code>RequestTimeTooSkewed</Code>\
             <RequestTime>20240522T120000Z</RequestTime>\
             <ServerTime>2024-05-22T13:00:00Z</ServerTime></Error>",
        ),
        _ => reply(200, &[], INFO),
    });
    let client = client.clock(at(NOON)).build().unwrap();
    let response = client.raw(http::Method::GET, "/", ()).await.unwrap();
    assert_eq!((response.status.as_u16(), response.attempts()), (200, 2));
    assert_eq!(client.clock_skew().as_millis(), 3_600_000);
}
