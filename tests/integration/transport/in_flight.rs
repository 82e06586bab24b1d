//! How many requests are in flight, and what the others do meanwhile.

use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use futures_util::{FutureExt, stream};
use http::{Method, Request, Response};
use http_body::Frame;
use http_body_util::{Full, StreamBody};
use sigtower::BoxError;
use sigtower::body::Body;
use sigtower::opensearch::{ClientBuilder, Raw};
use sigtower::sigv4::Clock;
use sigtower::transport::{Phase, TransportError};
use tokio::time::{Instant, sleep};
use tower::service_fn;

use super::{builder, transport_error};

type Requests = Arc<Mutex<Vec<Request<Body>>>>;

/// A client whose requests are recorded, and handled by this function of their path and number.
fn client<F>(
    handle: impl Fn(String, usize) -> F + Clone + Send + Sync + 'static,
) -> (ClientBuilder, Requests)
where
    F: Future<Output = u16> + Send + 'static,
{
    let requests = Requests::default();
    let record = Arc::clone(&requests);
    let service = service_fn(move |request: Request<Body>| {
        let path = request.uri().path().to_owned();
        let number = {
            let mut record = record.lock().unwrap();
            record.push(request);
            record.len()
        };
        let handled = handle(path, number);
        async move {
            let response = Response::builder().status(handled.await);
            Ok::<_, BoxError>(response.body(Full::from("")).unwrap())
        }
    });
    (
        builder("https://search-x.eu-west-1.es.amazonaws.com").over(service),
        requests,
    )
}

fn paths(requests: &Requests) -> Vec<String> {
    let requests = requests.lock().unwrap();
    requests
        .iter()
        .map(|request| request.uri().path().to_owned())
        .collect()
}

#[tokio::test(start_paused = true)]
async fn a_retry_that_waits_lets_other_requests_pass() {
    let (client, requests) = client(|_, number| async move { if number == 1 { 503 } else { 200 } });
    let client = client.max_concurrent_requests(1).build().unwrap();
    let (first, second) = tokio::join!(
        client.raw(Method::GET, "/first", ()),
        client.raw(Method::GET, "/second", ()),
    );
    assert_eq!(
        (first.unwrap().attempts(), second.unwrap().attempts()),
        (2, 1)
    );
    assert_eq!(paths(&requests), ["/first", "/second", "/first"]);
}

#[tokio::test(start_paused = true)]
async fn a_request_that_never_has_its_turn_ends_in_its_total_timeout() {
    let (client, requests) = client(|_, _| pending());
    let limit = Duration::from_secs(30);
    let client = client
        .max_concurrent_requests(2)
        .total_timeout(limit)
        .build()
        .unwrap();
    // Nobody polls these two again, so they keep their places.
    let mut held = [0, 1].map(|_| Box::pin(client.raw(Method::GET, "/held", ())));
    for call in &mut held {
        assert!(call.as_mut().now_or_never().is_none());
    }
    let error = client.raw(Method::GET, "/", ()).await.unwrap_err();
    let error = transport_error(&error);
    assert!(
        matches!(
            error,
            TransportError::Timeout {
                phase: Phase::Total,
                ..
            }
        ),
        "{error:?}"
    );
    drop(held);
    assert_eq!(paths(&requests), ["/held", "/held"]);
}

/// This machine's clock, which follows tokio's.
struct Paused(Instant);

impl Clock for Paused {
    fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_440_938_160) + self.0.elapsed()
    }
}

impl std::fmt::Debug for Paused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Paused")
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_is_signed_when_its_turn_has_come() {
    let (client, requests) = client(|_, _| async {
        sleep(Duration::from_secs(20)).await;
        200
    });
    let client = client
        .clock(Paused(Instant::now()))
        .max_concurrent_requests(1);
    let client = client.build().unwrap();
    let calls = (0..3).map(|_| client.raw(Method::GET, "/", ()));
    for response in futures_util::future::join_all(calls).await {
        response.unwrap();
    }
    let dates = requests
        .lock()
        .unwrap()
        .iter()
        .map(|request| request.headers()["x-amz-date"].to_str().unwrap().to_owned())
        .collect::<Vec<_>>();
    assert_eq!(
        dates,
        ["20150830T123600Z", "20150830T123620Z", "20150830T123640Z"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_service_of_the_caller_has_no_limit_unless_one_is_set() {
    let (client, requests) = client(|_, _| async {
        sleep(Duration::from_secs(1)).await;
        200
    });
    let start = Instant::now();
    let client = client.build().unwrap();
    let calls = (0..1_000).map(|_| client.raw(Method::GET, "/", ()));
    for response in futures_util::future::join_all(calls).await {
        response.unwrap();
    }
    assert_eq!(paths(&requests).len(), 1_000);
    assert!(start.elapsed() < Duration::from_secs(2));
}

#[tokio::test(start_paused = true)]
async fn a_body_that_is_read_as_it_arrives_keeps_its_place_until_it_ends_or_is_dropped() {
    for end in ["its end", "an error", "being dropped"] {
        let service = service_fn(move |_: Request<Body>| async move {
            let last = match end {
                "an error" => Err(BoxError::from("cut off")),
                _ => Ok(Frame::data(Bytes::from("b"))),
            };
            let frames = [Ok(Frame::data(Bytes::from("a"))), last];
            Ok::<_, BoxError>(Response::new(StreamBody::new(stream::iter(frames))))
        });
        let client = builder("https://search-x.eu-west-1.es.amazonaws.com").over(service);
        let client = client.max_concurrent_requests(1).build().unwrap();
        let send = || client.send_streaming(Raw::new(Method::GET, "/movies/_search"));
        let mut response = Some(send().await.unwrap());
        let body = &mut response.as_mut().unwrap().body;
        let mut next = Box::pin(send());
        assert!(next.as_mut().now_or_never().is_none(), "{end}");
        assert_eq!(body.chunk().await.unwrap().unwrap(), "a");
        assert!(next.as_mut().now_or_never().is_none(), "{end}");
        match end {
            "its end" => while body.chunk().await.unwrap().is_some() {},
            "an error" => drop(body.chunk().await.unwrap_err()),
            _ => drop(response.take()),
        }
        next.await.unwrap();
        drop(response);
    }
}
