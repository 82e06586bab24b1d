//! Signs one request to any AWS service, with the layer around a plain hyper client.
//!
//! Run: `cargo run --example any_service -- GET 'https://sts.us-east-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15'`
//!
//! Prints the status to stderr and the body to stdout. Exits with 0 only for a 2xx status. Credentials
//! come from `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`. Region and service
//! come from the flags, or else from the host. If neither names a region, it is `AWS_REGION`.

use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use clap::Parser;
use http::{HeaderName, HeaderValue, Method, Request, Uri};
use http_body_util::{BodyExt, Full};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls_platform_verifier::BuilderVerifierExt;
use sigtower::credentials::Environment;
use sigtower::endpoint::Endpoint;
use sigtower::sigv4::{Payload, PayloadSigning, Scope};
use sigtower::{BoxError, SigV4Layer};
use tower::{Layer, ServiceExt};

#[derive(Parser)]
struct Arguments {
    /// GET, PUT, …
    method: Method,
    /// An absolute URL, percent-encoded
    url: Uri,
    /// Signing name, if the host does not name the service: es, aoss, s3, execute-api, …
    #[arg(long)]
    service: Option<String>,
    /// Region, if the host does not name it
    #[arg(long)]
    region: Option<String>,
    /// File to send as the body; `-` means standard input
    #[arg(long, value_name = "FILE")]
    body: Option<PathBuf>,
    /// A header to send
    #[arg(short = 'H', value_name = "NAME: VALUE", value_parser = header)]
    headers: Vec<(HeaderName, HeaderValue)>,
    /// Do not sign the body (https only)
    #[arg(long)]
    unsigned_payload: bool,
    /// Print a presigned URL that is valid for this many seconds, and send nothing
    #[arg(long, value_name = "SECONDS")]
    presign: Option<u64>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            let line = error.to_string();
            eprintln!("error: {line}");
            for cause in std::iter::successors(error.source(), |&cause| cause.source()) {
                let cause = cause.to_string();
                if !line.contains(&cause) {
                    eprintln!("  because: {cause}");
                }
            }
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<bool, BoxError> {
    let mut sign = SigV4Layer::new(scope(&arguments)?, Environment);
    if arguments.unsigned_payload {
        sign = sign.with_payload_signing(PayloadSigning::Unsigned);
    }
    let body = body(&arguments)?;
    let mut request = Request::builder()
        .method(arguments.method)
        .uri(arguments.url);
    for (name, value) in arguments.headers {
        request = request.header(name, value);
    }
    let request = request.body(Full::new(body))?;

    if let Some(seconds) = arguments.presign {
        let (parts, body) = request.into_parts();
        let body = body.collect().await?.to_bytes();
        let lifetime = Duration::from_secs(seconds);
        let url = sign
            .signer()
            .presign(&parts, Payload::Bytes(&body), lifetime)
            .await?;
        println!("{url}");
        return Ok(true);
    }
    let response = sign.layer(hyper_client()?).oneshot(request).await?;
    let status = response.status();
    eprintln!("{status}");
    let body = response.into_body().collect().await?.to_bytes();
    std::io::stdout().write_all(&body)?;
    Ok(status.is_success())
}

/// The scope to sign for. Also refuses to send signed requests over plain `http`, except to loopback.
fn scope(arguments: &Arguments) -> Result<Scope, BoxError> {
    let scheme = arguments
        .url
        .scheme_str()
        .ok_or("the URL is not absolute; start it with https://")?;
    let authority = arguments
        .url
        .authority()
        .ok_or("the URL has no host; expected https://host/path")?;
    let mut endpoint = Endpoint::parse(format!("{scheme}://{authority}"))?;
    if let Some(region) = &arguments.region {
        endpoint = endpoint.with_region(region)?;
    } else if endpoint.region().is_none()
        && let Ok(region) = std::env::var("AWS_REGION")
    {
        endpoint = endpoint.with_region(&region)?;
    }
    if let Some(service) = &arguments.service {
        endpoint = endpoint.with_service(service)?;
    }
    endpoint.check()?;
    Ok(endpoint.scope()?)
}

fn body(arguments: &Arguments) -> Result<Bytes, BoxError> {
    let mut body = Vec::new();
    match &arguments.body {
        None => {}
        Some(path) if path.as_os_str() == "-" => {
            std::io::stdin().read_to_end(&mut body)?;
        }
        Some(path) => {
            body = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
        }
    }
    Ok(body.into())
}

fn hyper_client() -> Result<Client<HttpsConnector<HttpConnector>, Full<Bytes>>, BoxError> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_platform_verifier()?
        .with_no_client_auth();
    let https = HttpsConnectorBuilder::new()
        .with_tls_config(tls)
        .https_or_http()
        .enable_http1();
    Ok(Client::builder(TokioExecutor::new()).build(https.build()))
}

fn header(text: &str) -> Result<(HeaderName, HeaderValue), String> {
    let (name, value) = text.split_once(':').ok_or("expected `name: value`")?;
    let name = name
        .trim()
        .parse()
        .map_err(|_| "the header name is not valid")?;
    let value = value
        .trim()
        .parse()
        .map_err(|_| "the header value is not valid")?;
    Ok((name, value))
}
