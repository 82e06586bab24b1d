//! AWS's error codes. No other file names them.

use super::meaning::{Meaning, SignatureTimes};

/// `ExpiredTokenException` of `com.amazon.coral#ExpiredTokenException:http://…`.
pub(super) fn short(code: &str) -> Option<&str> {
    let name = code.split(':').next().unwrap_or_default();
    let name = name.rsplit('#').next().unwrap_or_default().trim();
    (!name.is_empty()).then_some(name)
}

/// What a code means. Services write most codes with and without `Exception` at the end.
pub(super) fn meaning_of(code: &str) -> Option<Meaning> {
    let name = code.strip_suffix("Exception").unwrap_or(code);
    Some(match name {
        _ if is_throttling(name) => Meaning::Throttled,
        "RequestTimeout" => Meaning::BodyNotReceived,
        "EntityTooLarge" | "RequestEntityTooLarge" | "RequestTooLarge" => Meaning::TooLarge,
        "ExpiredToken" => Meaning::ExpiredToken,
        "InvalidAccessKeyId" | "InvalidClientTokenId" | "InvalidToken" | "UnrecognizedClient" => {
            Meaning::UnknownKey
        }
        "MissingAuthenticationToken" => Meaning::Unsigned,
        "AuthFailure" => Meaning::NotAuthenticated,
        "InvalidSignature" | "SignatureDoesNotMatch" => Meaning::SignatureMismatch,
        "RequestExpired" | "RequestTimeTooSkewed" => {
            Meaning::SignatureExpired(SignatureTimes::default())
        }
        "AccessDenied" | "NotAuthorized" | "UnauthorizedOperation" => Meaning::AccessDenied,
        _ => return None,
    })
}

/// With this code S3 refuses the scope of a signature. Its message says what is wrong.
pub(super) fn is_about_the_scope(code: &str) -> bool {
    code == "AuthorizationHeaderMalformed"
}

/// The codes that AWS's SDKs take for throttling. Services add prefixes and suffixes to the first two.
fn is_throttling(name: &str) -> bool {
    name.contains("Throttl")
        || name.contains("TooManyRequests")
        || matches!(
            name,
            "BandwidthLimitExceeded"
                | "LimitExceeded"
                | "PriorRequestNotComplete"
                | "ProvisionedThroughputExceeded"
                | "RequestLimitExceeded"
                | "SlowDown"
                | "TransactionInProgress"
        )
}
