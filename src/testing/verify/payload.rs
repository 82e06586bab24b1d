//! The payload hash that each service accepts.

use http::request::Parts;

use super::claim::Claim;
use super::error::VerificationError;
use super::key::hash;

/// The payload hash of a request, if the service accepts its `x-amz-content-sha256` header.
pub(super) fn hash_of(
    service: &str,
    parts: &Parts,
    body: &[u8],
    claim: &Claim,
) -> Result<String, VerificationError> {
    let computed = hash(body);
    let header = parts.headers.get(HEADER).map(|value| value.as_bytes());
    let lattice = service == "vpc-lattice-svcs";
    match header {
        Some(UNSIGNED) if unsigned_allowed(service) => Ok("UNSIGNED-PAYLOAD".to_owned()),
        Some(UNSIGNED) => Err(VerificationError::payload_header(
            "may not be UNSIGNED-PAYLOAD here",
        )),
        Some(_) if lattice => Err(VerificationError::payload_header(
            "must be UNSIGNED-PAYLOAD",
        )),
        Some(sent) if is_s3(service) && sent != computed.as_bytes() => Err(
            VerificationError::payload_header("does not match what was computed"),
        ),
        // Other services report a signature mismatch, which shows the right hash.
        Some(_) => Ok(computed),
        None if claim.expires.is_some() && is_s3(service) => Ok("UNSIGNED-PAYLOAD".to_owned()),
        // A collection requires the header on every request, so a presigned URL alone is not enough.
        None if service == "aoss" => Err(VerificationError::payload_header("is required")),
        None if claim.expires.is_some() => Ok(computed),
        None if lattice || is_s3(service) => Err(VerificationError::payload_header("is required")),
        None => Ok(computed),
    }
}

/// Whether the header, if present, contains this payload hash.
pub(super) fn matches_header(parts: &Parts, payload_hash: &str) -> bool {
    let header = parts.headers.get(HEADER);
    header.is_none_or(|sent| sent.as_bytes() == payload_hash.as_bytes())
}

/// Whether a service follows the rules of S3: the path is not normalised, and the payload
/// header is required.
pub(super) fn is_s3(service: &str) -> bool {
    matches!(
        service,
        "s3" | "s3-object-lambda" | "s3express" | "s3-outposts"
    )
}

/// AWS does not document this for `es`, but its front end accepts it.
fn unsigned_allowed(service: &str) -> bool {
    is_s3(service) || matches!(service, "es" | "aoss" | "vpc-lattice-svcs")
}

const HEADER: &str = "x-amz-content-sha256";
const UNSIGNED: &[u8] = b"UNSIGNED-PAYLOAD";
