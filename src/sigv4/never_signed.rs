use http::HeaderName;

/// A header that must not be signed, because it changes on the way or is set after signing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("header `{0}` cannot be signed: proxies and connections change it; do not list it")]
pub struct HeaderNotSignable(HeaderName);

/// Refuses headers that are known to change between signing and verifying.
pub(super) fn check(names: &[HeaderName]) -> Result<(), HeaderNotSignable> {
    match names.iter().find(|name| is_never_signed(name)) {
        Some(name) => Err(HeaderNotSignable(name.clone())),
        None => Ok(()),
    }
}

fn is_never_signed(name: &HeaderName) -> bool {
    let name = name.as_str();
    NAMES.contains(&name) || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

const PREFIXES: [&str; 3] = ["proxy-", "sec-", "x-forwarded-"];
const NAMES: [&str; 16] = [
    "authorization",
    "baggage",
    "connection",
    "content-length",
    "expect",
    "forwarded",
    "keep-alive",
    "te",
    "traceparent",
    "tracestate",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "via",
    "x-amzn-trace-id",
];
