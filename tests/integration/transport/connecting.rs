//! Each way to connect, as a program of at most ten lines. Every program talks to a server over a socket.
//!
//! A role that STS issues keys for is in `credentials/sts.rs`, where moto stands in for STS.

use http::Method;
use http::request::Parts;
use sigtower::opensearch::{Client, cluster};
use sigtower::testing::{Domain, Principal};
use sigtower::{BoxError, Credentials};
use tokio::sync::mpsc::UnboundedReceiver;

use super::proxies::proxy;
use super::tls::{Identity, hyper_server};
use super::tls_settings::{Authority, server, url};
#[cfg(feature = "aws-config")]
use crate::child;

type Done = Result<(), BoxError>;

async fn static_keys(url: &str, id: &str, secret: &str) -> Done {
    let client = Client::builder(url)
        .region("eu-west-1")
        .service("es")
        .credentials(Credentials::new(id, secret, None))
        .build()?;
    println!("{}", client.send(cluster::Health::new()).await?.status);
    Ok(())
}

async fn keys_of_an_async_function(url: &str, id: &'static str, secret: &'static str) -> Done {
    let client = Client::builder(url)
        .region("eu-west-1")
        .service("es")
        .credentials_from(move || async move {
            Ok::<_, BoxError>(Credentials::new(id, secret, None)) // or read them from a vault
        })
        .build()?;
    println!("{}", client.send(cluster::Health::new()).await?.status);
    Ok(())
}

/// The profile `AWS_PROFILE` names keys, a process, single sign-on or a role.
#[cfg(feature = "aws-config")]
async fn a_profile(url: &str) -> Done {
    let client = Client::builder(url)
        .region("eu-west-1")
        .service("es")
        .credentials(sigtower::credentials::default_chain().await)
        .build()?;
    println!("{}", client.send(cluster::Health::new()).await?.status);
    Ok(())
}

async fn a_container_with_a_password_and_its_own_certificate(url: &str) -> Done {
    let client = Client::builder(url)
        .basic_auth("admin", "my-long-password")
        .danger_accept_invalid_certificates(true)
        .build()?;
    println!("{}", client.raw(Method::GET, "/", ()).await?.status);
    Ok(())
}

async fn a_self_signed_certificate_that_is_trusted(url: &str, pem: String) -> Done {
    let client = Client::builder(url)
        .basic_auth("admin", "my-long-password")
        .root_certificate_pem(pem)
        .build()?;
    println!("{}", client.raw(Method::GET, "/", ()).await?.status);
    Ok(())
}

async fn a_bearer_token(url: &str, pem: String) -> Done {
    let client = Client::builder(url)
        .bearer_auth_from(|| async { Ok::<_, BoxError>("a.token.of-json") })
        .root_certificate_pem(pem)
        .build()?;
    println!("{}", client.raw(Method::GET, "/", ()).await?.status);
    Ok(())
}

async fn a_client_certificate(url: &str, root: &str, chain: String, key: String) -> Done {
    let client = Client::builder(url)
        .unauthenticated()
        .root_certificate_pem(root.to_owned())
        .client_certificate_pem(chain, key)
        .build()?;
    println!("{}", client.raw(Method::GET, "/", ()).await?.status);
    Ok(())
}

async fn a_proxy_with_a_password(url: &str, pem: String, proxy: &str) -> Done {
    let client = Client::builder(url)
        .unauthenticated()
        .root_certificate_pem(pem)
        .proxy(format!("http://user:pass%20word@{proxy}"))
        .build()?;
    println!("{}", client.raw(Method::GET, "/", ()).await?.status);
    Ok(())
}

const ID: &str = "AKIDWAYS";
const SECRET: &str = "secret-of-a-way";

#[tokio::test]
async fn keys_sign_for_a_domain() {
    let domain = domain().await;
    static_keys(&domain.url(), ID, SECRET).await.unwrap();
    keys_of_an_async_function(&domain.url(), ID, SECRET)
        .await
        .unwrap();
    assert_eq!(domain.requests().len(), 2);
    static_keys(&domain.url(), ID, "another").await.unwrap_err();
}

#[tokio::test]
async fn logins_go_over_tls() {
    let basic = "Basic YWRtaW46bXktbG9uZy1wYXNzd29yZA=="; // printf admin:my-long-password | base64
    let identity = Identity::of("localhost");
    let (server, mut seen) = hyper_server(&identity).await;
    let url = url(&server);
    a_container_with_a_password_and_its_own_certificate(&url)
        .await
        .unwrap();
    assert_eq!(authorization(&mut seen), basic);
    a_self_signed_certificate_that_is_trusted(&url, identity.pem())
        .await
        .unwrap();
    assert_eq!(authorization(&mut seen), basic);
    let other = Identity::of("localhost").pem();
    a_self_signed_certificate_that_is_trusted(&url, other)
        .await
        .unwrap_err();
    a_bearer_token(&url, identity.pem()).await.unwrap();
    assert_eq!(authorization(&mut seen), "Bearer a.token.of-json");
}

#[tokio::test]
async fn a_certificate_identifies_the_client() {
    let (authority, clients) = (Authority::new(), Authority::new());
    let server = server(&authority.issue("localhost", false), Some(&clients)).await;
    for (issuer, is_accepted) in [(&clients, true), (&authority, false)] {
        let leaf = issuer.issue("a client", false);
        let (chain, key) = (leaf.certificate.pem(), leaf.key.serialize_pem());
        let sent = a_client_certificate(&url(&server), &authority.pem, chain, key).await;
        assert_eq!(sent.is_ok(), is_accepted, "{sent:?}");
    }
}

#[tokio::test]
async fn a_proxy_opens_the_tunnel() {
    let identity = Identity::of("localhost");
    let (server, _seen) = hyper_server(&identity).await;
    let (proxy, mut at_proxy) = proxy(Some("user:pass word")).await;
    let proxy_address = proxy.address().to_string();
    a_proxy_with_a_password(&url(&server), identity.pem(), &proxy_address)
        .await
        .unwrap();
    let tunnel = at_proxy.recv().await.unwrap();
    assert!(tunnel.request_line().starts_with("CONNECT localhost:"));
}

#[cfg(feature = "aws-config")]
#[tokio::test]
async fn a_profile_signs_for_a_domain() {
    let domain = domain().await;
    let config = std::env::temp_dir().join(format!("sigtower-profile-{}", std::process::id()));
    let profile =
        format!("[profile search]\naws_access_key_id = {ID}\naws_secret_access_key = {SECRET}\n");
    std::fs::write(&config, profile).unwrap();
    let mut command = child::running("transport::connecting::the_profile_of_the_environment");
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("AWS_")) {
        command.env_remove(name);
    }
    command
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_CONFIG_FILE", &config)
        .env(
            "AWS_SHARED_CREDENTIALS_FILE",
            std::env::temp_dir().join("sigtower-no-such-file"),
        )
        .env("AWS_PROFILE", "search")
        .env("DOMAIN", domain.url());
    let said = child::said(command, "status: ").await;
    let _ = std::fs::remove_file(&config);
    assert_eq!(said, "done");
    assert_eq!(domain.requests().len(), 1);
}

#[cfg(feature = "aws-config")]
#[tokio::test]
#[ignore = "a part of another, which sets its environment"]
async fn the_profile_of_the_environment() {
    a_profile(&std::env::var("DOMAIN").unwrap()).await.unwrap();
    println!("status: done");
}

async fn domain() -> Domain {
    let builder = Domain::builder().region("eu-west-1");
    builder.principal(Principal::new(ID, SECRET)).start().await
}

/// The `authorization` of the request that arrived last.
fn authorization(seen: &mut UnboundedReceiver<Parts>) -> String {
    let head = seen.try_recv().expect("a request has arrived");
    assert!(seen.try_recv().is_err(), "one request");
    head.headers["authorization"].to_str().unwrap().to_owned()
}
