//! Logging in with a password or a token, instead of signing.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use http::header::AUTHORIZATION;
use http::{Request, Response, StatusCode};
use sigtower::authentication::{Authentication, BearerToken};
use sigtower::body::Body;
use sigtower::opensearch::{BuildError, Client, ErrorKind, Refusal, cluster};
use sigtower::stack::{Stack, StackConfig};
use sigtower::transport::TransportError;
use sigtower::{BoxError, Credentials};
use tower::ServiceExt;

/// A server that keeps the `authorization` of each request and gives these responses, the last one repeatedly.
#[derive(Clone)]
struct Server {
    seen: Arc<Mutex<Vec<Option<String>>>>,
    responses: Arc<Mutex<VecDeque<(u16, String)>>>,
}

impl Server {
    fn new<const N: usize>(responses: [(u16, &str); N]) -> Self {
        let responses = responses.map(|(status, body)| (status, body.to_owned()));
        Self {
            seen: Arc::default(),
            responses: Arc::new(Mutex::new(responses.into())),
        }
    }

    fn seen(&self) -> Vec<Option<String>> {
        self.seen.lock().unwrap().clone()
    }

    fn service(
        &self,
    ) -> impl tower::Service<
        Request<Body>,
        Response = Response<Body>,
        Error = BoxError,
        Future: Send + 'static,
    > + Clone
    + Send
    + Sync
    + 'static {
        let server = self.clone();
        tower::service_fn(move |request: Request<Body>| {
            let value = request.headers().get(AUTHORIZATION);
            let value = value.map(|value| value.to_str().unwrap().to_owned());
            server.seen.lock().unwrap().push(value);
            let mut responses = server.responses.lock().unwrap();
            let (status, body) = match responses.len() {
                1 => responses[0].clone(),
                _ => responses.pop_front().unwrap(),
            };
            let response = Response::builder().status(status).body(body.into());
            std::future::ready(Ok::<_, BoxError>(response.unwrap()))
        })
    }
}

const HEALTH: &str = r#"{"cluster_name":"c","status":"green"}"#;
const BASIC: &str = "Basic YWRtaW46bXktbG9uZy1wYXNzd29yZA=="; // printf admin:my-long-password | base64

fn basic(server: &Server) -> Client {
    let builder = Client::builder("https://search.example.com").over(server.service());
    builder
        .basic_auth("admin", "my-long-password")
        .build()
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_password_goes_with_each_attempt_and_needs_no_region() {
    let server = Server::new([(503, ""), (429, "{}"), (200, HEALTH)]);
    let client = basic(&server);
    assert!(client.region().is_none() && client.service().is_none());
    client.send(cluster::Health::new()).await.unwrap();
    assert_eq!(server.seen(), vec![Some(BASIC.to_owned()); 3]);
}

#[tokio::test]
async fn a_rejected_login_is_an_error_that_never_shows_the_password() {
    for body in [
        "Unauthorized".to_owned(),
        format!("you sent {BASIC}"),
        "you sent admin:my-long-password".to_owned(),
        r#"{"message":"User: anonymous is not authorized to perform: es:ESHttpGet"}"#.to_owned(),
    ] {
        let server = Server::new([(401, &body)]);
        let client = basic(&server);
        let error = client.send(cluster::Health::new()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Denied);
        assert_eq!(error.refusal(), Some(&Refusal::LoginRejected), "{body}");
        assert!(error.hint().unwrap().contains("user name and password"));
        assert_eq!(server.seen().len(), 1, "a wrong password stays wrong");
        let shown = format!("{error} {error:?} {client:?}");
        for secret in ["my-long-password", &BASIC["Basic ".len()..]] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}

fn bearer(server: &Server, tokens: &'static [&'static str]) -> (Client, Arc<AtomicU32>) {
    let calls = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&calls);
    let client = Client::builder("https://search.example.com")
        .over(server.service())
        .bearer_auth_from(move || {
            let call = counted.fetch_add(1, Ordering::Relaxed) as usize;
            let token = tokens[call.min(tokens.len() - 1)];
            async move { Ok::<_, BoxError>(BearerToken::new(token)) }
        });
    (client.build().unwrap(), calls)
}

#[tokio::test(start_paused = true)]
async fn a_token_is_fetched_once_and_again_when_it_is_rejected() {
    let server = Server::new([(200, HEALTH), (401, ""), (200, HEALTH)]);
    let (client, calls) = bearer(&server, &["first-token-1234567", "second-token-123456"]);
    for _ in 0..3 {
        client.send(cluster::Health::new()).await.unwrap();
    }
    assert_eq!(calls.load(Ordering::Relaxed), 2);
    let [first, second] = ["Bearer first-token-1234567", "Bearer second-token-123456"];
    let expected = [first, first, second, second].map(|it| Some(it.to_owned()));
    assert_eq!(server.seen(), expected);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_stays_rejected_is_an_error_without_the_token() {
    let server = Server::new([(401, "token=only-token-12345678 is not valid")]);
    let (client, _) = bearer(&server, &["only-token-12345678"]);
    let error = client.send(cluster::Health::new()).await.unwrap_err();
    assert_eq!(error.refusal(), Some(&Refusal::LoginRejected));
    assert!(server.seen().len() <= 2, "{:?}", server.seen());
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains("only-token-12345678"), "{shown}");
}

#[tokio::test]
async fn a_function_without_a_token_is_an_error_of_credentials() {
    let server = Server::new([(200, HEALTH)]);
    let client = Client::builder("https://search.example.com")
        .over(server.service())
        .bearer_auth_from(|| async { Err::<String, _>("the vault is sealed") });
    let sent = client.build().unwrap().send(cluster::Health::new()).await;
    let error = sent.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
    assert!(error.to_string().contains("the vault is sealed"), "{error}");
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn without_a_login_no_authorization_is_sent() {
    let server = Server::new([(401, ""), (200, HEALTH)]);
    let builder = Client::builder("http://localhost:9200").over(server.service());
    let client = builder.unauthenticated().build().unwrap();
    let error = client.send(cluster::Health::new()).await.unwrap_err();
    assert_eq!(error.refusal(), Some(&Refusal::NotAuthenticated));
    client.send(cluster::Health::new()).await.unwrap();
    assert_eq!(server.seen(), [None, None]);
}

#[tokio::test]
async fn the_last_choice_of_how_to_log_in_counts() {
    let server = Server::new([(200, HEALTH)]);
    let builder = Client::builder("https://search-x.us-east-1.es.amazonaws.com")
        .over(server.service())
        .basic_auth("admin", "my-long-password")
        .credentials(Credentials::new("AKIDEXAMPLE", "secret", None));
    let client = builder.build().unwrap();
    client.send(cluster::Health::new()).await.unwrap();
    let sent = server.seen().remove(0).unwrap();
    assert!(sent.starts_with("AWS4-HMAC-SHA256 "), "{sent}");
}

#[test]
fn no_permission_lets_a_login_go_in_clear_text() {
    for url in [
        "http://search.example.com",
        "http://localhost.example.com:9200",
    ] {
        let builder = || Client::builder(url).allow_cleartext(true);
        let token = || async { Ok::<_, BoxError>("token") };
        for refused in [
            builder().basic_auth("admin", "hunter2").build(),
            builder().bearer_auth_from(token).build(),
        ] {
            let error = refused.unwrap_err();
            assert!(
                matches!(error, BuildError::CleartextLogin { .. }),
                "{error}"
            );
        }
        // The near end of a tunnel is on loopback, and the tunnel encrypts.
        let tunnel = builder().connect_to("localhost:8157");
        assert!(tunnel.basic_auth("admin", "hunter2").build().is_ok());
    }
    let elsewhere = Client::builder("http://localhost:9200").connect_to("10.0.0.1:9200");
    let built = elsewhere
        .allow_cleartext(true)
        .basic_auth("admin", "x")
        .build();
    assert!(matches!(built, Err(BuildError::CleartextLogin { .. })));
}

#[tokio::test]
async fn a_stack_sends_no_login_in_clear_text() {
    let server = Server::new([(200, "")]);
    let token = || async { Ok::<_, BoxError>("hunter2") };
    for login in [
        Authentication::basic("admin", "hunter2").unwrap(),
        Authentication::bearer(token),
    ] {
        let stack = Stack::new(server.service(), login, &StackConfig::new());
        let request = Request::get("http://search.example.com/").body(Body::empty());
        let error = stack.clone().oneshot(request.unwrap()).await.unwrap_err();
        let failed: &sigtower::retry::Failed = error.downcast_ref().unwrap();
        let source = std::error::Error::source(failed).unwrap();
        let error: &TransportError = source.downcast_ref().unwrap();
        assert!(
            matches!(
                error,
                TransportError::Cleartext {
                    has_login: true,
                    ..
                }
            ),
            "{error}"
        );
        assert!(server.seen().is_empty());
        for url in ["https://search.example.com/", "http://127.0.0.1:9200/"] {
            let request = Request::get(url).body(Body::empty()).unwrap();
            let response = stack.clone().oneshot(request).await.unwrap();
            assert_eq!(response.status(), StatusCode::OK);
        }
        server.seen.lock().unwrap().clear();
    }
}
