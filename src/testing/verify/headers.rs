//! Which headers must be signed, must not be signed, or may occur only once.

use http::header::HOST;
use http::request::Parts;

use super::claim::Claim;
use super::error::VerificationError;

/// Refuses a request with several `host` headers, as [RFC 9112] requires.
///
/// [RFC 9112]: https://www.rfc-editor.org/rfc/rfc9112#section-3.2
pub(super) fn check_host(parts: &Parts) -> Result<(), VerificationError> {
    match parts.headers.get_all(HOST).iter().count() {
        0 | 1 => Ok(()),
        count => Err(VerificationError::several_hosts(count)),
    }
}

/// Refuses a request if a header that its service wants signed is not signed, or the reverse.
pub(super) fn check_signed(
    parts: &Parts,
    claim: &Claim,
    service: &str,
) -> Result<(), VerificationError> {
    let is_signed = |name: &str| claim.signed_headers.iter().any(|signed| signed == name);
    let names = parts.headers.keys().map(|name| name.as_str());
    let required = names.filter(|name| must_be_signed(name, service));
    for name in std::iter::once("host").chain(required) {
        if !is_signed(name) {
            return Err(VerificationError::unsigned_header(name));
        }
    }
    // A collection refuses such a signature (awsdocs/amazon-opensearch-service-developer-guide#86).
    if service == "aoss" && is_signed("content-length") {
        return Err(VerificationError::signed_header("content-length"));
    }
    Ok(())
}

/// AWS documents that the host, `content-type` and all `x-amz-*` headers must be signed. Domains
/// and collections accept an unsigned `content-type`, and domains an unsigned payload header too:
/// opensearch-py up to 3.1 signs neither.
fn must_be_signed(name: &str, service: &str) -> bool {
    match name {
        "content-type" => !matches!(service, "es" | "aoss"),
        "x-amz-content-sha256" => service != "es",
        _ => name.starts_with("x-amz-"),
    }
}
