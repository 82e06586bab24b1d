//! Signs with credentials from an async function, which is called again before they expire.
//!
//! Run: `cargo run --example own_provider`

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use http::Request;
use sigtower::credentials::from_fn;
use sigtower::sigv4::{Payload, Scope, Signer};
use sigtower::{BoxError, Credentials};

/// Stands in for Vault, a sidecar or another service that issues credentials. Each call returns new
/// ones, which live for an hour.
async fn fetch_from_vault() -> Result<Credentials, BoxError> {
    static CALLS: AtomicU32 = AtomicU32::new(0);
    let count = CALLS.fetch_add(1, Ordering::Relaxed) + 1;
    tokio::time::sleep(Duration::from_millis(50)).await;
    println!("vault: issued key {count}");
    let expiry = START + Duration::from_secs(3600 * u64::from(count));
    let token = Some(format!("token-{count}"));
    Ok(Credentials::new(format!("AKIDEXAMPLE{count}"), "secret", token).with_expiry(expiry))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), BoxError> {
    let signer = Signer::new(Scope::new("eu-west-1", "es")?, from_fn(fetch_from_vault));

    // Two hours pass by the signer's clock.
    for minute in (0..120).step_by(15) {
        let now = START + Duration::from_secs(60 * minute);
        let uri = "https://search-movies-abc.eu-west-1.es.amazonaws.com/_cluster/health";
        let (mut parts, ()) = Request::get(uri).body(())?.into_parts();
        signer
            .clone()
            .with_clock(now)
            .sign(&mut parts, Payload::Empty)
            .await?;
        let authorization = parts.headers["authorization"].to_str()?;
        let credential = authorization.split([' ', ',']).nth(1).unwrap_or_default();
        println!("minute {minute:>3}: {credential}");
    }
    Ok(())
}

const START: SystemTime = SystemTime::UNIX_EPOCH;
