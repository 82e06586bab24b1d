//! Providers of `aws_config` behind the cache, with stand-ins on loopback and files.
//!
//! STS is in [`super::sts`].

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use aws_config::credential_process::CredentialProcessProvider;
use aws_config::imds;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use sigtower::credentials::{CachedCredentials, default_chain};
use sigtower::opensearch::{ErrorKind, cluster};
use sigtower::sigv4::ClockSkew;
use sigtower::testing::{Domain, Principal};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::child::{Child, file};

const KEYS: &str = r#"{"Code": "Success", "Version": 1, "Type": "AWS-HMAC", "AccessKeyId": "AKIDx",
    "SecretAccessKey": "secret", "Token": "token", "SessionToken": "token",
    "LastUpdated": "2026-01-01T00:00:00Z", "Expiration": "2086-01-01T00:00:00Z"}"#;

#[tokio::test]
async fn an_instance_gets_keys_from_its_metadata_service_once() {
    let roles = "/latest/meta-data/iam/security-credentials/";
    let server = Server::start([
        ("PUT /latest/api/token", "a token"),
        (&format!("GET {roles}"), "role"),
        (&format!("GET {roles}role"), KEYS),
    ])
    .await;
    let client = imds::Client::builder()
        .endpoint(&server.origin)
        .unwrap()
        .build();
    let cache = CachedCredentials::new(
        ImdsCredentialsProvider::builder()
            .imds_client(client)
            .build(),
    );
    for _ in 0..100 {
        assert_eq!(key(&cache).await, "AKIDx");
    }
    let seen = server.seen();
    let of_keys = seen
        .iter()
        .filter(|head| head.starts_with(&format!("GET {roles}role ")));
    assert_eq!(of_keys.count(), 1, "{seen:#?}");
    assert!(
        seen[1..]
            .iter()
            .all(|head| head.contains("x-aws-ec2-metadata-token: a token")),
        "version 2 only: {seen:#?}"
    );
}

#[tokio::test]
async fn a_process_prints_keys() {
    let json = KEYS.replace('\n', "");
    let provider = CredentialProcessProvider::new(format!("echo '{json}'"));
    assert_eq!(key(&CachedCredentials::new(provider)).await, "AKIDx");
    let cache = CachedCredentials::new(CredentialProcessProvider::new("exit 3".into()));
    assert!(cache.get(SystemTime::now(), ClockSkew::ZERO).await.is_err());
}

#[tokio::test]
async fn a_container_gets_keys_from_its_agent() {
    let server = Server::start([("GET /keys", KEYS)]).await;
    let child = Child::new("aws::print_a_key")
        .env(
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            format!("{}/keys", server.origin),
        )
        .env("AWS_CONTAINER_AUTHORIZATION_TOKEN", "Bearer pod");
    assert_eq!(child.run().await, "AKIDx");
    let seen = server.seen();
    assert_eq!(seen.len(), 1, "{seen:#?}");
    assert!(
        seen[0].to_lowercase().contains("authorization: bearer pod"),
        "{seen:#?}"
    );
}

#[tokio::test]
async fn a_profile_names_a_process() {
    let json = KEYS.replace('\n', "");
    let config = file(
        "process",
        format!("[profile search]\ncredential_process = echo '{json}'\n"),
    );
    let child = Child::new("aws::print_a_key")
        .env("AWS_CONFIG_FILE", config.to_str().unwrap())
        .env("AWS_PROFILE", "search");
    assert_eq!(child.run().await, "AKIDx");
}

#[tokio::test]
async fn a_session_of_single_sign_on_is_asked_for_a_role() {
    let portal = Server::start([(
        "GET /federation/credentials?role_name=reader&account_id=123456789012",
        r#"{"roleCredentials": {"accessKeyId": "AKIDx", "secretAccessKey": "secret",
            "sessionToken": "token", "expiration": 3660000000000}}"#,
    )])
    .await;
    let home = home("sso_home", Some("2086-01-01T00:00:00Z"));
    let config = file(
        "sso_config",
        "[profile search]\nsso_session = work\nsso_account_id = 123456789012\n\
         sso_role_name = reader\n\n[sso-session work]\nsso_region = us-east-1\n\
         sso_start_url = https://example.awsapps.com/start\n",
    );
    let child = Child::new("aws::print_a_key")
        .env("HOME", home.to_str().unwrap())
        .env("AWS_ENDPOINT_URL_SSO", &portal.origin)
        .env("AWS_CONFIG_FILE", config.to_str().unwrap())
        .env("AWS_PROFILE", "search");
    assert_eq!(child.run().await, "AKIDx");
    let seen = portal.seen();
    assert_eq!(seen.len(), 1, "{seen:#?}");
    assert!(
        seen[0].contains("x-amz-sso_bearer_token: signed in"),
        "{seen:#?}"
    );
}

#[tokio::test]
async fn a_role_that_is_denied_is_an_error_that_names_who_may_not() {
    let caller = "arn:aws:iam::123456789012:user/stranger";
    let denied = |message: &str| {
        format!(
            "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type>\
             <Code>AccessDenied</Code><Message>{message}</Message></Error>\
             <RequestId>7a62c49f</RequestId></ErrorResponse>"
        )
    };
    let of_user = denied(&format!(
        "User: {caller} is not authorized to perform: sts:AssumeRole on resource: \
         arn:aws:iam::123456789012:role/search"
    ));
    let of_token = denied("Not authorized to perform sts:AssumeRoleWithWebIdentity");
    let config = file(
        "denied",
        "[profile search]\nrole_arn = arn:aws:iam::123456789012:role/search\nsource_profile = base\n\n\
         [profile base]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = secret\n",
    );
    let token = file("denied_token", "header.payload.signature");
    for (answer, variables, said) in [
        (
            &of_user,
            [
                ("AWS_CONFIG_FILE", config.to_str().unwrap()),
                ("AWS_PROFILE", "search"),
            ],
            format!("{caller} may not sts:AssumeRole"),
        ),
        (
            &of_token,
            [
                ("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/search"),
                ("AWS_WEB_IDENTITY_TOKEN_FILE", token.to_str().unwrap()),
            ],
            "the caller may not sts:AssumeRoleWithWebIdentity".to_owned(),
        ),
    ] {
        let sts = Server::refusing("403 Forbidden", [("POST /", answer)]).await;
        let mut child = Child::new("aws::print_the_error").env("AWS_ENDPOINT_URL_STS", &sts.origin);
        for (name, value) in variables {
            child = child.env(name, value);
        }
        let hint =
            "allow it in the caller's policies, and name the caller in the role's trust policy";
        assert_eq!(
            child.run().await,
            format!("no usable credentials: not authorised: {said}; {hint}")
        );
        assert_eq!(sts.seen().len(), 1, "not tried again");
    }
}

#[tokio::test]
async fn keys_replaced_in_a_profile_file_are_found() {
    let path = file("rotated", "[default]\n");
    let child = Child::new("aws::rotate_a_profile_file")
        .env("AWS_SHARED_CREDENTIALS_FILE", path.to_str().unwrap());
    assert_eq!(child.run().await, "AKID3");
}

#[tokio::test]
#[ignore = "a part of others, which set its environment"]
async fn print_a_key() {
    let cache = CachedCredentials::new(default_chain().await);
    println!("key: {}", key(&cache).await);
}

#[tokio::test]
#[ignore = "a part of others, which set its environment"]
async fn print_the_error() {
    let domain = Domain::start().await;
    let chain = default_chain().await;
    let client = domain.client_builder().credentials(chain).build().unwrap();
    let error = client.send(cluster::Info::new()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials, "{error:?}");
    assert_eq!(domain.request_count(), 0);
    // Neither the sources of the error nor its debug form show more than the line.
    let mut texts = format!("{error:?} {error:#?}");
    let mut source = std::error::Error::source(&error);
    while let Some(error) = source {
        texts.push_str(&format!(" {error} {error:?}"));
        source = error.source();
    }
    assert!(!texts.contains("canary"), "{texts}");
    match error.hint() {
        Some(hint) => println!("key: {error}; {hint}"),
        None => println!("key: {error}"),
    }
}

#[tokio::test]
#[ignore = "a part of others, which set its environment"]
async fn send_without_a_token() {
    let domain = Domain::builder()
        .principal(Principal::new("AKIDx", "secret"))
        .start()
        .await;
    let chain = default_chain().await;
    let client = domain.client_builder().credentials(chain).build().unwrap();
    client.send(cluster::Info::new()).await.unwrap();
    let sent = format!("{:?}", domain.requests());
    assert!(
        sent.contains("x-amz-date") && !sent.contains("x-amz-security-token"),
        "{sent}"
    );
    println!("key: sent");
}

#[tokio::test]
#[ignore = "a part of another, which sets its environment"]
async fn rotate_a_profile_file() {
    let path = std::env::var("AWS_SHARED_CREDENTIALS_FILE").unwrap();
    let write = |key: &str| {
        let keys = format!("aws_access_key_id = {key}\naws_secret_access_key = secret\n");
        std::fs::write(&path, format!("[default]\n{keys}")).unwrap();
    };
    let cache = CachedCredentials::new(default_chain().await);
    let now = SystemTime::now();
    cache.get(now, ClockSkew::ZERO).await.unwrap_err();

    write("AKID1");
    let first = cache
        .get(now + Duration::from_secs(60), ClockSkew::ZERO)
        .await
        .unwrap();
    assert_eq!(first.access_key_id(), "AKID1");
    write("AKID2");
    assert!(cache.invalidate(&first, now + Duration::from_secs(60)));
    let second = cache
        .get(now + Duration::from_secs(61), ClockSkew::ZERO)
        .await
        .unwrap();
    assert_eq!(second.access_key_id(), "AKID2");
    write("AKID3");
    let later = now + Duration::from_secs(1000);
    while cache
        .get(later, ClockSkew::ZERO)
        .await
        .unwrap()
        .access_key_id()
        == "AKID2"
    {
        tokio::task::yield_now().await;
    }
    println!(
        "key: {}",
        cache
            .get(later, ClockSkew::ZERO)
            .await
            .unwrap()
            .access_key_id()
    );
}

async fn key(cache: &CachedCredentials) -> String {
    let identity = cache.get(SystemTime::now(), ClockSkew::ZERO).await.unwrap();
    identity.access_key_id().to_owned()
}

/// A home directory in which the session `work` of SSO expires at this time, if it was ever begun.
pub(super) fn home(name: &str, expires_at: Option<&str>) -> PathBuf {
    let home = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("credentials_{name}"));
    let cache = home.join(".aws/sso/cache");
    std::fs::create_dir_all(&cache).unwrap();
    if let Some(expires_at) = expires_at {
        let session = format!(
            r#"{{"startUrl": "https://example.awsapps.com/start", "region": "us-east-1",
            "accessToken": "signed in", "expiresAt": "{expires_at}"}}"#
        );
        // Named by the SHA-1 of the session's name, as `aws sso login` does.
        let name = "e274eeff768c6396088ec6eb091f4bf4d47ab1e0.json";
        std::fs::write(cache.join(name), session).unwrap();
    }
    home
}

/// Responds to HTTP requests on loopback with texts by method and path, or else with 404. Keeps the
/// heads of the requests.
pub(super) struct Server {
    pub(super) origin: String,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(super) async fn start<const N: usize>(answers: [(&str, &str); N]) -> Self {
        Self::refusing("200 OK", answers).await
    }

    pub(super) async fn refusing<const N: usize>(
        found: &'static str,
        answers: [(&str, &str); N],
    ) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let answers: HashMap<_, _> = answers
            .map(|(request, answer)| (request.to_owned(), answer.to_owned()))
            .into();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let heads = Arc::clone(&seen);
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.push(stream.read_u8().await.unwrap());
                }
                let head = String::from_utf8(head).unwrap();
                let length = head
                    .to_lowercase()
                    .split_once("content-length: ")
                    .map_or(0, |(_, rest)| rest.lines().next().unwrap().parse().unwrap());
                stream.read_exact(&mut vec![0; length]).await.unwrap();
                let request = head.split(" HTTP/").next().unwrap();
                let (status, body) = match answers.get(request) {
                    Some(answer) => (found, answer.as_str()),
                    None => ("404 Not Found", ""),
                };
                let length = body.len();
                let answer = format!(
                    "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\
                     x-aws-ec2-metadata-token-ttl-seconds: 21600\r\n\r\n{body}"
                );
                heads.lock().unwrap().push(head);
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        Self { origin, seen }
    }

    pub(super) fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}
