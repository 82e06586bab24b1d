//! Roles for which STS issues keys, behind the cache. moto stands in for STS and IAM:
//!
//! ```sh
//! MOTO_URL=$(tests/moto.sh start) cargo test --all-features --test integration -- --ignored on_moto
//! ```

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use aws_credential_types::provider::error::CredentialsError as ProviderError;
use http::{Method, Request};
use sigtower::Credentials;
use sigtower::body::Body;
use sigtower::credentials::{ProvideCredentials, default_chain, from_fn};
use sigtower::opensearch::{Call, Client, Error, Response, cluster};
use sigtower::testing::{Domain, Principal};
use tokio::sync::{Mutex, MutexGuard};

use super::child::{Child, file};

#[tokio::test]
#[ignore = "needs moto: MOTO_URL=$(tests/moto.sh start)"]
async fn a_profile_with_a_role_signs_and_is_renewed_on_moto() {
    let moto = Moto::open().await;
    let child = moto.assuming("sts::ask_a_domain_for_an_hour", &moto.user("builder").await);
    assert_eq!(child.run().await, "renewed");
}

#[tokio::test]
#[ignore = "needs moto: MOTO_URL=$(tests/moto.sh start)"]
async fn a_service_account_with_a_token_file_signs_and_is_renewed_on_moto() {
    let moto = Moto::open().await;
    let token = file("web_identity_token", "header.payload.signature");
    let child = moto
        .child("sts::ask_a_domain_for_an_hour")
        .env("AWS_ROLE_ARN", ROLE)
        .env("AWS_WEB_IDENTITY_TOKEN_FILE", token.to_str().unwrap());
    assert_eq!(child.run().await, "renewed");
}

#[tokio::test]
#[ignore = "needs moto: MOTO_URL=$(tests/moto.sh start)"]
async fn botocore_verifies_what_a_role_signs_on_moto() {
    let moto = Moto::open().await;
    let builder = moto.user("builder").await;
    moto.allow("builder", "sts:AssumeRole").await;
    moto.check_signatures().await;
    let child = moto.assuming("sts::ask_who_signs", &builder);
    assert_eq!(child.run().await, "assumed-role/search/indexer");
}

#[tokio::test]
#[ignore = "needs moto: MOTO_URL=$(tests/moto.sh start)"]
async fn a_caller_that_is_denied_a_role_sends_nothing_on_moto() {
    let moto = Moto::open().await;
    let stranger = moto.user("stranger").await;
    moto.check_signatures().await;
    let child = moto.assuming("aws::print_the_error", &stranger);
    assert!(child.run().await.starts_with("no usable credentials"));
}

/// Uses the chain's credentials now, and 59 and a half minutes later by the clocks of domain and client.
#[tokio::test]
#[ignore = "a part of others, which set its environment"]
async fn ask_a_domain_for_an_hour() {
    let seconds = Arc::new(AtomicU64::new(0));
    let clock = Arc::clone(&seconds);
    let now = move || SystemTime::now() + Duration::from_secs(clock.load(Ordering::SeqCst));
    let domain = Domain::builder().clock(now).start().await;
    let chain = Arc::new(default_chain().await);
    let iam = domain.clone();
    // The domain accepts everyone to whom STS issues keys, as AWS does.
    let provider = from_fn(move || {
        let (chain, iam) = (Arc::clone(&chain), iam.clone());
        async move {
            let keys = chain.provide_credentials().await?;
            let token = keys.session_token().expect("keys of a role have a token");
            let role = Principal::new(keys.access_key_id(), keys.secret_access_key());
            iam.add_principal(role.with_token(token));
            Ok::<_, ProviderError>(keys)
        }
    });
    let client = domain
        .client_builder()
        .credentials(provider)
        .build()
        .unwrap();
    for later in [0, 10, 3570] {
        seconds.store(later, Ordering::SeqCst);
        client.send(cluster::Info::new()).await.unwrap();
    }
    let requests = domain.requests();
    let key = |at: usize| requests[at].principal.access_key();
    let (first, soon, late) = (key(0), key(1), key(2));
    assert!(first.starts_with("ASIA"), "{first}");
    assert_eq!(first, soon);
    assert_ne!(first, late);
    println!("key: renewed");
}

#[tokio::test]
#[ignore = "a part of others, which set its environment"]
async fn ask_who_signs() {
    let keys = default_chain().await.provide_credentials().await.unwrap();
    let token = keys.session_token().map(str::to_owned);
    let keys = Credentials::new(keys.access_key_id(), keys.secret_access_key(), token);
    let answer = ask("sts", keys, "GetCallerIdentity&Version=2011-06-15").await;
    println!("key: {}", between(&answer, ":123456789012:", "</Arn>"));
}

/// moto without users and roles. Only one test uses it at a time.
struct Moto {
    url: String,
    _alone: MutexGuard<'static, ()>,
}

impl Moto {
    /// A server that accepts every request of every caller.
    async fn open() -> Self {
        static ONE: Mutex<()> = Mutex::const_new(());
        let url = std::env::var("MOTO_URL").expect("MOTO_URL is the URL of moto's server");
        let moto = Self {
            url,
            _alone: ONE.lock().await,
        };
        moto.post("reset-auth", "inf").await;
        moto.post("reset", "").await;
        moto
    }

    /// From now on moto verifies signatures and allows only what policies allow.
    async fn check_signatures(&self) {
        let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"*"}}]}"#;
        self.iam(&format!(
            "CreateRole&RoleName=search&AssumeRolePolicyDocument={}",
            escape(trust)
        ))
        .await;
        self.post("reset-auth", "0").await;
    }

    /// Creates a user. Returns its keys: id and secret.
    async fn user(&self, name: &str) -> (String, String) {
        self.iam(&format!("CreateUser&UserName={name}")).await;
        let keys = self.iam(&format!("CreateAccessKey&UserName={name}")).await;
        (
            between(&keys, "<AccessKeyId>", "</AccessKeyId>").to_owned(),
            between(&keys, "<SecretAccessKey>", "</SecretAccessKey>").to_owned(),
        )
    }

    async fn allow(&self, user: &str, action: &str) {
        let policy = format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"{action}","Resource":"*"}}]}}"#
        );
        let policy = escape(&policy);
        self.iam(&format!(
            "PutUserPolicy&UserName={user}&PolicyName=p&PolicyDocument={policy}"
        ))
        .await;
    }

    /// A child that finds a profile with a role, whose source profile has these keys.
    fn assuming(&self, test: &str, (id, secret): &(String, String)) -> Child {
        let config = format!(
            "[profile search]\nrole_arn = {ROLE}\nrole_session_name = indexer\nsource_profile = base\n\n\
             [profile base]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n"
        );
        self.child(test)
            .env("AWS_CONFIG_FILE", file("role", &config).to_str().unwrap())
            .env("AWS_PROFILE", "search")
    }

    fn child(&self, test: &str) -> Child {
        Child::new(test)
            .env("AWS_ENDPOINT_URL_STS", &self.url)
            .env("MOTO_URL", &self.url)
    }

    async fn iam(&self, action: &str) -> String {
        let anybody = Credentials::new("AKIDEXAMPLE", "secret", None);
        ask("iam", anybody, &format!("{action}&Version=2010-05-08")).await
    }

    async fn post(&self, path: &'static str, body: &'static str) {
        let anybody = Credentials::new("AKIDEXAMPLE", "secret", None);
        let client = client("moto-api", anybody);
        let answer = client
            .raw(Method::POST, format!("/moto-api/{path}"), body)
            .await;
        answer.unwrap().success().unwrap();
    }
}

/// moto's response to an action of the query protocol, signed by our client.
async fn ask(service: &str, keys: Credentials, action: &str) -> String {
    let action = Action(format!("Action={action}"));
    client(service, keys).send(action).await.unwrap()
}

struct Action(String);

impl Call for Action {
    type Output = String;

    fn request(&self) -> Result<Request<Body>, Error> {
        let request = Request::post("/")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(self.0.clone()))?;
        Ok(request)
    }

    fn decode(&self, answer: Response) -> Result<String, Error> {
        Ok(answer.success()?.text().into_owned())
    }
}

fn client(service: &str, keys: Credentials) -> Client {
    Client::builder(std::env::var("MOTO_URL").unwrap())
        .region("us-east-1")
        .service(service)
        .credentials(keys)
        .build()
        .unwrap()
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let rest = text
        .split_once(before)
        .unwrap_or_else(|| panic!("{text}"))
        .1;
    rest.split_once(after).unwrap().0
}

fn escape(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

const ROLE: &str = "arn:aws:iam::123456789012:role/search";
