//! Clients of a domain: what they are told, and how it reads.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use http::{Method, Request, Response};
use serde_json::json;
use sigtower::Credentials;
use sigtower::body::Body;
use sigtower::endpoint::Endpoint;
use sigtower::opensearch::bulk::Bulk;
use sigtower::opensearch::search::Search;
use sigtower::opensearch::{
    Client, ClientBuilder, Error, Info, cluster, document, index, send_signed,
};
use sigtower::testing::{Domain, Principal};
use sigtower::transport::{Transport, TransportConfig};
use tower::{Service, service_fn};

use super::*;

pub(super) async fn run(shown: &mut Shown) {
    let principal = Principal::new(ACCESS_KEY, SECRET_KEY).with_token(TOKEN);
    let domain = Domain::builder().principal(principal).start().await;
    answers(&domain, shown).await;
    refusals(&domain, shown).await;
    echoes(&domain, shown).await;
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

async fn answers(domain: &Domain, shown: &mut Shown) {
    let client = domain.client();
    shown.debug(&builder(domain));
    shown.debug(&client);
    shown.debug(&client.send(Info::new()).await.unwrap());
    shown.debug(&client.send(cluster::Health::new()).await.unwrap());
    let secretive = json!({ "text": DOCUMENT });
    let write = document::Index::new("movies", &secretive).id("1");
    shown.debug(&client.send(write).await.unwrap());
    let mut bulk = Bulk::new("movies");
    bulk.index(&secretive).id("2").delete("3");
    let outcomes = client.send(bulk).await.unwrap();
    shown.debug(&outcomes.into_iter().collect::<Vec<_>>());
    let path = "/movies/_doc/1";
    let answer = client.raw(Method::GET, path, ()).await.unwrap();
    assert!(answer.text().contains(DOCUMENT));
    shown.debug(&answer);
    shown.debug(&client.send(index::Delete::new("movies")).await.unwrap());
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
        answered(&client, shown).await;
        for authorization in sent.lock().unwrap().iter() {
            shown.signed(authorization);
        }
    }
}

/// A server, or what stands before it, sends back what it was sent, in any dress.
async fn echoes(domain: &Domain, shown: &mut Shown) {
    let client = domain.client();
    let signature = "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7";
    shown.signatures.push(signature.to_owned());
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential={ACCESS_KEY}/20150830/us-east-1/es/aws4_request, \
         SignedHeaders=host, Signature={signature}"
    );
    let canonical = format!("GET\n/\n\nhost:a\nx-amz-security-token:{TOKEN}\n\nhost\nabc");
    let mismatch = format!(
        "The request signature we calculated does not match the signature you provided.\n\n\
         The Canonical String for this request should have been\n'{canonical}'\n\n\
         The String-to-Sign should have been\n'AWS4-HMAC-SHA256\n20150830T123600Z'\n"
    );
    let head = format!("Authorization: {authorization}\r\nX-Amz-Security-Token: {TOKEN}\r\n");
    for body in [
        json!({ "message": mismatch }).to_string(),
        json!({ "Message": mismatch, "__type": "InvalidSignatureException" }).to_string(),
        json!({ "error": { "type": "x", "reason": mismatch, "caused_by": { "reason": head } } })
            .to_string(),
        json!({ "error": head }).to_string(),
        json!(head).to_string(),
        json!({ "headers": { "Authorization": authorization, "X-Amz-Security-Token": TOKEN } })
            .to_string(),
        json!({ "message": format!("?X-Amz-Signature={signature}&X-Amz-Security-Token={TOKEN}") })
            .to_string(),
        json!({ "message": format!("{authorization} is no Authorization header") }).to_string(),
        format!("<html><title>400</title><pre>GET / HTTP/1.1\r\n{head}\r\n</pre></html>"),
        format!(
            "<Error><Code>SignatureDoesNotMatch</Code><Message>{mismatch}</Message>\
             <SignatureProvided>{signature}</SignatureProvided>\
             <CanonicalRequest>{canonical}</CanonicalRequest></Error>"
        ),
        format!(
            "<Error><Code>InvalidToken</Code><Message>The provided token is malformed.</Message>\
             <Token-0>{TOKEN}</Token-0></Error>"
        ),
        head.clone(),
        format!("\u{feff}{head}"),
    ] {
        for status in [200, 400, 403, 429, 500, 502] {
            for _ in 0..4 {
                let answer = Response::builder().status(status);
                domain.next_answer(answer.body(body.clone()).unwrap());
            }
            answered(&client, shown).await;
        }
    }
    let item = json!({ "index": { "_index": "a", "_id": "1", "status": 400,
        "error": { "type": "x", "reason": head, "caused_by": { "type": "y", "reason": mismatch } } } });
    let answer = json!({ "took": 1, "errors": true, "items": [item] }).to_string();
    domain.next_answer(Response::new(answer));
    let mut bulk = Bulk::new("a");
    bulk.index(json!({})).id("1");
    for outcome in client.send(bulk).await.unwrap() {
        shown.error(&outcome.unwrap_err());
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
        shown.error(&client.send(Info::new()).await.unwrap_err());
    }
    for byte in [0, 10, 200] {
        domain.reset_next_at(byte).close_next_at(byte).drop_next();
        for _ in 0..3 {
            if let Err(error) = client.send(Info::new()).await {
                shown.error(&error);
            }
        }
    }
    let nobody_listens = Client::builder("http://127.0.0.1:1").credentials(credentials());
    let client = nobody_listens.region("us-east-1").service("es");
    shown.error(&client.build().unwrap().send(Info::new()).await.unwrap_err());
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

/// Asks in every way there is, and shows whatever comes of it.
async fn answered(client: &Client, shown: &mut Shown) {
    match client.raw(Method::GET, "/", DOCUMENT).await {
        Ok(answer) => {
            shown.debug(&answer);
            if let Err(error) = answer.clone().success() {
                refused(&error, shown);
            }
            for error in [answer.json::<u64>().err(), answer.json::<Vec<u64>>().err()] {
                refused(&error.unwrap(), shown);
            }
        }
        Err(error) => refused(&error, shown),
    }
    if let Err(error) = client.send(Info::new()).await {
        refused(&error, shown);
    }
    let search = Search::<serde_json::Value>::new("movies");
    if let Err(error) = client.send(search).await {
        refused(&error, shown);
    }
    let mut bulk = Bulk::new("movies");
    bulk.index(json!({})).id("1");
    if let Err(error) = client.send(bulk).await {
        refused(&error, shown);
    }
}

/// An error and all that it can be asked.
fn refused(error: &Error, shown: &mut Shown) {
    shown.error(error);
    shown.debug(&error.refusal());
    for text in [error.body(), error.reason(), error.cause(), error.hint()] {
        shown.display(text.unwrap_or_default());
    }
}

/// The same client, whose signatures are written down as they leave.
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
