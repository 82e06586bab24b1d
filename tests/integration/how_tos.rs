//! The how-tos of other clients, each done whole and in its order. The page `coming_from` shows them side by side.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use http::Method;
use serde_json::{Value, json};
use sigtower::credentials::{CachedCredentials, from_fn};
use sigtower::opensearch::search::{Hits, Search};
use sigtower::opensearch::{Client, Refresh, cluster, document, index};
use sigtower::testing::{Domain, Principal};
use sigtower::{Credentials, send_signed_for};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const KEY: &str = "AKIDHOWTO";
const SECRET: &str = "how-to-secret";

/// `OpenSearch(http_auth=AWSV4SignerAuth(…))`: create, index, search, delete.
#[tokio::test]
async fn python_opensearch_py_with_a_signer() {
    let (_domain, client) = domain_and_client().await;
    client
        .send(index::Create::new("movies").settings(json!({"number_of_shards": 1})))
        .await
        .unwrap();
    let movie = json!({"title": "Alien", "year": 1979});
    let write = document::Index::new("movies", &movie)
        .id("1")
        .refresh(Refresh::True);
    client.send(write).await.unwrap();
    let search = Search::new("movies").query(json!({"match": {"title": "alien"}}));
    let found: Hits<Value> = client.send(search).await.unwrap();
    assert_eq!(found.hits[0].source, movie);
    client
        .send(document::Delete::new("movies", "1"))
        .await
        .unwrap();
    client.send(index::Delete::new("movies")).await.unwrap();
}

/// `requests.put(url, auth=AWS4Auth(…), json=payload)`: any path, any status.
#[tokio::test]
async fn python_requests_aws4auth_with_a_session_token() {
    let principal = Principal::new(KEY, SECRET).with_token("token");
    let domain = Domain::builder().principal(principal).start().await;
    let keys = Credentials::new(KEY, SECRET, Some("token".into()));
    let client = client(&domain).credentials(keys).build().unwrap();
    let response = client
        .raw(Method::PUT, "/movies/_doc/1", json!({"title": "Alien"}))
        .await
        .unwrap();
    assert_eq!(response.status, 201);
    let response = client
        .raw(Method::GET, "/missing/_doc/1", ())
        .await
        .unwrap();
    assert_eq!(response.status, 404);
    assert!(response.text().contains("index_not_found_exception"));
}

/// `AwsSigv4Signer({ getCredentials })`: the function is called again before the keys expire, once for all callers.
#[tokio::test]
async fn javascript_get_credentials_that_refreshes() {
    let domain = domain().await;
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let get_credentials = move || {
        // The first keys have half a minute left, less than the last minute in which callers wait.
        let life = match counted.fetch_add(1, Ordering::SeqCst) {
            0 => Duration::from_secs(30),
            _ => Duration::from_secs(3600),
        };
        let keys = Credentials::new(KEY, SECRET, None).with_expiry(SystemTime::now() + life);
        async move { Ok::<_, std::io::Error>(keys) }
    };
    let client = client(&domain)
        .credentials_from(get_credentials)
        .build()
        .unwrap();
    for _ in 0..20 {
        client.send(cluster::Health::new()).await.unwrap();
    }
    let called = calls.load(Ordering::SeqCst);
    assert!((1..=2).contains(&called), "{called} calls for 20 requests");
}

/// `Sigv4Client`: `search index:, q:`, and `reload_connections!`.
#[tokio::test]
async fn ruby_sigv4_client_searches_by_q_and_reloads_connections() {
    let (_domain, client) = domain_and_client().await;
    let movie = json!({"title": "Alien"});
    client
        .send(
            document::Index::new("movies", &movie)
                .id("1")
                .refresh(Refresh::True),
        )
        .await
        .unwrap();
    let found: Hits<Value> = client
        .send(Search::new("movies").q("title:alien"))
        .await
        .unwrap();
    assert_eq!(found.hits.len(), 1);

    let (url, connections) = counting_server().await;
    let client = Client::builder(url)
        .region("us-east-1")
        .service("es")
        .credentials(Credentials::new(KEY, SECRET, None))
        .build()
        .unwrap();
    let clone = client.clone();
    for (renews, expected) in [(false, 1), (false, 1), (true, 2), (false, 2), (true, 3)] {
        if renews {
            clone.renew_connections();
        }
        client.raw(Method::GET, "/", ()).await.unwrap();
        assert_eq!(connections.load(Ordering::SeqCst), expected);
    }
}

/// `curl --aws-sigv4` and `awscurl`: one request, without a client.
#[tokio::test]
async fn curl_sends_one_signed_request() {
    let domain = domain().await;
    let scope = sigtower::Scope::new(domain.region(), domain.service()).unwrap();
    let url = format!("{}/_cluster/health?level=shards", domain.url());
    let keys = Credentials::new(KEY, SECRET, None);
    let response = send_signed_for(scope, Method::GET, url, &keys, "")
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
}

#[tokio::test]
async fn several_domains_share_one_credentials_cache() {
    let principal = || Principal::new(KEY, SECRET);
    let first = Domain::builder().principal(principal()).start().await;
    let second = Domain::builder()
        .principal(principal())
        .region("eu-west-1")
        .start()
        .await;
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let provider = from_fn(move || {
        counted.fetch_add(1, Ordering::SeqCst);
        async { Ok::<_, std::io::Error>(Credentials::new(KEY, SECRET, None)) }
    });
    let cache = CachedCredentials::new(provider).with_timer(tokio::time::sleep);
    for domain in [&first, &second] {
        let client = client(domain)
            .credentials_cache(cache.clone())
            .build()
            .unwrap();
        client.send(cluster::Health::new()).await.unwrap();
    }
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    assert_eq!((first.request_count(), second.request_count()), (1, 1));
}

#[tokio::test]
async fn a_call_has_its_own_timeout_attempts_and_headers() {
    let (domain, client) = domain_and_client().await;
    let health = cluster::Health::new();
    domain.next_response(503);
    let once = client
        .call(&health)
        .max_attempts(1)
        .send()
        .await
        .unwrap_err();
    assert_eq!((once.status().unwrap().as_u16(), once.attempts()), (503, 1));
    domain.stall_next();
    let call = client
        .call(&health)
        .timeout(Duration::from_millis(200))
        .max_attempts(1);
    assert!(call.send().await.unwrap_err().is_timeout());
    domain.clear_requests();
    client
        .call(&health)
        .header("x-opaque-id", "request-7")
        .send()
        .await
        .unwrap();
    assert_eq!(domain.requests()[0].headers["x-opaque-id"], "request-7");
}

async fn domain() -> Domain {
    let principal = Principal::new(KEY, SECRET);
    Domain::builder().principal(principal).start().await
}

async fn domain_and_client() -> (Domain, Client) {
    let domain = domain().await;
    let keys = Credentials::new(KEY, SECRET, None);
    let client = client(&domain).credentials(keys).build().unwrap();
    (domain, client)
}

fn client(domain: &Domain) -> sigtower::opensearch::ClientBuilder {
    Client::builder(domain.url())
        .region(domain.region())
        .service(domain.service())
}

/// A server that responds `{}` to each request, and how many connections it has accepted.
async fn counting_server() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let connections = Arc::new(AtomicUsize::new(0));
    let accepted = Arc::clone(&connections);
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            accepted.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(async move {
                let mut head = Vec::new();
                let mut part = [0; 4096];
                while let Ok(read @ 1..) = stream.read(&mut part).await {
                    head.extend(&part[..read]);
                    if head.ends_with(b"\r\n\r\n") {
                        head.clear();
                        let _ = stream
                            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
                            .await;
                    }
                }
            });
        }
    });
    (url, connections)
}
