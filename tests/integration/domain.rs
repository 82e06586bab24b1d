//! The front end of the domain: its responses, its records and its faults.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, Version};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client as HyperClient;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use sigtower::opensearch::Refresh;
use sigtower::opensearch::bulk::Bulk;
use sigtower::opensearch::{self, Client, ErrorKind, cluster, document};
use sigtower::testing::{Access, Domain, Fault, Principal};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[tokio::test]
async fn an_unsigned_request_is_refused_as_anonymous() {
    let domain = Domain::start().await;
    let url = format!("{}/movies", domain.url());
    let answer = plain(Request::put(url).body(Full::default()).unwrap()).await;
    assert_eq!(answer.status(), 403);
    assert!(answer.headers().contains_key("x-amzn-requestid"));
    let message = "User: anonymous is not authorized to perform: es:ESHttpPut because no \
                   resource-based policy allows the es:ESHttpPut action";
    assert_eq!(body(answer).await, json!({ "Message": message }));
    assert_eq!((domain.request_count(), domain.requests().len()), (1, 0));
}

#[tokio::test]
async fn a_request_with_two_hosts_is_a_bad_request() {
    for service in ["es", "aoss"] {
        let domain = Domain::builder().service(service).start().await;
        let request = signed_head(&domain).await;
        let second = request.replacen("\r\n", "\r\nhost: elsewhere\r\n", 1);
        for (request, status) in [(&request, "200"), (&second, "400")] {
            let mut stream = TcpStream::connect(&domain.url()["http://".len()..])
                .await
                .unwrap();
            stream.write_all(request.as_bytes()).await.unwrap();
            stream.shutdown().await.unwrap();
            let mut response = String::new();
            stream.read_to_string(&mut response).await.unwrap();
            assert!(
                response.starts_with(&format!("HTTP/1.1 {status} ")),
                "{service}: {response}"
            );
        }
    }
}

#[tokio::test]
async fn head_gets_a_status_and_no_body() {
    let domain = Domain::start().await;
    let url = format!("{}/movies", domain.url());
    let answer = plain(Request::head(url).body(Full::default()).unwrap()).await;
    assert_eq!(answer.status(), 403);
    assert!(
        answer
            .into_body()
            .collect()
            .await
            .unwrap()
            .to_bytes()
            .is_empty()
    );
    let missing = domain
        .client()
        .raw(Method::HEAD, "/missing", ())
        .await
        .unwrap();
    assert_eq!(
        (missing.status, missing.body.len()),
        (StatusCode::NOT_FOUND, 0)
    );
}

#[tokio::test]
async fn serverless_gives_no_reason_for_a_refusal() {
    let domain = Domain::builder().service("aoss").start().await;
    let stranger = Principal::new("AKIASTRANGERXEXAMPLE", "secret");
    let answer = client(&domain, &stranger)
        .raw(Method::GET, "/", ())
        .await
        .unwrap();
    assert_eq!(answer.status, 403);
    assert_eq!(answer.headers["x-aoss-response-hint"], "X01:gw-helper-deny");
    let id = answer.headers["x-amzn-requestid"].to_str().unwrap();
    let error = json!({ "reason": "403 Forbidden", "type": "Forbidden" });
    assert_eq!(
        json_of(&answer),
        json!({ "status": 403, "request-id": id, "error": error })
    );
    let info = domain.client().raw(Method::GET, "/", ()).await.unwrap();
    assert_eq!(info.status, 200);
}

#[tokio::test]
async fn a_mismatch_shows_what_should_have_been_signed() {
    let domain = Domain::start().await;
    let liar = Principal::admin().with_keys(Principal::admin().access_key(), "another secret");
    let answer = client(&domain, &liar)
        .raw(Method::GET, "/a%20b/_search?q=x", ())
        .await
        .unwrap();
    assert_eq!(answer.status, 403);
    assert_eq!(
        answer.headers["x-amzn-errortype"],
        "InvalidSignatureException"
    );
    let message = json_of(&answer)["message"].as_str().unwrap().to_owned();
    assert!(message.contains("should have been\n'GET\n/a%2520b/_search\nq=x\nhost:127.0.0.1:"));
    assert!(message.contains("should have been\n'AWS4-HMAC-SHA256\n"));
}

#[tokio::test]
async fn a_clock_that_is_off_refuses_signatures_and_dates_responses() {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160);
    let domain = Domain::builder().clock(move || now).start().await;
    let client = one_attempt(&domain);
    let answer = client.raw(Method::GET, "/", ()).await.unwrap();
    assert_eq!(answer.headers["date"], "Sun, 30 Aug 2015 12:36:00 GMT");
    for (offset, message) in [
        (
            301,
            "Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z \
             (20150830T124101Z - 5 min.)",
        ),
        (
            -301,
            "Signature not yet current: 20150830T123600Z is still later than 20150830T123559Z \
             (20150830T123059Z + 5 min.)",
        ),
    ] {
        domain.set_clock_offset(offset);
        let answer = client.raw(Method::GET, "/", ()).await.unwrap();
        assert_eq!(json_of(&answer), json!({ "message": message }));
        assert_eq!(
            answer.headers["x-amzn-errortype"],
            "InvalidSignatureException"
        );
    }
    domain.set_clock_offset(300);
    assert_eq!(client.raw(Method::GET, "/", ()).await.unwrap().status, 200);
}

#[tokio::test]
async fn rotated_keys_expire_and_the_new_ones_work() {
    let domain = Domain::start().await;
    let before = domain.client();
    assert!(before.send(cluster::Info::new()).await.is_ok());
    let new = Principal::admin()
        .with_keys("AKIAROTATEDXXEXAMPLE", "new")
        .with_token("session");
    domain.rotate(new);
    let error = before.send(cluster::Info::new()).await.unwrap_err();
    assert_eq!(error.error_type(), Some("ExpiredTokenException"));
    assert!(domain.client().send(cluster::Info::new()).await.is_ok());
    assert_eq!(domain.requests().len(), 2);
}

#[tokio::test]
async fn keys_expire_at_a_time_of_the_domains_clock() {
    let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160);
    let principal = Principal::admin().with_expiry(start + Duration::from_secs(60));
    let domain = Domain::builder()
        .clock(move || start)
        .principal(principal)
        .start()
        .await;
    domain.set_clock_offset(60);
    // The client does not know when its keys expire.
    let client = Client::builder(domain.url())
        .region("us-east-1")
        .service("es")
        .credentials(Principal::admin().credentials())
        .clock(start)
        .build()
        .unwrap();
    let error = client.send(cluster::Info::new()).await.unwrap_err();
    assert_eq!(error.error_type(), Some("ExpiredTokenException"));
    domain.set_clock_offset(59);
    assert!(client.send(cluster::Info::new()).await.is_ok());
}

#[tokio::test]
async fn a_caller_without_a_policy_does_not_reach_the_cluster() {
    let domain = Domain::start().await;
    let principal = Principal::nobody().with_access(Access::NoPolicy);
    let answer = domain
        .client_as(&principal)
        .raw(Method::DELETE, "/movies", ())
        .await
        .unwrap();
    let message = "User: arn:aws:iam::123456789012:role/nobody is not authorized to perform: \
                   es:ESHttpDelete because no identity-based policy allows the es:ESHttpDelete \
                   action";
    assert_eq!(json_of(&answer), json!({ "Message": message }));
}

#[tokio::test]
async fn faults_come_in_order_and_then_end() {
    let domain = Domain::start().await;
    let client = one_attempt(&domain);
    domain
        .next_response(503)
        .next_passes()
        .next_response(429)
        .redirect_next("https://elsewhere/");
    domain.nth_response(5, 413);
    let mut seen = Vec::new();
    for _ in 0..6 {
        let answer = client.raw(Method::GET, "/_cluster/health", ()).await;
        seen.push(answer.as_ref().map_or_else(
            |error| error.status().unwrap().as_u16(),
            |answer| answer.status.as_u16(),
        ));
    }
    assert_eq!(seen, [503, 200, 429, 307, 413, 200]);
    domain.next_full_response(Response::builder().status(502).body("<html>").unwrap());
    let answer = client.raw(Method::GET, "/", ()).await.unwrap();
    assert_eq!(
        (answer.status.as_u16(), &*answer.body),
        (502, &b"<html>"[..])
    );
}

#[tokio::test]
async fn a_refused_request_does_not_consume_a_fault() {
    let domain = Domain::start().await;
    domain.next_response(503);
    let url = format!("{}/", domain.url());
    let unsigned = plain(Request::get(url).body(Full::default()).unwrap()).await;
    assert_eq!(unsigned.status(), 403);
    let error = one_attempt(&domain)
        .send(cluster::Info::new())
        .await
        .unwrap_err();
    assert_eq!(error.status(), Some(StatusCode::SERVICE_UNAVAILABLE));
}

#[tokio::test]
async fn bulk_items_fail_by_script() {
    let domain = Domain::start().await;
    let client = domain.client();
    domain.next_items([200, 429, 503]);
    let mut bulk = Bulk::new("movies");
    for id in ["1", "2", "3", "4"] {
        bulk.index(json!({ "title": id })).id(id);
    }
    let outcomes = client.send(bulk.refresh(Refresh::WaitFor)).await.unwrap();
    let refused: Vec<(&str, u16)> = outcomes
        .rejected()
        .map(|refused| (refused.operation.document_id().unwrap(), refused.status))
        .collect();
    assert_eq!(refused, [("2", 429), ("3", 503)]);
    let count = client.raw(Method::GET, "/movies/_count", ()).await.unwrap();
    assert_eq!(json_of(&count)["count"], 2);
}

#[tokio::test]
async fn a_response_is_cut_at_every_byte() {
    let domain = Domain::start().await;
    let client = one_attempt(&domain);
    client.raw(Method::PUT, "/movies", ()).await.unwrap();
    let mut whole = 0;
    for byte in 0..2_000 {
        match byte % 2 {
            0 => domain.reset_next_at(byte),
            _ => domain.close_next_at(byte),
        };
        match client.raw(Method::GET, "/movies/_refresh", ()).await {
            Ok(answer) => {
                assert_eq!(answer.status, 200);
                whole = byte;
                break;
            }
            Err(error) => assert_eq!(error.kind(), ErrorKind::Transport, "{byte}: {error:?}"),
        }
    }
    assert!(whole > 200, "the answer got through whole at byte {whole}");
    // Each request was carried out once.
    assert_eq!(domain.requests().len(), whole + 2);
}

#[tokio::test]
async fn a_reset_comes_after_exactly_as_many_bytes() {
    let domain = Domain::start().await;
    domain.next_passes();
    let request = signed_head(&domain).await;
    for byte in [1, 17, 60] {
        domain.reset_next_at(byte);
        let mut stream = TcpStream::connect(&domain.url()["http://".len()..])
            .await
            .unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut received = Vec::new();
        let end = stream.read_to_end(&mut received).await;
        assert_eq!(received.len(), byte);
        assert_eq!(end.unwrap_err().kind(), std::io::ErrorKind::ConnectionReset);
    }
}

#[tokio::test]
async fn a_dropped_request_is_not_carried_out() {
    let domain = Domain::start().await;
    let client = one_attempt(&domain);
    domain.drop_next();
    assert!(client.raw(Method::PUT, "/dropped", ()).await.is_err());
    domain.reset_next_at(0);
    assert!(client.raw(Method::PUT, "/applied", ()).await.is_err());
    let exists = |name| client.raw(Method::HEAD, name, ());
    assert_eq!(exists("/dropped").await.unwrap().status, 404);
    assert_eq!(exists("/applied").await.unwrap().status, 200);
}

#[tokio::test]
async fn a_recurring_fault_hits_every_nth_request_and_the_rarest_comes_first() {
    let domain = Domain::start().await;
    let client = one_attempt(&domain);
    domain
        .every(2, Fault::response(429))
        .every(6, Fault::response(503))
        .every_of(
            3,
            |received| received.method == Method::HEAD,
            Fault::response(418),
        )
        .nth_response(4, 500);
    let mut statuses = Vec::new();
    for number in 1..=12 {
        let method = if number <= 5 {
            Method::HEAD
        } else {
            Method::GET
        };
        let answer = client.raw(method, "/", ()).await.unwrap();
        statuses.push(answer.status.as_u16());
    }
    assert_eq!(
        statuses,
        [200, 429, 418, 500, 200, 503, 200, 429, 200, 429, 200, 503]
    );
    assert_eq!(domain.fault_counts().responses, 7);
}

#[tokio::test]
async fn a_request_states_whether_it_is_idempotent() {
    let domain = Domain::start().await;
    let client = one_attempt(&domain);
    for (method, target, expected) in [
        ("GET", "/movies/_doc/1", true),
        ("HEAD", "/movies", true),
        ("PUT", "/movies/_doc/1", true),
        ("PUT", "/movies/_doc/1?op_type=create", false),
        ("POST", "/movies/_doc", false),
        ("POST", "/movies/_search?q=x", true),
        ("POST", "/_bulk", false),
        ("PUT", "/movies", false),
        ("DELETE", "/movies", false),
    ] {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        client.raw(method, target, ()).await.unwrap();
        let requests = domain.requests();
        let received = requests.last().unwrap();
        assert_eq!(received.is_idempotent(), expected, "{target}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_stalled_response_is_a_timeout_and_a_delayed_one_arrives() {
    let domain = Domain::start().await;
    let client = one_attempt(&domain);
    domain
        .stall_next()
        .stall_next_at(20)
        .delay_next(Duration::from_secs(30));
    for _ in 0..2 {
        let error = client.send(cluster::Info::new()).await.unwrap_err();
        assert!(error.is_timeout(), "{error:?}");
    }
    let before = tokio::time::Instant::now();
    assert!(client.send(cluster::Info::new()).await.is_ok());
    assert!(before.elapsed() >= Duration::from_secs(30));
}

#[tokio::test]
async fn requests_are_recorded_as_they_came() {
    let domain = Domain::start().await;
    domain.verify_next(|r| {
        assert_eq!(
            r.signed_headers,
            ["content-type", "host", "x-amz-content-sha256", "x-amz-date"]
        );
    });
    let movie = json!({ "title": "Heat" });
    let call = document::Index::new("movies", &movie).id("a b/ж");
    domain.client().send(call).await.unwrap();
    let [request] = &domain.requests()[..] else {
        panic!("one request was sent");
    };
    assert_eq!(request.method, Method::PUT);
    assert_eq!(request.target(), "/movies/_doc/a%20b%2F%D0%B6");
    assert_eq!(request.body, movie.to_string());
    assert_eq!(request.version, Version::HTTP_11);
    assert_eq!(
        request.principal.arn(),
        "arn:aws:iam::123456789012:role/admin"
    );
    assert_eq!(request.scope.region, "us-east-1");
    assert!(!format!("{request:?}").contains("Signature="));
}

#[tokio::test]
#[should_panic(expected = "this is what I expected to see")]
async fn a_check_that_panics_fails_the_test() {
    let domain = Domain::start().await;
    domain.verify_next(|_| panic!("this is what I expected to see"));
    let _ = domain.client().send(cluster::Info::new()).await;
}

#[tokio::test]
#[should_panic(expected = "verify_next still waits for 1 request")]
async fn a_check_that_is_never_reached_fails_the_test() {
    let domain = Domain::start().await;
    domain.verify_next(|_| ());
}

#[tokio::test]
async fn both_versions_of_http_are_served_and_http_1_can_be_refused() {
    for (http2_only, version) in [(false, Version::HTTP_2), (true, Version::HTTP_2)] {
        let mut builder = Domain::builder();
        if http2_only {
            builder = builder.http2_only(true);
        }
        let domain = builder.start().await;
        let request = Request::get(format!("{}/", domain.url()))
            .body(Full::default())
            .unwrap();
        let http2: HyperClient<_, Full<Bytes>> = HyperClient::builder(TokioExecutor::new())
            .http2_only(true)
            .build_http();
        let answer = http2.request(request.clone()).await.unwrap();
        assert_eq!((answer.status().as_u16(), answer.version()), (403, version));
        let http1: HyperClient<_, Full<Bytes>> =
            HyperClient::builder(TokioExecutor::new()).build_http();
        assert_eq!(http1.request(request).await.is_err(), http2_only);
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused() {
    let domain = Domain::builder().body_limit(100).start().await;
    let body = json!({ "text": "x".repeat(100) });
    let answer = domain
        .client()
        .raw(Method::POST, "/movies/_doc", body)
        .await
        .unwrap();
    assert_eq!(answer.status, 413);
    assert_eq!(
        json_of(&answer),
        json!({ "Message": "Request size exceeded 100 bytes" })
    );
}

#[tokio::test]
async fn the_domain_stops_with_its_last_handle() {
    let domain = Domain::start().await;
    let (url, other) = (domain.url(), domain.clone());
    drop(domain);
    let request = || Request::get(&url).body(Full::default()).unwrap();
    assert_eq!(plain(request()).await.status(), 403);
    drop(other);
    tokio::task::yield_now().await;
    let http: HyperClient<_, Full<Bytes>> = HyperClient::builder(TokioExecutor::new()).build_http();
    assert!(http.request(request()).await.is_err());
}

#[tokio::test]
async fn the_debug_output_of_a_domain_has_no_secret() {
    let domain = Domain::builder()
        .principal(Principal::admin().with_token("the-session-token"))
        .start()
        .await;
    domain.client().send(cluster::Health::new()).await.unwrap();
    let text = format!("{domain:?} {:?}", domain.requests());
    for secret in ["wJalrXUtnFEMI", "the-session-token", "Signature="] {
        assert!(!text.contains(secret), "{secret} shows in {text}");
    }
}

/// The head of a signed `GET /`, as text.
async fn signed_head(domain: &Domain) -> String {
    domain.client().raw(Method::GET, "/", ()).await.unwrap();
    let request = domain.requests().pop().unwrap();
    let mut text = format!("GET {} HTTP/1.1\r\n", request.target());
    for (name, value) in &request.headers {
        text.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap()));
    }
    text + "\r\n"
}

/// A client that sends each request once, at the domain's time without offset.
fn one_attempt(domain: &Domain) -> Client {
    domain
        .client_builder()
        .max_attempts(1)
        .clock_skew_correction(false)
        .build()
        .unwrap()
}

fn client(domain: &Domain, principal: &Principal) -> Client {
    Client::builder(domain.url())
        .region(domain.region())
        .service(domain.service())
        .credentials(principal.credentials())
        .build()
        .unwrap()
}

async fn plain(request: Request<Full<Bytes>>) -> Response<hyper::body::Incoming> {
    let http: HyperClient<_, Full<Bytes>> = HyperClient::builder(TokioExecutor::new()).build_http();
    http.request(request).await.unwrap()
}

async fn body(answer: Response<hyper::body::Incoming>) -> Value {
    let bytes = answer.into_body().collect().await.unwrap().to_bytes();
    serde_json::from_slice(&bytes).unwrap()
}

fn json_of(answer: &opensearch::Response) -> Value {
    serde_json::from_slice(&answer.body).unwrap()
}

#[tokio::test]
async fn each_exchange_is_reported_with_its_verdict() {
    use std::sync::{Arc, Mutex};

    type Seen = (String, u16, Option<String>, Option<String>);
    let seen = Arc::new(Mutex::new(Vec::<Seen>::new()));
    let told = Arc::clone(&seen);
    let domain = Domain::builder().on_exchange(move |exchange| {
        let canonical = exchange.refused.and_then(|error| error.canonical_request());
        told.lock().unwrap().push((
            format!("{} {}", exchange.method, exchange.target),
            exchange.status.as_u16(),
            exchange.caller.map(str::to_owned),
            canonical.map(str::to_owned),
        ));
    });
    let domain = domain.start().await;
    domain
        .client()
        .raw(Method::GET, "/_cluster/health?level=cluster", ())
        .await
        .unwrap();
    let wrong = Principal::admin().with_keys(Principal::admin().access_key(), "wrong");
    let wrong = domain
        .client_builder()
        .credentials(wrong.credentials())
        .build()
        .unwrap();
    wrong.raw(Method::GET, "/", ()).await.unwrap();
    domain.next_response(429);
    let once = domain.client_builder().max_attempts(1).build().unwrap();
    once.raw(Method::GET, "/", ()).await.unwrap();
    let seen = seen.lock().unwrap();
    let admin = Some(Principal::admin().arn().to_owned());
    assert_eq!(
        seen[0],
        (
            "GET /_cluster/health?level=cluster".into(),
            200,
            admin.clone(),
            None
        )
    );
    assert_eq!((seen[1].1, &seen[1].2), (403, &None));
    assert!(
        seen[1].3.as_deref().unwrap().starts_with("GET\n/\n"),
        "{:?}",
        seen[1]
    );
    assert_eq!(seen[2], ("GET /".into(), 429, admin, None));
}

#[tokio::test]
async fn a_domain_listens_on_the_port_that_was_chosen() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let domain = Domain::builder().port(port).start().await;
    assert_eq!(domain.url(), format!("http://127.0.0.1:{port}"));
}
