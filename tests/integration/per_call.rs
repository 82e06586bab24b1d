//! Options of a single call, and a single signed request.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_credential_types::provider::{ProvideCredentials, future};
use http::{HeaderMap, Method, Request, Response};
use serde_json::json;
use sigtower::body::Body;
use sigtower::opensearch::{Client, ErrorKind, Raw, cluster, document};
use sigtower::retry::RequestLimits;
use sigtower::testing::Domain;
use sigtower::{BoxError, Credentials, Scope, send_signed, send_signed_for};
use tokio::time::Instant;

type Seen = Arc<Mutex<Vec<HeaderMap>>>;

/// A client whose server answers each request with this status after this time, and what the server has seen.
fn client(status: u16, after: Duration) -> (Client, Seen) {
    let seen = Seen::default();
    let server = Arc::clone(&seen);
    let service = tower::service_fn(move |request: Request<Body>| {
        server.lock().unwrap().push(request.headers().clone());
        async move {
            tokio::time::sleep(after).await;
            let response = Response::builder().status(status).body(Body::from("{}"));
            Ok::<_, BoxError>(response.unwrap())
        }
    });
    let builder = Client::builder("https://search-x.us-east-1.es.amazonaws.com").over(service);
    let credentials = Credentials::new("AKIDEXAMPLE", "secret", None);
    (builder.credentials(credentials).build().unwrap(), seen)
}

#[tokio::test(start_paused = true)]
async fn a_call_has_a_timeout_of_its_own() {
    let (client, seen) = client(200, Duration::from_secs(90));
    let begun = Instant::now();
    let short = client
        .call(Raw::new(Method::GET, "/"))
        .timeout(Duration::from_secs(2));
    let error = short.send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.to_string().contains("limit 2s"), "{error}");
    assert_eq!(begun.elapsed().as_secs(), 2);
    // The client's own limit for an attempt is 60 seconds.
    let long = client.call(Raw::new(Method::POST, "/a/_forcemerge"));
    let response = long.timeout(Duration::from_secs(600)).send().await.unwrap();
    assert_eq!((response.status.as_u16(), response.attempts()), (200, 1));
    assert_eq!(seen.lock().unwrap().len(), 2);
    for any in [Duration::ZERO, Duration::MAX] {
        let _ = client
            .call(Raw::new(Method::GET, "/"))
            .timeout(any)
            .send()
            .await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_has_attempts_of_its_own() {
    let (client, seen) = client(429, Duration::ZERO);
    for (attempts, expected) in [(0, 1), (1, 1), (2, 2), (5, 5)] {
        let call = client.call(cluster::Health::new()).max_attempts(attempts);
        let error = call.send().await.unwrap_err();
        assert_eq!(error.attempts(), expected);
        assert_eq!(seen.lock().unwrap().len(), expected as usize);
        seen.lock().unwrap().clear();
    }
}

#[tokio::test]
async fn a_call_has_headers_of_its_own() {
    let (client, seen) = client(200, Duration::ZERO);
    let get = || client.call(Raw::new(Method::GET, "/").header("x-opaque-id", "raw"));
    get().send().await.unwrap();
    get().header("x-opaque-id", "call").send().await.unwrap();
    let ids: Vec<_> = seen
        .lock()
        .unwrap()
        .iter()
        .map(|it| it["x-opaque-id"].clone())
        .collect();
    assert_eq!(ids, ["raw", "call"]);
    let invalid = get().header("x-opaque-id", "hunter2\n");
    assert!(!format!("{invalid:?}").contains("hunter2"));
    let error = invalid.send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(error.to_string().contains("`x-opaque-id`") && !error.to_string().contains("hunter2"));
    assert_eq!(seen.lock().unwrap().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_call_says_whether_it_may_be_applied_twice() {
    let (client, seen) = client(502, Duration::ZERO);
    let movie = json!({ "title": "Alien" });
    for (idempotent, expected) in [(None, 1), (Some(true), 3), (Some(false), 1)] {
        let mut call = client.call(document::Index::new("movies", &movie));
        if let Some(idempotent) = idempotent {
            call = call.idempotent(idempotent);
        }
        call.send().await.unwrap_err();
        assert_eq!(seen.lock().unwrap().len(), expected, "{idempotent:?}");
        seen.lock().unwrap().clear();
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_to_a_stack_has_limits_of_its_own() {
    use sigtower::authentication::Authentication;
    use sigtower::stack::{Stack, StackConfig};
    use tower::ServiceExt;

    let sent = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&sent);
    let service = tower::service_fn(move |_: Request<Body>| {
        counted.fetch_add(1, Ordering::Relaxed);
        let response = Response::builder().status(503).body(Body::empty());
        std::future::ready(Ok::<_, BoxError>(response.unwrap()))
    });
    let stack = Stack::new(service, Authentication::none(), &StackConfig::new());
    let limits = RequestLimits::new().with_max_attempts(2);
    let request = Request::get("https://a.example/").extension(limits);
    let response = stack.oneshot(request.body(Body::empty()).unwrap()).await;
    assert_eq!(response.unwrap().status(), 503);
    assert_eq!(sent.load(Ordering::Relaxed), 2);
}

/// A provider that cannot be cloned and lives on the stack of a test.
#[derive(Debug)]
struct Own<'a> {
    credentials: &'a Credentials,
    calls: AtomicU32,
}

impl ProvideCredentials for Own<'_> {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        self.calls.fetch_add(1, Ordering::Relaxed);
        self.credentials.provide_credentials()
    }
}

#[tokio::test]
async fn one_request_is_signed_for_a_scope_with_any_provider() {
    let domain = Domain::start().await;
    let scope = || Scope::new(domain.region(), domain.service()).unwrap();
    let url = format!("{}/_cluster/health", domain.url());
    let credentials = domain.credentials();
    let get = Method::GET;
    let by_reference = send_signed_for(scope(), get.clone(), &url, &credentials, ()).await;
    assert_eq!(by_reference.unwrap().status(), 200);
    let own = Own {
        credentials: &credentials,
        calls: AtomicU32::new(0),
    };
    let borrowed = send_signed_for(scope(), get.clone(), &url, &own, ()).await;
    assert_eq!(borrowed.unwrap().status(), 200);
    assert_eq!(own.calls.load(Ordering::Relaxed), 1);
    let by_value = send_signed_for(scope(), get, &url, own, ()).await;
    assert_eq!(by_value.unwrap().status(), 200);
    assert_eq!(domain.requests().len(), 3);
}

#[tokio::test]
async fn a_failing_provider_of_one_request_is_its_error() {
    let url = "https://search-x.us-east-1.es.amazonaws.com/";
    let provider =
        sigtower::credentials::from_fn(|| async { Err::<Credentials, _>("the vault is sealed") });
    let sent = tokio::spawn(send_signed(Method::GET, url, provider, ())).await;
    let error = sent.unwrap().unwrap_err();
    assert!(error.to_string().contains("the vault is sealed"), "{error}");
    let contradiction = Scope::new("eu-west-1", "es").unwrap();
    let credentials = Credentials::new("AKIDEXAMPLE", "secret", None);
    let sent = send_signed_for(contradiction, Method::GET, url, &credentials, ()).await;
    let error = sent.unwrap_err().to_string();
    assert!(
        error.contains("contradicts") && error.contains("us-east-1"),
        "{error}"
    );
}
