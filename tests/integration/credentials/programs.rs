//! Programs of about ten lines for credentials that AWS's tools find: variables, a profile, an assumed role and the token of
//! a service account. STS is a server on loopback that gives keys to any caller.

use aws_config::Region;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::sts::AssumeRoleProvider;
use http::Method;
use sigtower::credentials::default_chain;
use sigtower::testing::{Domain, Principal};
use sigtower::{BoxError, Client, Scope, send_signed_for};

use super::child::{Child, file};
use crate::faults::server::Server;

const KEY: &str = "AKIDPROGRAM";
const SECRET: &str = "secret-of-the-program";

async fn with_the_default_chain(url: String) -> Result<(), BoxError> {
    let client = Client::builder(url)
        .region("us-east-1") // `Client::connect(url)` is enough for a host of AWS
        .service("es")
        .credentials(default_chain().await)
        .build()?;
    client.raw(Method::GET, "/", ()).await?.success()?;
    Ok(())
}

async fn one_request_with_the_default_chain(url: String) -> Result<(), BoxError> {
    let scope = Scope::new("us-east-1", "es")?;
    let sent = send_signed_for(scope, Method::GET, url, default_chain().await, ());
    match sent.await?.status().is_success() {
        true => Ok(()),
        false => Err("the domain refused the request".into()),
    }
}

async fn with_one_profile(url: String) -> Result<(), BoxError> {
    let config = ProviderConfig::without_region().with_region(Some(Region::new("us-east-1")));
    let profile = ProfileFileCredentialsProvider::builder().configure(&config);
    let client = Client::builder(url)
        .region("us-east-1")
        .service("es")
        .credentials(profile.profile_name("search").build())
        .build()?;
    client.raw(Method::GET, "/", ()).await?.success()?;
    Ok(())
}

async fn with_an_assumed_role(url: String) -> Result<(), BoxError> {
    let role = AssumeRoleProvider::builder(ROLE).session_name("indexer");
    let client = Client::builder(url)
        .region("us-east-1")
        .service("es")
        .credentials(role.external_id("contract-7").build().await)
        .build()?;
    client.raw(Method::GET, "/", ()).await?.success()?;
    Ok(())
}

async fn with_variables() -> Result<(), BoxError> {
    let client = Client::from_env()?;
    client.raw(Method::GET, "/", ()).await?.success()?;
    Ok(())
}

#[tokio::test]
async fn variables_are_enough() {
    let domain = domain(None).await;
    for (program, url) in [
        ("programs::run_with_variables", "OPENSEARCH_URL"),
        ("programs::run_with_the_default_chain", "DOMAIN"),
        ("programs::run_one_request", "DOMAIN"),
    ] {
        let child = Child::new(program)
            .env(url, domain.url())
            .env("AWS_ACCESS_KEY_ID", KEY)
            .env("AWS_SECRET_ACCESS_KEY", SECRET);
        assert_eq!(child.run().await, "connected", "{program}");
    }
    assert_eq!(domain.request_count(), 3);
}

#[tokio::test]
async fn a_profile_is_chosen_by_a_variable_or_by_its_name() {
    let domain = domain(None).await;
    let keys = format!("[search]\naws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n");
    let keys = file("programs_profile", keys);
    let child = |program: &str| {
        Child::new(program)
            .env("DOMAIN", domain.url())
            .env("AWS_SHARED_CREDENTIALS_FILE", keys.to_str().unwrap())
    };
    let chosen = child("programs::run_with_the_default_chain").env("AWS_PROFILE", "search");
    assert_eq!(chosen.run().await, "connected");
    let named = child("programs::run_with_one_profile");
    assert_eq!(named.run().await, "connected");
    assert_eq!(domain.request_count(), 2);
}

#[tokio::test]
async fn a_role_is_assumed_by_a_program_or_by_a_profile() {
    let (domain, sts) = (domain(Some("token")).await, sts("AssumeRole").await);
    let child = |program: &str| {
        Child::new(program)
            .env("DOMAIN", domain.url())
            .env("AWS_ENDPOINT_URL_STS", sts.url())
            .env("AWS_ACCESS_KEY_ID", "AKIDCALLER")
            .env("AWS_SECRET_ACCESS_KEY", "secret-of-the-caller")
    };
    let by_program = child("programs::run_with_an_assumed_role");
    assert_eq!(by_program.run().await, "connected");
    let profile = format!("[profile search]\nrole_arn = {ROLE}\ncredential_source = Environment\n");
    let profile = file("programs_role", profile);
    let by_profile =
        child("programs::run_with_one_profile").env("AWS_CONFIG_FILE", profile.to_str().unwrap());
    assert_eq!(by_profile.run().await, "connected");
    assert_eq!(domain.request_count(), 2);
}

#[tokio::test]
async fn a_service_account_signs_with_the_token_of_its_file() {
    let domain = domain(Some("token")).await;
    let sts = sts("AssumeRoleWithWebIdentity").await;
    let token = file("programs_token", "header.payload.signature");
    let child = Child::new("programs::run_with_the_default_chain")
        .env("DOMAIN", domain.url())
        .env("AWS_ENDPOINT_URL_STS", sts.url())
        .env("AWS_ROLE_ARN", ROLE)
        .env("AWS_WEB_IDENTITY_TOKEN_FILE", token.to_str().unwrap());
    assert_eq!(child.run().await, "connected");
    assert_eq!(domain.request_count(), 1);
}

#[tokio::test]
#[ignore = "a part of others, which set its environment"]
async fn run_with_the_default_chain() {
    report(with_the_default_chain(url()).await);
}

#[tokio::test]
#[ignore = "a part of another, which sets its environment"]
async fn run_one_request() {
    report(one_request_with_the_default_chain(url()).await);
}

#[tokio::test]
#[ignore = "a part of another, which sets its environment"]
async fn run_with_one_profile() {
    report(with_one_profile(url()).await);
}

#[tokio::test]
#[ignore = "a part of another, which sets its environment"]
async fn run_with_an_assumed_role() {
    report(with_an_assumed_role(url()).await);
}

#[tokio::test]
#[ignore = "a part of another, which sets its environment"]
async fn run_with_variables() {
    report(with_variables().await);
}

fn url() -> String {
    std::env::var("DOMAIN").unwrap()
}

fn report(outcome: Result<(), BoxError>) {
    match outcome {
        Ok(()) => println!("key: connected"),
        Err(error) => println!("key: {error} {error:?}"),
    }
}

async fn domain(token: Option<&str>) -> Domain {
    let principal = Principal::new(KEY, SECRET);
    let principal = match token {
        Some(token) => principal.with_token(token),
        None => principal,
    };
    Domain::builder().principal(principal).start().await
}

/// A server that responds to this action of STS with the keys of the domain's principal.
async fn sts(action: &str) -> Server {
    let keys = format!(
        "<AccessKeyId>{KEY}</AccessKeyId><SecretAccessKey>{SECRET}</SecretAccessKey>\
         <SessionToken>token</SessionToken><Expiration>2086-01-01T00:00:00Z</Expiration>"
    );
    let xml = format!(
        "<{action}Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><{action}Result>\
         <Credentials>{keys}</Credentials></{action}Result></{action}Response>"
    );
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/xml\r\nconnection: close\r\n";
    Server::answering(format!("{head}content-length: {}\r\n\r\n{xml}", xml.len())).await
}

const ROLE: &str = "arn:aws:iam::123456789012:role/search";
