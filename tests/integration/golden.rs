//! Requests that independent signers agree on, as they are sent.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use http::request::Parts;
use http::{HeaderName, HeaderValue, Request};
use serde_json::Value;
use sigtower::testing::{Principal, Verifier};

/// One signed request and who signed it.
#[derive(Clone)]
pub(crate) struct Golden {
    pub(crate) id: String,
    pub(crate) parts: Parts,
    pub(crate) body: Vec<u8>,
    pub(crate) principal: Principal,
    pub(crate) time: SystemTime,
    pub(crate) signed_headers: Vec<String>,
    pub(crate) unsigned_payload: bool,
    pub(crate) canonical_request: String,
    pub(crate) region: String,
    pub(crate) service: String,
}

impl Golden {
    /// A verifier that knows the signer, at the time of signing.
    pub(crate) fn verifier(&self) -> Verifier {
        let time = self.time;
        Verifier::new(&*self.region, &*self.service)
            .with_principal(self.principal.clone())
            .with_clock(move || time)
    }

    fn new(row: &Value) -> Self {
        let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
        let mut principal = Principal::new(text("access_key"), text("secret_key"));
        if let Some(token) = row["session_token"].as_str() {
            principal = principal.with_token(token);
        }
        let signed_headers: Vec<String> = list(&row["expected_signed_headers"])
            .iter()
            .map(|name| name.as_str().unwrap().to_owned())
            .collect();
        let mut request = Request::builder()
            .method(row["method"].as_str().unwrap())
            .uri(format!("https://host{}", text("uri")))
            .body(())
            .unwrap();
        let unsigned = list(&row["headers"]).iter().filter(|header| {
            let name = header[0].as_str().unwrap().to_ascii_lowercase();
            !signed_headers.contains(&name)
        });
        for header in list(&row["expected_signed_header_values"])
            .iter()
            .chain(unsigned)
        {
            request.headers_mut().append(
                HeaderName::try_from(header[0].as_str().unwrap()).unwrap(),
                HeaderValue::from_str(header[1].as_str().unwrap()).unwrap(),
            );
        }
        let authorization = text("expected_authorization").parse().unwrap();
        request.headers_mut().insert("authorization", authorization);
        let (parts, ()) = request.into_parts();
        Self {
            id: text("id"),
            parts,
            body: base64::prelude::BASE64_STANDARD
                .decode(text("body_b64"))
                .unwrap(),
            principal,
            time: seconds(&text("timestamp")),
            unsigned_payload: text("expected_payload_hash") == "UNSIGNED-PAYLOAD",
            canonical_request: text("expected_canonical_request"),
            signed_headers,
            region: text("region"),
            service: text("service"),
        }
    }
}

/// All golden requests.
pub(crate) fn golden() -> Vec<Golden> {
    include_str!("../vectors/golden.jsonl")
        .lines()
        .map(|line| Golden::new(&serde_json::from_str(line).unwrap()))
        .collect()
}

/// Reads `20150830T123600Z` with the calendar of chrono.
fn seconds(stamp: &str) -> SystemTime {
    let time = chrono::NaiveDateTime::parse_from_str(stamp, "%Y%m%dT%H%M%SZ").unwrap();
    UNIX_EPOCH + Duration::from_secs(time.and_utc().timestamp().try_into().unwrap())
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
