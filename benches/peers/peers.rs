//! Compares sigtower with other signers and OpenSearch clients on the same requests.
//!
//! `./run.sh` runs this program and the scripts beside it, and writes `bench/peers.json` to cargo's
//! target directory: `rows` about signing in memory, as in the summary of `benches/sign.rs`, and
//! `end_to_end` with requests a second and CPU time per request, against a server in another process.
//!
//! - without arguments (`cargo bench`): measures the Rust libraries; `--seconds N` for each request
//! - `--server`: runs that server, prints its address, and ends when standard input closes
//! - `--requests`: prints the requests as JSON, for the scripts
//! - `--merge FILE...`: merges the summaries and prints them as tables in Markdown

#[path = "../support/loopback.rs"]
mod loopback;
mod markdown;
mod merge;
#[path = "../support/mod.rs"]
mod support;

use std::time::Duration;

use aws_credential_types::provider::SharedCredentialsProvider;
use bytes::Bytes;
use http::{HeaderMap, Method, Request};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use loopback::{Client, Server};
use serde_json::json;
use sha2::{Digest, Sha256};
use sigtower::SigV4Layer;
use sigtower::body::Body;
use sigtower::endpoint::Endpoint;
use sigtower::transport::{Transport, TransportConfig};
use support::harness::{Subject, measure, time_for_each};
use support::signers;
use support::summary::Summary;
use support::work::{Work, bulk, get_health, promised, put_300};
use tower::{Layer, ServiceExt};

fn main() -> std::io::Result<()> {
    if loopback::is_server() {
        loopback::serve();
        return Ok(());
    }
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some("--requests") => print!("{}", requests()),
        Some("--merge") => merge::merge(&arguments[1..])?,
        _ => measure_all()?,
    }
    Ok(())
}

fn measure_all() -> std::io::Result<()> {
    let time = time_for_each(Duration::from_secs(6));
    let mut summary = Summary::default();
    for work in promised() {
        let subjects = vec![
            signers::floor(&work),
            signers::sigtower(&work),
            signers::aws_sigv4(&work),
            reqsign(&work),
        ];
        summary.add(work.name, measure(subjects, time));
    }
    let path = summary.finish("peers-rust")?;

    println!();
    // CPU time is counted in units of 10 ms: a round of half a second is the shortest useful one.
    let (rounds, round) = match time {
        short if short < Duration::from_secs(1) => (1, Duration::from_millis(50)),
        _ => (8, Duration::from_millis(500)),
    };
    let mut sent = Vec::new();
    let server = Server::start();
    let pem = &server.tls.pem;
    let plain = format!("http://{}", server.address);
    let tls = format!("https://{}", server.tls.address);
    let closing = format!("https://{}", server.tls.closing);
    let mut loads = Vec::new();
    for work in sent_works() {
        let mut clients = clients(&plain, pem, &work);
        clients.push(hyper_client(&plain, &work));
        loads.push((work.name.to_owned(), clients, &[1, 16, 64][..]));
    }
    for work in sent_works() {
        let name = format!("{}, TLS", work.name);
        loads.push((name, clients(&tls, pem, &work), &[1, 16, 64]));
    }
    // A connection for each request: what a client costs whose requests are rare.
    let put = put_300();
    let name = format!("{}, new TLS", put.name);
    loads.push((name, clients(&closing, pem, &put), &[16]));
    loopback::runtime().block_on(async {
        for (work, clients, numbers) in &loads {
            for &in_flight in *numbers {
                let reached = loopback::load(clients, in_flight, rounds, round).await;
                loopback::print(work, in_flight, clients, &reached);
                sent.extend(clients.iter().zip(reached).map(|(client, it)| {
                    json!({
                        "work": work,
                        "subject": client.name,
                        "in_flight": in_flight,
                        "per_second": it.per_second,
                        "cpu_micros": it.cpu_micros,
                    })
                }));
            }
        }
    });
    merge::add(&path, "end_to_end", sent)
}

/// The clients that connect with TLS as well.
fn clients(origin: &str, pem: &str, work: &Work) -> Vec<Client> {
    vec![
        sigtower_client(origin, pem, work),
        opensearch_client(origin, pem, work),
        sigtower_layer(origin, pem, work),
    ]
}

fn sent_works() -> [Work; 3] {
    [get_health(), put_300(), bulk("bulk-64KiB", 64 << 10)]
}

/// The requests that the scripts sign and send, without those above one megabyte.
fn requests() -> serde_json::Value {
    let is_sent = |work: &Work| sent_works().iter().any(|sent| sent.name == work.name);
    let works = promised().into_iter();
    let works = works.filter(|work| work.body.len() <= 1 << 20 && work.also_signed.is_empty());
    let works = works.map(|work| {
        let headers = work.headers.iter();
        let headers = headers.map(|(name, value)| [name.as_str(), value.to_str().expect("text")]);
        json!({
            "name": work.name,
            "method": work.method.as_str(),
            "url": work.uri.to_string(),
            "path": work.uri.path_and_query().expect("both").as_str(),
            "headers": headers.collect::<Vec<_>>(),
            "body": str::from_utf8(&work.body).expect("JSON is text"),
            "token": work.token,
            "is_signed": true,
            "is_sent": is_sent(&work),
        })
    });
    works.collect()
}

/// reqsign signs the hash that the caller sets as `x-amz-content-sha256`.
fn reqsign(work: &Work) -> Subject {
    let credentials = Fixed(reqsign_aws_v4::Credential {
        access_key_id: "AKIDEXAMPLE".into(),
        secret_access_key: "secret".into(),
        session_token: work.token.clone(),
        expires_in: None,
    });
    let signer = std::sync::Arc::new(reqsign_core::Signer::new(
        reqsign_core::Context::new(),
        credentials,
        reqsign_aws_v4::RequestSigner::new("es", "us-east-1"),
    ));
    let (body, work) = (work.body.clone(), work.clone());
    Subject::new(
        "reqsign",
        move || work.request(()).into_parts().0,
        move |parts| {
            let hash: String = Sha256::digest(&body)
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect();
            let hash = hash.try_into().expect("a header value");
            parts.headers.insert("x-amz-content-sha256", hash);
            let signed = std::pin::pin!(signer.sign(parts, None));
            let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
            match signed.poll(&mut cx) {
                std::task::Poll::Ready(signed) => signed.expect("signed"),
                std::task::Poll::Pending => panic!("reqsign waits, but everything is in memory"),
            }
        },
    )
}

#[derive(Clone, Debug)]
struct Fixed(reqsign_aws_v4::Credential);

impl reqsign_core::ProvideCredential for Fixed {
    type Credential = reqsign_aws_v4::Credential;

    async fn provide_credential(
        &self,
        _: &reqsign_core::Context,
    ) -> reqsign_core::Result<Option<Self::Credential>> {
        Ok(Some(self.0.clone()))
    }
}

/// A raw call of our client: retries, size limits, timeouts, signing, reading the whole response.
fn sigtower_client(origin: &str, pem: &str, work: &Work) -> Client {
    let client = sigtower::opensearch::Client::builder(origin)
        .region("us-east-1")
        .service("es")
        .credentials(work.credentials())
        .root_certificate_pem(pem.to_owned())
        .build()
        .expect("a client");
    let work = work.clone();
    Client::new("sigtower", move || {
        let (client, work) = (client.clone(), work.clone());
        async move {
            let sent = client.raw(work.method.clone(), work.uri.path(), work.body.clone());
            assert!(sent.await.expect("a response").success().is_ok());
        }
    })
}

/// Our layer on our transport, without the client: no retries, no limits.
fn sigtower_layer(origin: &str, pem: &str, work: &Work) -> Client {
    let endpoint = Endpoint::parse(origin).expect("an endpoint");
    let config = TransportConfig::new().with_root_certificate_pem(pem.to_owned());
    let transport = Transport::new(&endpoint, &config).expect("a transport");
    let service = SigV4Layer::from_signer(work.signer()).layer(transport);
    let uri: http::Uri = format!("{origin}{}", work.uri.path())
        .parse()
        .expect("a URI");
    let work = work.clone();
    Client::new("sigtower-layer", move || {
        let mut request = work.request(Body::from(work.body.clone()));
        *request.uri_mut() = uri.clone();
        let sent = service.clone().oneshot(request);
        async {
            let response = sent.await.expect("a response");
            response.into_body().collect().await.expect("its body");
        }
    })
}

/// opensearch-rs with aws-auth, sending the same bytes.
fn opensearch_client(origin: &str, pem: &str, work: &Work) -> Client {
    use opensearch::cert::{Certificate, CertificateValidation};
    use opensearch::http::transport::{SingleNodeConnectionPool, TransportBuilder};

    let pool = SingleNodeConnectionPool::new(url::Url::parse(origin).expect("a URL"));
    let credentials = aws_credential_types::Credentials::from(work.credentials());
    let credentials = opensearch::auth::Credentials::AwsSigV4(
        SharedCredentialsProvider::new(credentials),
        aws_types::region::Region::new("us-east-1"),
    );
    let transport = TransportBuilder::new(pool)
        .auth(credentials)
        .service_name("es");
    let transport = match origin.starts_with("https:") {
        false => transport,
        true => {
            let certificate = Certificate::from_pem(pem.as_bytes()).expect("a certificate");
            transport.cert_validation(CertificateValidation::Full(certificate))
        }
    };
    let transport = transport.build().expect("a transport");
    let client = opensearch::OpenSearch::new(transport);
    let method = match work.method {
        Method::GET => opensearch::http::Method::Get,
        Method::PUT => opensearch::http::Method::Put,
        _ => opensearch::http::Method::Post,
    };
    let work = work.clone();
    Client::new("opensearch-rs", move || {
        let (client, work) = (client.clone(), work.clone());
        async move {
            let body = (!work.body.is_empty()).then(|| work.body.clone());
            let sent = client.send(
                method,
                work.uri.path(),
                HeaderMap::new(),
                None::<&()>,
                body,
                None,
            );
            let response = sent.await.expect("a response");
            assert!(response.status_code().is_success());
            response.bytes().await.expect("its body");
        }
    })
}

/// aws-sigv4 by hand over hyper's pooled client: the way without a client library.
fn hyper_client(origin: &str, work: &Work) -> Client {
    let client = hyper_util::client::legacy::Client::builder(TokioExecutor::new())
        .build::<_, Full<Bytes>>(HttpConnector::new());
    let sign = signers::sign_with_aws(work);
    let uri: http::Uri = format!("{origin}{}", work.uri.path())
        .parse()
        .expect("a URI");
    let work = work.clone();
    Client::new("aws-sigv4+hyper", move || {
        let mut request: Request<Bytes> = work.request(work.body.clone());
        *request.uri_mut() = uri.clone();
        sign(&mut request, std::time::SystemTime::now());
        let sent = client.request(request.map(Full::new));
        async {
            let response = sent.await.expect("a response");
            response.into_body().collect().await.expect("its body");
        }
    })
}
