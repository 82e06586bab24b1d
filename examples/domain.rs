//! Runs the domain of `sigtower::testing` as a server: a stand-in for Amazon OpenSearch Service that verifies signatures.
//!
//! Run: `cargo run --example domain -- --port 9200`
//!
//! For tests of clients in any language. It prints its URL and its keys, and then one line for each request: the status,
//! the caller, and why the request was refused. For a wrong signature it also prints the canonical request that the
//! client should have signed.

use std::time::Duration;

use clap::Parser;
use sigtower::BoxError;
use sigtower::testing::{Domain, Exchange, Fault, Principal};

#[derive(Parser)]
struct Arguments {
    /// Port on 127.0.0.1; any free one by default
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Service that requests must be signed for: es, or aoss
    #[arg(long, default_value = "es")]
    service: String,
    /// Region that requests must be signed for
    #[arg(long, default_value = "us-east-1")]
    region: String,
    /// OpenSearch that gets the verified requests, instead of a small store in memory
    #[arg(long, value_name = "URL")]
    upstream: Option<String>,
    /// Keys of a caller and the ARN of its role; several times for several callers
    #[arg(long = "key", value_name = "ID:SECRET[:TOKEN]=ARN", value_parser = principal)]
    keys: Vec<Principal>,
    /// How many seconds the domain's clock is ahead of this machine's
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 0,
        allow_hyphen_values = true
    )]
    clock_offset: i64,
    /// Requests that fail: `every 10: 429`, `every 7: drop`, `every 5: delay 200ms`
    #[arg(long = "fail", value_name = "RULE", value_parser = rule)]
    rules: Vec<(usize, Fault)>,
    /// End after so many seconds
    #[arg(long, value_name = "SECONDS")]
    stop_after: Option<u64>,
}

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let arguments = Arguments::parse();
    let keys = match arguments.keys.is_empty() {
        true => vec![Principal::admin()],
        false => arguments.keys,
    };
    let mut builder = Domain::builder()
        .port(arguments.port)
        .service(arguments.service)
        .region(arguments.region)
        .on_exchange(print);
    if let Some(url) = &arguments.upstream {
        builder = builder.upstream(url);
    }
    for key in &keys {
        builder = builder.principal(key.clone());
    }
    let domain = builder.start().await;
    domain.set_clock_offset(arguments.clock_offset);
    for (period, fault) in arguments.rules {
        domain.every(period, fault);
    }
    println!("OPENSEARCH_URL={}", domain.url());
    println!(
        "AWS_REGION={} AWS_SERVICE={}",
        domain.region(),
        domain.service()
    );
    for key in &keys {
        let keys = aws_credential_types::Credentials::from(key.credentials());
        print!("AWS_ACCESS_KEY_ID={} ", keys.access_key_id());
        print!("AWS_SECRET_ACCESS_KEY={} ", keys.secret_access_key());
        if let Some(token) = keys.session_token() {
            print!("AWS_SESSION_TOKEN={token} ");
        }
        println!("# {}", key.arn());
    }
    let begun = tokio::time::Instant::now();
    let stop = arguments.stop_after.map(Duration::from_secs);
    while stop.is_none_or(|stop| begun.elapsed() < stop) {
        tokio::time::sleep(Duration::from_millis(100)).await;
        domain.clear_requests(); // a server that runs for long must not keep them
    }
    Ok(())
}

fn print(exchange: &Exchange<'_>) {
    let Exchange {
        method,
        target,
        status,
        ..
    } = exchange;
    let verdict = match (exchange.caller, exchange.refused) {
        (_, Some(error)) => error.to_string(),
        (Some(caller), None) => caller.to_owned(),
        (None, None) => "not verified".to_owned(),
    };
    println!("{} {method} {target}: {verdict}", status.as_u16());
    if let Some(expected) = exchange.refused.and_then(|error| error.canonical_request()) {
        println!("  the canonical request should have been:");
        for line in expected.lines() {
            println!("  | {line}");
        }
    }
}

fn principal(text: &str) -> Result<Principal, String> {
    let (keys, arn) = text.split_once('=').ok_or("write ID:SECRET=ARN")?;
    let mut parts = keys.splitn(3, ':');
    let id = parts
        .next()
        .filter(|id| !id.is_empty())
        .ok_or("the key id is missing")?;
    let secret = parts
        .next()
        .ok_or("the secret is missing: write ID:SECRET=ARN")?;
    let principal = Principal::new(id, secret).with_arn(arn).with_role_arn(arn);
    Ok(match parts.next() {
        Some(token) => principal.with_token(token),
        None => principal,
    })
}

fn rule(text: &str) -> Result<(usize, Fault), String> {
    let form = || format!("{text:?} is not a rule such as `every 10: 429`");
    let (period, fault) = text.split_once(':').ok_or_else(form)?;
    let period = period.trim().strip_prefix("every ").ok_or_else(form)?;
    let period: usize = period.trim().parse().map_err(|_| form())?;
    if period == 0 {
        return Err("a rule for every 0th request fails none; write 1 or more".into());
    }
    let fault = match fault.trim() {
        "drop" => Fault::dropped(),
        delay if delay.starts_with("delay ") => {
            let milliseconds = delay["delay ".len()..].trim().strip_suffix("ms");
            let milliseconds = milliseconds.and_then(|number| number.parse().ok());
            Fault::delay(Duration::from_millis(milliseconds.ok_or_else(form)?))
        }
        status => {
            let status: u16 = status.parse().map_err(|_| form())?;
            if !(200..=599).contains(&status) {
                return Err(form());
            }
            Fault::response(status)
        }
    };
    Ok((period, fault))
}
