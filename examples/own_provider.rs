//! Signs with credentials from an async function of our own, which is asked again in time.
//!
//! Run: `cargo run --example own_provider`

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use http::Request;
use sigtower::credentials::from_fn;
use sigtower::sigv4::{Payload, Scope, Signer};
use sigtower::{BoxError, Credentials};

/// Stands in for Vault, a sidecar, or whatever hands out credentials: each time others, good for an
/// hour.
async fn ask_vault() -> Result<Credentials, BoxError> {
    static ASKED: AtomicU32 = AtomicU32::new(0);
    let count = ASKED.fetch_add(1, Ordering::Relaxed) + 1;
    tokio::time::sleep(Duration::from_millis(50)).await;
    println!("vault: here is key {count}");
    let expiry = START + Duration::from_secs(3600 * u64::from(count));
    let token = Some(format!("token-{count}"));
    Ok(Credentials::new(format!("AKIDEXAMPLE{count}"), "secret", token).with_expiry(expiry))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), BoxError> {
    let signer = Signer::new(Scope::new("eu-west-1", "es")?, from_fn(ask_vault));

    // Two hours go by; we only say so.
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
