//! Clients of a domain: what they receive, and how it is shown.

use std::convert::Infallible;
use std::future::ready;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use futures_util::StreamExt;
use futures_util::stream::iter;
use http::{Method, Request, Response};
use serde_json::json;
use sigtower::body::Body;
use sigtower::endpoint::Endpoint;
use sigtower::ingest::{Operation, Outcome};
use sigtower::opensearch::bulk::Bulk;
use sigtower::opensearch::{Client, ClientBuilder, Raw, cluster, document, index};
use sigtower::retry::Report;
use sigtower::send_signed;
use sigtower::sigv4::{Scope, SigningRecord};
use sigtower::stack::{Stack, StackConfig};
use sigtower::testing::{Domain, Principal};
use sigtower::transport::{Transport, TransportConfig};
use sigtower::{Credentials, SigV4Layer};
use tower::{Service, ServiceExt, service_fn};

use super::*;

pub(super) async fn run(shown: &mut Shown) {
    let principal = Principal::new(ACCESS_KEY, SECRET_KEY).with_token(TOKEN);
    let domain = Domain::builder().principal(principal).start().await;
    responses(&domain, shown).await;
    loads(&domain, shown).await;
    refusals(&domain, shown).await;
    echoes::run(&domain, shown).await;
    retries(shown).await;
    broken_exchanges(&domain, shown).await;
    never_sent(shown).await;
    shown.debug(&domain);
    shown.debug(&Domain::builder().principal(Principal::new(ACCESS_KEY, SECRET_KEY)));
    for received in domain.requests() {
        shown.signed(received.headers["authorization"].to_str().unwrap());
        shown.debug(&received.headers);
        shown.debug(&received.principal);
    }
}

async fn responses(domain: &Domain, shown: &mut Shown) {
    let client = domain.client();
    shown.debug(&builder(domain));
    shown.debug(&client);
    shown.debug(&client.send(cluster::Info::new()).await.unwrap());
    shown.debug(&client.send(cluster::Health::new()).await.unwrap());
    let secretive = json!({ "text": DOCUMENT });
    let write = document::Index::new("movies", &secretive).id("1");
    shown.debug(&client.send(write).await.unwrap());
    let mut bulk = Bulk::new("movies");
    bulk.index(&secretive).id("2").delete("3");
    let outcomes = client.send(bulk).await.unwrap();
    shown.debug(&outcomes.into_iter().collect::<Vec<_>>());
    let path = "/movies/_doc/1";
    let response = client.raw(Method::GET, path, ()).await.unwrap();
    assert!(response.text().contains(DOCUMENT));
    shown.debug(&response);
    shown.debug(&client.send(index::Delete::new("movies")).await.unwrap());
}

async fn loads(domain: &Domain, shown: &mut Shown) {
    let client = domain.client();
    let document = || Operation::index(json!({ "text": DOCUMENT }));
    let builder = client.ingest("loads");
    shown.debug(&builder);
    let load = builder.start();
    load.push(document()).await.unwrap();
    shown.debug(&load);
    shown.debug(&load.watch());
    shown.debug(&load.finish().await);
    // No index has such a name, so the outcome gives the operation back.
    let mut outcomes = client.ingest("_loads").outcomes(iter([document()]));
    shown.debug(&outcomes);
    while let Some(outcome) = outcomes.next().await {
        let Outcome::Rejected(rejected) = &outcome else {
            panic!("an index named _loads");
        };
        shown.display(rejected);
        shown.debug(&outcome);
    }
    let hits = Raw::new(Method::GET, "/loads/_search");
    let streamed = client.send_streaming(hits).await.unwrap();
    shown.debug(&streamed);
    shown.debug(&streamed.body);
}

async fn refusals(domain: &Domain, shown: &mut Shown) {
    let keys = |id: &str, secret: &str, token: &str| {
        builder(domain).credentials(Credentials::new(id, secret, Some(token.to_owned())))
    };
    let scope = |region: &str, service: &str| {
        let client = Client::builder(domain.url()).credentials(credentials());
        client.region(region).service(service)
    };
    let late = SystemTime::now() - Duration::from_secs(3600);
    for client in [
        keys(ACCESS_KEY, OTHER_SECRET_KEY, TOKEN),
        keys(ACCESS_KEY, SECRET_KEY, OLD_TOKEN),
        keys("ASIAUNKNOWN", SECRET_KEY, TOKEN),
        scope("eu-west-1", "es"),
        scope("us-east-1", "aoss"),
        builder(domain).clock(late),
    ] {
        let sent = Arc::new(Mutex::new(Vec::new()));
        let client = recorded(client, domain, Arc::clone(&sent));
        echoes::ask(&client, shown).await;
        for authorization in sent.lock().unwrap().iter() {
            shown.signed(authorization);
        }
    }
}

async fn broken_exchanges(domain: &Domain, shown: &mut Shown) {
    let client = domain.client();
    for location in [
        format!("http://user:{PASSWORD}@elsewhere.example/x?token={TOKEN}"),
        format!("http://elsewhere.example/?X-Amz-Security-Token={TOKEN}"),
        format!("//{PASSWORD}@elsewhere.example/"),
    ] {
        domain.redirect_next(&location);
        shown.error(&client.send(cluster::Info::new()).await.unwrap_err());
    }
    for byte in [0, 10, 200] {
        domain.reset_next_at(byte).close_next_at(byte).drop_next();
        for _ in 0..3 {
            if let Err(error) = client.send(cluster::Info::new()).await {
                shown.error(&error);
            }
        }
    }
    let nobody_listens = Client::builder("http://127.0.0.1:1").credentials(credentials());
    let client = nobody_listens.region("us-east-1").service("es");
    shown.error(
        &client
            .build()
            .unwrap()
            .send(cluster::Info::new())
            .await
            .unwrap_err(),
    );
}

async fn never_sent(shown: &mut Shown) {
    for url in [
        format!("https://user:{PASSWORD}@my-bucket.s3.us-east-1.amazonaws.com/"),
        format!("https://{PASSWORD}@my-bucket.s3.us-east-1.amazonaws.com/#"),
        format!("ftp://user:{PASSWORD}@my-bucket.s3.us-east-1.amazonaws.com/"),
    ] {
        let refused = send_signed(Method::GET, &url, &credentials(), DOCUMENT).await;
        shown.error(&refused.unwrap_err());
        let client = Client::builder(&url).credentials(credentials());
        shown.debug(&client);
        shown.error(&client.build().unwrap_err());
    }
    let client = Client::builder("http://127.0.0.1:1")
        .region("us-east-1")
        .service("es");
    let bad = Credentials::new("AKID", SECRET_KEY, Some(format!("{TOKEN}\n")));
    let client = client.credentials(bad).build().unwrap();
    shown.error(&client.raw(Method::PUT, "/", DOCUMENT).await.unwrap_err());
    shown.error(&client.raw(Method::PUT, "/é\n", DOCUMENT).await.unwrap_err());
}

/// The report and the record of an attempt whose response shows what was signed.
async fn retries(shown: &mut Shown) {
    let message = format!(
        "The request signature we calculated does not match the signature you provided.\n\n\
         The Canonical String for this request should have been\n\
         'GET\n/\n\nhost:b\nx-amz-security-token:{TOKEN}\n\nhost\nabc'\n"
    );
    let body = json!({ "message": message }).to_string();
    let records = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&records);
    let service = service_fn(move |request: Request<Body>| {
        let record = request.extensions().get::<SigningRecord>().cloned();
        kept.lock().unwrap().push(record.unwrap());
        let response = Response::builder()
            .status(403)
            .body(Body::from(body.clone()));
        ready(Ok::<_, Infallible>(response.unwrap()))
    });
    let sign = SigV4Layer::new(Scope::new("us-east-1", "es").unwrap(), credentials());
    let stack = Stack::new(service, sign, &StackConfig::new());
    shown.debug(&stack);
    let request = Request::get("https://search.example/").body(Body::empty());
    let response = stack.oneshot(request.unwrap()).await.unwrap();
    let report = response.extensions().get::<Report>().unwrap();
    assert!(report.canonical_request.is_some());
    shown.debug(report);
    for record in records.lock().unwrap().iter() {
        assert!(record.signed().is_some());
        shown.debug(record);
    }
}

/// The same client, with a record of the signatures that it sends.
fn recorded(builder: ClientBuilder, domain: &Domain, sent: Arc<Mutex<Vec<String>>>) -> Client {
    let endpoint = Endpoint::parse(domain.url()).unwrap();
    let transport = Transport::new(&endpoint, &TransportConfig::new()).unwrap();
    let recording = service_fn(move |request: Request<Body>| {
        let authorization = request.headers()["authorization"].to_str().unwrap();
        sent.lock().unwrap().push(authorization.to_owned());
        transport.clone().call(request)
    });
    builder.over(recording).build().unwrap()
}

fn builder(domain: &Domain) -> ClientBuilder {
    let client = Client::builder(domain.url()).credentials(credentials());
    client.region(domain.region()).service(domain.service())
}
