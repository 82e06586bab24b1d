//! Each way to connect, by a program of about ten lines. Ways that need variables of AWS are in
//! [`crate::credentials::programs`], and those of the layer are examples: `with_hyper`, `with_reqwest` and others.

mod programs;

use sigtower::testing::{Collection, Domain, DomainBuilder, Principal};
use tokio::net::TcpStream;

use crate::faults::server::{EMPTY_OBJECT, Server, read_request};
use tokio::io::AsyncWriteExt;

const KEY: &str = "AKIDEXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

#[tokio::test]
async fn a_domain_accepts_keys_from_a_value_and_from_an_async_function() {
    let domain = domain().start().await;
    programs::with_keys(&domain.url()).await.unwrap();
    let sent = programs::with_keys_of_an_async_function(&domain.url()).await;
    sent.unwrap();
    assert_eq!(domain.request_count(), 2);
}

#[tokio::test]
async fn a_custom_domain_is_reached_by_its_scope() {
    let domain = domain().start().await;
    let sent = programs::to_a_custom_domain_once(&domain.url()).await;
    assert_eq!(sent.unwrap().status(), 200);
    assert_eq!(domain.request_count(), 1);
}

#[tokio::test]
async fn a_collection_is_reached_by_its_service() {
    let domain = domain().collection(Collection::search()).start().await;
    programs::to_a_collection(&domain.url()).await.unwrap();
    assert_eq!(domain.request_count(), 1);
}

#[tokio::test]
async fn a_tunnel_keeps_the_host_of_the_domain() {
    let domain = domain().start().await;
    let url = domain.url();
    let address = url.strip_prefix("http://").unwrap();
    let host = "search-movies-abc.eu-west-1.es.amazonaws.com";
    domain.verify_next(move |request| assert_eq!(request.headers["host"], host));
    programs::through_a_tunnel(host, address).await.unwrap();
}

#[tokio::test]
async fn a_server_gets_the_login_or_none() {
    let basic = "Basic YWRtaW46d0phbHJYVXRuRkVNSS9LN01ERU5HK2JQeFJmaUNZRVhBTVBMRUtFWQ==";
    let server = expecting(Some(basic.to_owned())).await;
    programs::with_a_password(&server.url()).await.unwrap();
    let server = expecting(Some(format!("Bearer {SECRET}"))).await;
    programs::with_a_bearer_token(&server.url()).await.unwrap();
    let server = expecting(None).await;
    programs::without_a_login(&server.url()).await.unwrap();
}

#[tokio::test]
async fn a_service_of_our_own_gets_signed_requests() {
    let response = programs::over_a_service_of_our_own().await.unwrap();
    assert_eq!(response.body, "true");
}

#[cfg(any(feature = "rustls", feature = "ring"))]
mod over_tls {
    use super::programs::over_tls as programs;
    use crate::transport::proxies::proxy;
    use crate::transport::tls_settings::{Authority, server, url};

    #[tokio::test]
    async fn a_server_with_a_certificate_of_a_private_authority_is_reached() {
        let authority = Authority::new();
        let server = server(&authority.issue("localhost", false), None).await;
        let sent = programs::with_a_private_authority(&url(&server), authority.pem.clone()).await;
        assert_eq!(sent.unwrap().status, 200);
        assert_eq!(
            programs::to_a_container(&url(&server))
                .await
                .unwrap()
                .status,
            200
        );
    }

    #[tokio::test]
    async fn a_server_that_requires_a_certificate_is_reached() {
        let (authority, clients) = (Authority::new(), Authority::new());
        let server = server(&authority.issue("localhost", false), Some(&clients)).await;
        let own = clients.issue("a client", false);
        let (chain, key) = (own.certificate.pem(), own.key.serialize_pem());
        let pem = authority.pem.clone();
        let sent = programs::with_a_client_certificate(&url(&server), pem, chain, key).await;
        assert_eq!(sent.unwrap().status, 200);
    }

    #[tokio::test]
    async fn a_server_is_reached_through_a_proxy() {
        let authority = Authority::new();
        let server = server(&authority.issue("localhost", false), None).await;
        let (proxy, mut at_proxy) = proxy(Some("user:password")).await;
        let through = format!("http://user:password@{}", proxy.address());
        let pem = authority.pem.clone();
        let sent = programs::through_a_proxy(&url(&server), &through, pem).await;
        assert_eq!(sent.unwrap().status, 200);
        let request = at_proxy.recv().await.unwrap();
        assert!(request.request_line().starts_with("CONNECT localhost:"));
    }
}

fn domain() -> DomainBuilder {
    Domain::builder()
        .region("eu-west-1")
        .principal(Principal::new(KEY, SECRET))
}

/// A server that accepts only requests with this `authorization`.
async fn expecting(authorization: Option<String>) -> Server {
    Server::start(move |mut stream: TcpStream| {
        let authorization = authorization.clone();
        async move {
            let request = read_request(&mut stream).await.unwrap();
            let response = match request.header("authorization") == authorization.as_deref() {
                true => EMPTY_OBJECT,
                false => b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n",
            };
            stream.write_all(response).await.unwrap();
        }
    })
    .await
}
