//! Servers that send back what they received.

use http::{Method, Response};
use serde_json::json;
use sigtower::opensearch::bulk::Bulk;
use sigtower::opensearch::search::Search;
use sigtower::opensearch::{Client, Error, cluster};
use sigtower::testing::Domain;

use super::*;

/// A server, or a proxy before it, sends back the request in many forms.
pub(super) async fn run(domain: &Domain, shown: &mut Shown) {
    let client = Client::builder(domain.url()).credentials(domain.credentials());
    let client = client.region(domain.region()).service(domain.service());
    let client = client.max_attempts(1).build().unwrap();
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
                let response = Response::builder().status(status);
                domain.next_full_response(response.body(body.clone()).unwrap());
            }
            ask(&client, shown).await;
        }
    }
    let item = json!({ "index": { "_index": "a", "_id": "1", "status": 400,
        "error": { "type": "x", "reason": head, "caused_by": { "type": "y", "reason": mismatch } } } });
    let response = json!({ "took": 1, "errors": true, "items": [item] }).to_string();
    domain.next_full_response(Response::new(response));
    let mut bulk = Bulk::new("a");
    bulk.index(json!({})).id("1");
    for outcome in client.send(bulk).await.unwrap() {
        shown.error(&outcome.unwrap_err());
    }
}

/// Sends a request in every way there is, and shows the results.
pub(super) async fn ask(client: &Client, shown: &mut Shown) {
    match client.raw(Method::GET, "/", DOCUMENT).await {
        Ok(response) => {
            shown.debug(&response);
            if let Err(error) = response.clone().success() {
                refused(&error, shown);
            }
            for error in [
                response.json::<u64>().err(),
                response.json::<Vec<u64>>().err(),
            ] {
                refused(&error.unwrap(), shown);
            }
        }
        Err(error) => refused(&error, shown),
    }
    if let Err(error) = client.send(cluster::Info::new()).await {
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

/// An error, and the results of all its methods.
fn refused(error: &Error, shown: &mut Shown) {
    shown.error(error);
    shown.debug(&error.refusal());
    for text in [error.body(), error.reason(), error.cause(), error.hint()] {
        shown.display(text.unwrap_or_default());
    }
}
