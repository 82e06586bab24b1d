//! Reads requests as JSON lines and prints how each is signed, step by step, or its presigned URL.
//!
//! Run: `cargo run --example explain < tests/vectors/golden.jsonl`
//!
//! A line is in the format of the golden vectors (`tests/vectors/README.md`). With `settings.presign`, a
//! number of seconds, the output is a URL that is valid for this time. The output contains signatures
//! and, in the canonical request or the URL, session tokens. The input contains the secrets already.

mod case;

use std::io::{self, BufRead, Write};
use std::process::ExitCode;

use serde_json::{Value, json};
use sigtower::BoxError;

use self::case::Case;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<ExitCode, BoxError> {
    let mut all_signed = true;
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let (id, explained) = match serde_json::from_str::<Value>(&line) {
            Ok(case) => (case["id"].clone(), explain(&case).await),
            Err(error) => (Value::Null, Err(error.into())),
        };
        let output = explained.unwrap_or_else(|error| {
            all_signed = false;
            json!({ "id": id, "error": error.to_string() })
        });
        writeln!(out, "{output}")?;
    }
    Ok(if all_signed {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn explain(case: &Value) -> Result<Value, BoxError> {
    let id = &case["id"];
    let case = Case::from_json(case)?;
    if let Some(expires) = case.presign {
        let url = case.signer.presign(&case.parts, case.payload(), expires);
        return Ok(json!({ "id": id, "url": url.await?.to_string() }));
    }
    let explained = case.signer.explain(&case.parts, case.payload()).await?;
    Ok(json!({
        "id": id,
        "canonical_request": explained.reveal_canonical_request(),
        "string_to_sign": explained.string_to_sign(),
        "signed_headers": explained.signed_headers(),
        "signature": explained.reveal_signature(),
        "authorization": explained.reveal_authorization(),
    }))
}
