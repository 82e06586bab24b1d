//! A domain in front of another server: what it forwards, and which roles may do what.

use aws_sigv4::http_request::{
    SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign as sign_by_aws,
};
use aws_sigv4::sign::v4;
use http::Method;
use serde_json::Value;
use sigtower::opensearch::Client;
use sigtower::testing::{Domain, Principal};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

#[tokio::test]
async fn the_upstream_receives_the_identity_and_no_secret() {
    let (url, seen) =
        one_answer("HTTP/1.1 201 Created\r\ncontent-length: 2\r\nx-own: 1\r\n\r\n{}").await;
    let principal = Principal::reader()
        .with_token("the-session-token")
        .with_role_arn("arn:aws:iam::123456789012:role/other");
    let domain = Domain::builder()
        .principal(principal)
        .upstream(&url)
        .start()
        .await;
    let answer = domain
        .client()
        .raw(Method::PUT, "/a%2Fb/_doc/%7Ec?q=%20x+y&empty", "{\"a\": 1}")
        .await
        .unwrap();
    assert_eq!((answer.status.as_u16(), &*answer.body), (201, &b"{}"[..]));
    assert_eq!(answer.headers["x-own"], "1");
    assert!(answer.headers.contains_key("x-amzn-requestid"));

    let seen = seen.await.unwrap();
    assert!(
        seen.starts_with("PUT /a%2Fb/_doc/%7Ec?q=%20x+y&empty HTTP/1.1\r\n"),
        "{seen}"
    );
    for line in [
        "x-forwarded-for: 127.0.0.1",
        "x-proxy-user: arn:aws:iam::123456789012:role/reader",
        "x-proxy-roles: arn:aws:iam::123456789012:role/other",
        "content-type: application/json",
        "content-length: 8",
    ] {
        assert!(
            seen.contains(&format!("\r\n{line}\r\n")),
            "no {line} in {seen}"
        );
    }
    for secret in ["authorization", "x-amz-", "the-session-token"] {
        assert!(!seen.contains(secret), "{secret} in {seen}");
    }
    assert!(seen.ends_with("\r\n\r\n{\"a\": 1}"));
}

#[tokio::test]
async fn a_caller_cannot_choose_the_identity_that_is_forwarded() {
    let (url, seen) = one_answer("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let domain = Domain::builder()
        .principal(Principal::nobody())
        .upstream(&url)
        .start()
        .await;
    let http: hyper_util::client::legacy::Client<_, http_body_util::Full<bytes::Bytes>> =
        hyper_util::client::legacy::Client::builder(hyper_util::rt::TokioExecutor::new())
            .build_http();
    let uri = format!("{}/", domain.url());
    let mut request = http::Request::get(&uri)
        .header("x-proxy-user", "arn:aws:iam::123456789012:role/admin")
        .header("x-proxy-roles", "arn:aws:iam::123456789012:role/admin")
        .header("x-forwarded-for", "10.0.0.1")
        .header("x-forwarded-host", "elsewhere")
        .body(http_body_util::Full::default())
        .unwrap();
    sign(&mut request, &domain).await;
    assert_eq!(http.request(request).await.unwrap().status(), 200);
    let seen = seen.await.unwrap();
    assert_eq!(seen.matches("x-proxy-user").count(), 1);
    assert!(seen.contains("x-proxy-user: arn:aws:iam::123456789012:role/nobody\r\n"));
    assert!(
        !seen.contains("role/admin") && !seen.contains("10.0.0.1") && !seen.contains("elsewhere")
    );
}

#[tokio::test]
async fn the_parameters_of_a_presigned_url_do_not_reach_the_backend() {
    let (url, seen) = one_answer("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let domain = Domain::builder().upstream(&url).start().await;
    let presigned = presigned(&format!("{}/a%2Fb/_search?q=%20x&from=0", domain.url()));
    assert_eq!(get(&presigned).await, 200);
    let seen = seen.await.unwrap();
    assert!(
        seen.starts_with("GET /a%2Fb/_search?q=%20x&from=0 HTTP/1.1\r\n"),
        "{seen}"
    );
    let received = domain.requests().remove(0);
    assert!(received.target().contains("X-Amz-Signature="), "as sent");

    let in_memory = Domain::start().await;
    let presigned = presigned_at(&in_memory, "/_cluster/health?level=shards");
    assert_eq!(get(&presigned).await, 200);
    let other = presigned.replace("level=shards", "level=indices");
    assert_eq!(get(&other).await, 403);
}

#[tokio::test]
async fn an_unreachable_upstream_is_a_bad_gateway() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let domain = Domain::builder().upstream(&url).start().await;
    let answer = domain.client().raw(Method::GET, "/", ()).await.unwrap();
    assert_eq!(answer.status, 502);
    assert!(answer.text().contains(&url));
}

#[tokio::test]
async fn the_store_denies_what_the_security_plugin_denies() {
    check_permissions(&Domain::start().await).await;
}

#[tokio::test]
#[ignore = "needs a real OpenSearch: tests/opensearch.sh start, its URL in OPENSEARCH_UPSTREAM"]
async fn on_opensearch_the_security_plugin_denies_what_the_store_denies() {
    let url = std::env::var("OPENSEARCH_UPSTREAM").expect("OPENSEARCH_UPSTREAM is set");
    check_permissions(&Domain::builder().upstream(&url).start().await).await;
}

/// Sends requests as each role, and compares which of them are denied.
async fn check_permissions(domain: &Domain) {
    let admin = domain.client();
    let reader = domain.client_as(&Principal::reader());
    let nobody = domain.client_as(&Principal::nobody());
    // A failed run may have left this index behind.
    admin.raw(Method::DELETE, "/permissions", ()).await.unwrap();
    let made = admin
        .raw(Method::PUT, "/permissions/_doc/1", "{\"title\": \"x\"}")
        .await
        .unwrap();
    assert_eq!(made.status, 201, "{}", made.text());
    for (method, path, action, reader_may) in PERMISSIONS {
        let (path, body) = path.split_once(' ').unwrap_or((path, ""));
        let method: Method = method.parse().unwrap();
        assert_eq!(
            refused(&nobody, &method, path, body).await.as_deref(),
            Some(action),
            "{path}"
        );
        let expected = if reader_may { None } else { Some(action) };
        let by_reader = refused(&reader, &method, path, body).await;
        assert_eq!(by_reader.as_deref(), expected, "reader: {method} {path}");
    }
    let gone = admin.raw(Method::DELETE, "/permissions", ()).await.unwrap();
    assert_eq!(gone.status, 200);
}

/// The action that was denied, if one was.
async fn refused(client: &Client, method: &Method, path: &str, body: &str) -> Option<String> {
    let answer = client
        .raw(method.clone(), path, body.to_owned())
        .await
        .unwrap();
    if answer.status != 403 {
        return None;
    }
    let json: Value = serde_json::from_slice(&answer.body).unwrap();
    let reason = json["error"]["reason"].as_str().unwrap();
    let (action, who) = reason
        .strip_prefix("no permissions for [")
        .unwrap()
        .split_once("] and User [name=")
        .unwrap();
    assert!(
        who.starts_with("arn:aws:iam::123456789012:role/"),
        "{reason}"
    );
    Some(action.to_owned())
}

/// A server that serves one request, and returns what it was sent.
async fn one_answer(answer: &'static str) -> (String, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let seen = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut seen = Vec::new();
        loop {
            let mut part = [0; 4096];
            let read = stream.read(&mut part).await.unwrap();
            seen.extend(&part[..read]);
            let text = String::from_utf8_lossy(&seen);
            let body = text.split_once("\r\n\r\n").map(|(_, body)| body);
            let wanted = if text.contains("content-length: 8") {
                8
            } else {
                0
            };
            if read == 0 || body.is_some_and(|body| body.len() >= wanted) {
                break;
            }
        }
        stream.write_all(answer.as_bytes()).await.unwrap();
        String::from_utf8(seen).unwrap()
    });
    (url, seen)
}

fn presigned_at(domain: &Domain, target: &str) -> String {
    presigned(&format!("{}{target}", domain.url()))
}

/// A presigned URL by `aws-sigv4`; our own signer makes none for domains.
fn presigned(url: &str) -> String {
    let keys = aws_credential_types::Credentials::new(
        Principal::admin().access_key(),
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        None,
        None,
        "test",
    )
    .into();
    let mut settings = SigningSettings::default();
    settings.signature_location = SignatureLocation::QueryParams;
    settings.expires_in = Some(std::time::Duration::from_secs(60));
    let params = v4::SigningParams::builder()
        .identity(&keys)
        .region("us-east-1")
        .name("es")
        .time(std::time::SystemTime::now())
        .settings(settings)
        .build()
        .unwrap();
    let none = std::iter::empty();
    let signable = SignableRequest::new("GET", url, none, SignableBody::Bytes(b"")).unwrap();
    let (instructions, _) = sign_by_aws(signable, &params.into()).unwrap().into_parts();
    let mut request = http::Request::get(url).body(()).unwrap();
    instructions.apply_to_request_http1x(&mut request);
    request.uri().to_string()
}

async fn get(url: &str) -> u16 {
    let http: hyper_util::client::legacy::Client<_, http_body_util::Full<bytes::Bytes>> =
        hyper_util::client::legacy::Client::builder(hyper_util::rt::TokioExecutor::new())
            .build_http();
    let response = http.get(url.parse().unwrap()).await.unwrap();
    response.status().as_u16()
}

/// Signs a request; headers that it already has stay as they are.
async fn sign(request: &mut http::Request<http_body_util::Full<bytes::Bytes>>, domain: &Domain) {
    let signer = sigtower::Signer::new(
        sigtower::Scope::new(domain.region(), domain.service()).unwrap(),
        domain.credentials(),
    );
    let (mut parts, body) = std::mem::take(request).into_parts();
    signer
        .sign(&mut parts, sigtower::sigv4::Payload::Bytes(b""))
        .await
        .unwrap();
    *request = http::Request::from_parts(parts, body);
}

/// Method, path and body, the action that the plugin checks, and whether a reader may do it.
const PERMISSIONS: [(&str, &str, &str, bool); 22] = [
    ("GET", "/", "cluster:monitor/main", true),
    ("GET", "/_cluster/health", "cluster:monitor/health", true),
    ("GET", "/permissions", "indices:admin/get", false),
    (
        "GET",
        "/permissions/_mapping",
        "indices:admin/mappings/get",
        false,
    ),
    (
        "GET",
        "/permissions/_settings",
        "indices:monitor/settings/get",
        false,
    ),
    (
        "GET",
        "/permissions/_count",
        "indices:data/read/search",
        true,
    ),
    (
        "POST",
        "/permissions/_search",
        "indices:data/read/search",
        true,
    ),
    ("GET", "/permissions/_doc/1", "indices:data/read/get", true),
    (
        "GET",
        "/permissions/_source/1",
        "indices:data/read/get",
        true,
    ),
    (
        "POST",
        "/permissions/_mget {\"ids\":[\"1\"]}",
        "indices:data/read/mget",
        true,
    ),
    (
        "POST",
        "/permissions/_refresh",
        "indices:admin/refresh",
        false,
    ),
    ("PUT", "/permissions-2", "indices:admin/create", false),
    (
        "PUT",
        "/permissions/_doc/1 {}",
        "indices:data/write/index",
        false,
    ),
    (
        "PUT",
        "/permissions/_create/2 {}",
        "indices:data/write/index",
        false,
    ),
    (
        "POST",
        "/permissions/_doc {}",
        "indices:data/write/index",
        false,
    ),
    (
        "POST",
        "/permissions/_update/1 {\"doc\":{}}",
        "indices:data/write/update",
        false,
    ),
    (
        "DELETE",
        "/permissions/_doc/1",
        "indices:data/write/delete",
        false,
    ),
    (
        "POST",
        "/permissions/_bulk {\"index\":{}}\n{}\n",
        "indices:data/write/bulk",
        false,
    ),
    (
        "PUT",
        "/permissions/_mapping {\"properties\":{}}",
        "indices:admin/mapping/put",
        false,
    ),
    (
        "POST",
        "/permissions/_search/point_in_time?keep_alive=1s",
        "indices:data/read/point_in_time/create",
        true,
    ),
    (
        "DELETE",
        "/_search/scroll {\"scroll_id\":\"x\"}",
        "indices:data/read/scroll/clear",
        false,
    ),
    ("DELETE", "/permissions", "indices:admin/delete", false),
];
