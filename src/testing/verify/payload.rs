//! What is signed of the body, service by service.

use http::request::Parts;

use super::claim::Claim;
use super::error::Refused;
use super::key::hash;

/// The last line of the canonical request, if the service takes what the request says of its body.
pub(super) fn hash_of(
    service: &str,
    parts: &Parts,
    body: &[u8],
    claim: &Claim,
) -> Result<String, Refused> {
    let computed = hash(body);
    let header = parts.headers.get(HEADER).map(|value| value.as_bytes());
    let lattice = service == "vpc-lattice-svcs";
    match header {
        Some(UNSIGNED) if unsigned_allowed(service) => Ok("UNSIGNED-PAYLOAD".to_owned()),
        Some(UNSIGNED) => Err(Refused::payload_header("may not be UNSIGNED-PAYLOAD here")),
        Some(_) if lattice => Err(Refused::payload_header("must be UNSIGNED-PAYLOAD")),
        Some(sent) if is_s3(service) && sent != computed.as_bytes() => {
            Err(Refused::payload_header("does not match what was computed"))
        }
        // Elsewhere a wrong hash is a mismatch, told with the right one.
        Some(_) => Ok(computed),
        None if claim.expires.is_some() && is_s3(service) => Ok("UNSIGNED-PAYLOAD".to_owned()),
        None if claim.expires.is_some() => Ok(computed),
        None if lattice || is_s3(service) || service == "aoss" => {
            Err(Refused::payload_header("is required"))
        }
        None => Ok(computed),
    }
}

/// Whether the header, if there is one, says what was found.
pub(super) fn is_said(parts: &Parts, payload_hash: &str) -> bool {
    let header = parts.headers.get(HEADER);
    header.is_none_or(|said| said.as_bytes() == payload_hash.as_bytes())
}

/// Whether a service has the rules of S3: no normalised path, and a payload header.
pub(super) fn is_s3(service: &str) -> bool {
    matches!(
        service,
        "s3" | "s3-object-lambda" | "s3express" | "s3-outposts"
    )
}

/// Undocumented for `es`, but its front end takes it.
fn unsigned_allowed(service: &str) -> bool {
    is_s3(service) || matches!(service, "es" | "aoss" | "vpc-lattice-svcs")
}

const HEADER: &str = "x-amz-content-sha256";
const UNSIGNED: &[u8] = b"UNSIGNED-PAYLOAD";
