//! A request in the format of the golden vectors.

use std::time::{Duration, SystemTime};

use base64::prelude::{BASE64_STANDARD, Engine};
use http::request::Parts;
use http::{HeaderName, HeaderValue, Request};
use serde_json::Value;
use sigtower::sigv4::{ContentSha256, Payload, Scope, Signer};
use sigtower::{BoxError, Credentials};

/// A request, its body, and a signer with the settings of the case.
pub(crate) struct Case {
    pub(crate) parts: Parts,
    pub(crate) signer: Signer,
    /// How long a presigned URL is valid, if the case asks for one.
    pub(crate) presign: Option<Duration>,
    body: Vec<u8>,
    unsigned_payload: bool,
}

impl Case {
    /// Reads a case. The defaults are a `GET` over https in `us-east-1`.
    pub(crate) fn from_json(case: &Value) -> Result<Self, BoxError> {
        let payload = optional(case, "/settings/payload").unwrap_or("hash");
        if !matches!(payload, "hash" | "UNSIGNED-PAYLOAD") {
            return Err(format!(
                "settings.payload {payload:?} is not \"hash\" or \"UNSIGNED-PAYLOAD\""
            )
            .into());
        }
        Ok(Self {
            parts: parts(case)?,
            signer: signer(case)?,
            presign: presign(case)?,
            body: BASE64_STANDARD.decode(optional(case, "/body_b64").unwrap_or_default())?,
            unsigned_payload: payload == "UNSIGNED-PAYLOAD",
        })
    }

    pub(crate) fn payload(&self) -> Payload<'_> {
        if self.unsigned_payload {
            Payload::Unsigned
        } else {
            Payload::Bytes(&self.body)
        }
    }
}

fn presign(case: &Value) -> Result<Option<Duration>, BoxError> {
    match case.pointer("/settings/presign") {
        None | Some(Value::Null) => Ok(None),
        Some(seconds) => match seconds.as_u64() {
            Some(seconds) => Ok(Some(Duration::from_secs(seconds))),
            None => Err(format!("settings.presign {seconds} is not a number of seconds").into()),
        },
    }
}

fn parts(case: &Value) -> Result<Parts, BoxError> {
    let scheme = optional(case, "/scheme").unwrap_or("https");
    let uri = format!(
        "{scheme}://{}{}",
        required(case, "authority")?,
        required(case, "uri")?
    );
    let method = optional(case, "/method").unwrap_or("GET");
    let mut request = Request::builder().method(method).uri(uri);
    for (name, value) in headers(case)? {
        let value = match value {
            Value::String(text) => text.clone().into_bytes(),
            value => BASE64_STANDARD.decode(required(value, "b64")?)?,
        };
        request = request.header(name, HeaderValue::from_bytes(&value)?);
    }
    Ok(request.body(())?.into_parts().0)
}

fn signer(case: &Value) -> Result<Signer, BoxError> {
    let region = optional(case, "/region").unwrap_or("us-east-1");
    let credentials = Credentials::new(
        optional(case, "/access_key").unwrap_or("AKIDEXAMPLE"),
        optional(case, "/secret_key").unwrap_or("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
        optional(case, "/session_token").map(str::to_owned),
    );
    let content_sha256 = match case
        .pointer("/settings/payload_header")
        .and_then(Value::as_bool)
    {
        None => ContentSha256::ByService,
        Some(true) => ContentSha256::Always,
        Some(false) => ContentSha256::Never,
    };
    let extra = match optional(case, "/settings/header_policy").unwrap_or("any") {
        "any" | "minimal" => Vec::new(),
        "all" => all_but_never_signed(case)?,
        other => {
            return Err(format!(
                "settings.header_policy {other:?} is not \"any\", \"minimal\" or \"all\""
            )
            .into());
        }
    };
    Ok(
        Signer::new(Scope::new(region, required(case, "service")?)?, credentials)
            .with_clock(time(
                optional(case, "/timestamp").unwrap_or("20150830T123600Z"),
            )?)
            .with_content_sha256(content_sha256)
            .with_signed_headers(extra)?,
    )
}

/// The policy `all`: every header except those that change on the way.
fn all_but_never_signed(case: &Value) -> Result<Vec<HeaderName>, BoxError> {
    const NAMES: &str = "authorization accept-encoding baggage cache-control connection \
        content-length expect forwarded from keep-alive max-forwards pragma referer te traceparent \
        tracestate trailer transfer-encoding upgrade user-agent via x-amzn-trace-id";
    const PREFIXES: [&str; 3] = ["x-forwarded-", "proxy-", "sec-"];
    let mut all = Vec::new();
    for (name, _) in headers(case)? {
        let name: HeaderName = name.parse()?;
        let changes = NAMES.split_whitespace().any(|other| name == other)
            || PREFIXES
                .iter()
                .any(|prefix| name.as_str().starts_with(prefix));
        if !changes {
            all.push(name);
        }
    }
    Ok(all)
}

/// `YYYYMMDDTHHMMSSZ`
pub(crate) fn time(text: &str) -> Result<SystemTime, BoxError> {
    let time = chrono::NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%SZ")?;
    let seconds = u64::try_from(time.and_utc().timestamp())?;
    Ok(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
}

fn headers(case: &Value) -> Result<Vec<(&str, &Value)>, BoxError> {
    let headers = case["headers"].as_array().into_iter().flatten();
    let pair = |header: &'_ Value| header.as_array().is_some_and(|pair| pair.len() == 2);
    headers
        .map(|header| match header[0].as_str() {
            Some(name) if pair(header) => Ok((name, &header[1])),
            _ => Err("a header is not a pair of name and value".into()),
        })
        .collect()
}

fn required<'a>(case: &'a Value, key: &str) -> Result<&'a str, BoxError> {
    case[key]
        .as_str()
        .ok_or_else(|| format!("{key} is missing").into())
}

fn optional<'a>(case: &'a Value, pointer: &str) -> Option<&'a str> {
    case.pointer(pointer).and_then(Value::as_str)
}
