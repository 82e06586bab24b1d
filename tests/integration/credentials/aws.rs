//! Providers of `aws_config` before the cache, against stand-ins on loopback and files.
//!
//! Not here: STS (assume-role, web identity) and SSO, which want a service of AWS.

use std::collections::HashMap;
use std::io::Write;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use aws_config::credential_process::CredentialProcessProvider;
use aws_config::imds;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use sigtower::credentials::{CachedCredentials, default_chain};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

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
    assert!(cache.get(SystemTime::now()).await.is_err());
}

#[tokio::test]
async fn a_container_gets_keys_from_its_agent() {
    let server = Server::start([("GET /keys", KEYS)]).await;
    let child = Child::new("from_the_default_chain")
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
        &format!("[profile search]\ncredential_process = echo '{json}'\n"),
    );
    let child = Child::new("from_the_default_chain")
        .env("AWS_CONFIG_FILE", config.to_str().unwrap())
        .env("AWS_PROFILE", "search");
    assert_eq!(child.run().await, "AKIDx");
}

#[tokio::test]
async fn keys_replaced_in_a_profile_file_are_found() {
    let path = file("rotated", "[default]\n");
    let child = Child::new("rotate_a_profile_file")
        .env("AWS_SHARED_CREDENTIALS_FILE", path.to_str().unwrap());
    assert_eq!(child.run().await, "AKID3");
}

/// A process of its own, because the chain reads variables.
#[tokio::test]
#[ignore = "a part of others, which set its environment"]
async fn from_the_default_chain() {
    let cache = CachedCredentials::new(default_chain().await);
    println!("key: {}", key(&cache).await);
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
    cache.get(now).await.unwrap_err();

    write("AKID1");
    let first = cache.get(now + Duration::from_secs(60)).await.unwrap();
    assert_eq!(first.access_key_id(), "AKID1");
    write("AKID2");
    assert!(cache.invalidate(&first));
    let second = cache.get(now + Duration::from_secs(61)).await.unwrap();
    assert_eq!(second.access_key_id(), "AKID2");
    write("AKID3");
    let later = now + Duration::from_secs(1000);
    while cache.get(later).await.unwrap().access_key_id() == "AKID2" {
        tokio::task::yield_now().await;
    }
    println!("key: {}", cache.get(later).await.unwrap().access_key_id());
}

async fn key(cache: &CachedCredentials) -> String {
    let identity = cache.get(SystemTime::now()).await.unwrap();
    identity.access_key_id().to_owned()
}

fn file(name: &str, text: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("credentials_{name}"));
    std::fs::File::create(&path)
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    path
}

/// One ignored test of this file, run by itself with an environment of its own.
struct Child(Command);

impl Child {
    fn new(test: &str) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        let test = format!("credentials::aws::{test}");
        command.args([&test, "--exact", "--ignored", "--nocapture"]);
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("AWS_")) {
            command.env_remove(name);
        }
        command.env("AWS_EC2_METADATA_DISABLED", "true");
        command.env("AWS_REGION", "us-east-1");
        let empty = file("empty", "");
        command
            .env("AWS_CONFIG_FILE", &empty)
            .env("AWS_SHARED_CREDENTIALS_FILE", &empty);
        Self(command)
    }

    fn env(mut self, name: &str, value: impl AsRef<str>) -> Self {
        self.0.env(name, value.as_ref());
        self
    }

    /// The key that it got.
    async fn run(mut self) -> String {
        let output = tokio::task::spawn_blocking(move || self.0.output())
            .await
            .unwrap()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        let errors = String::from_utf8_lossy(&output.stderr);
        let key = text.lines().find_map(|line| line.split("key: ").nth(1));
        key.unwrap_or_else(|| panic!("{text}\n{errors}"))
            .trim()
            .to_owned()
    }
}

/// Answers HTTP on loopback with texts given by method and path, else 404; keeps the heads it saw.
struct Server {
    origin: String,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Server {
    async fn start<const N: usize>(answers: [(&str, &str); N]) -> Self {
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
                let request = head.split(" HTTP/").next().unwrap();
                let (status, body) = match answers.get(request) {
                    Some(answer) => ("200 OK", answer.as_str()),
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

    fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}
