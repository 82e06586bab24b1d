//! Tells from an error response why it refuses.

use http::StatusCode;

use super::api_error::ApiError;
use super::difference::Comparison;
use super::{Authority, Refusal};

impl Refusal {
    pub(super) fn read(status: StatusCode, error: &ApiError) -> Option<Self> {
        let kind = error.error_type.as_deref().unwrap_or_default();
        let reason = error.reason.as_deref().unwrap_or_default();
        if is_throttling(status, kind, reason) {
            return Some(Self::Throttled);
        }
        if !matches!(status.as_u16(), 400 | 401 | 403) {
            return None;
        }
        Self::about_the_signature(kind, reason)
            .or_else(|| Self::about_the_caller(status, kind, reason, error))
    }

    /// Reads why STS gave no role.
    pub(super) fn of_a_role(text: &str) -> Option<Self> {
        let (who, action) = match text.split_once(" is not authorized to perform: ") {
            Some((before, action)) => (before.split_once("User: "), action),
            None => (None, text.split_once("Not authorized to perform ")?.1),
        };
        let is_of_name = |char: char| char.is_ascii_alphanumeric() || char == ':';
        let action = action.split(|char| !is_of_name(char)).next()?;
        action.starts_with("sts:").then(|| Self::NotAuthorized {
            who: who.map(|(_, who)| who.into()),
            action: Some(action.into()),
            by: Authority::of_policy(text),
        })
    }

    fn about_the_signature(kind: &str, reason: &str) -> Option<Self> {
        let (signed, server_time) = skew(reason);
        Some(if reason.starts_with("Signature expired") {
            Self::SignatureExpired {
                signed,
                server_time,
            }
        } else if reason.starts_with("Signature not yet current") {
            Self::SignatureNotYetCurrent {
                signed,
                server_time,
            }
        } else if reason.contains("scoped to a valid region") {
            Self::WrongRegion {
                sent: between(reason, "not '", "'"),
            }
        } else if reason.contains("scoped to correct service") {
            Self::WrongService {
                expected: between(reason, "service: '", "'"),
            }
        } else if matches!(kind, "ExpiredTokenException" | "ExpiredToken")
            || reason.contains("security token included in the request is expired")
        {
            Self::ExpiredToken
        } else if UNKNOWN_KEY.contains(&kind)
            || reason.contains("security token included in the request is invalid")
        {
            Self::UnknownKey
        } else if matches!(
            kind,
            "MissingAuthenticationTokenException" | "MissingAuthenticationToken"
        ) || reason.contains("Missing Authentication Token")
        {
            Self::Unsigned
        } else if matches!(kind, "InvalidSignatureException" | "SignatureDoesNotMatch")
            || reason.contains("signature we calculated does not match")
        {
            Self::SignatureMismatch {
                canonical_request: between(reason, CANONICAL_REQUEST, "'\n\nThe String-to-Sign"),
                string_to_sign: reason
                    .split_once(STRING_TO_SIGN)
                    .and_then(|(_, text)| Some(text.rsplit_once('\'')?.0.to_owned())),
                difference: None,
                arrived_as_sent: false,
            }
        } else {
            return None;
        })
    }

    fn about_the_caller(
        status: StatusCode,
        kind: &str,
        reason: &str,
        error: &ApiError,
    ) -> Option<Self> {
        let denied = |who, action, by| Some(Self::NotAuthorized { who, action, by });
        if let Some((who, what)) = reason.split_once(" is not authorized to perform: ") {
            let who = who.trim_start_matches("User: ").trim();
            if who == "anonymous" {
                return Some(Self::Unsigned);
            }
            let action = what.split_whitespace().next();
            let action = action.map(|action| action.trim_end_matches(['.', ',']).into());
            return denied(Some(who.into()), action, Authority::of_policy(what));
        }
        if reason.contains("no permissions for [") {
            let action = between(reason, "no permissions for [", "]").filter(|it| !it.is_empty());
            let who = between(reason, "[name=", ", backend_roles");
            return denied(who, action, Authority::FineGrainedAccessControl);
        }
        if status == StatusCode::UNAUTHORIZED {
            return Some(Self::NotAuthenticated);
        }
        if status == StatusCode::FORBIDDEN && error.response_hint.is_some()
            || (kind, reason) == ("Forbidden", "403 Forbidden")
        {
            return denied(None, None, Authority::DataAccessPolicy);
        }
        match kind {
            "security_exception" => denied(None, None, Authority::FineGrainedAccessControl),
            "authorization_exception" => denied(None, None, Authority::DataAccessPolicy),
            "AccessDeniedException" | "AccessDenied" | "NotAuthorizedException" => {
                denied(None, None, Authority::Unknown)
            }
            _ => None,
        }
    }
}

impl Refusal {
    /// Compares what the service saw with what was signed.
    pub(super) fn compare(&mut self, signed: &str) {
        if let Self::SignatureMismatch {
            canonical_request: Some(seen),
            difference,
            arrived_as_sent,
            ..
        } = self
        {
            match Comparison::of(signed, seen) {
                Comparison::Same => *arrived_as_sent = true,
                Comparison::Differs(found) => *difference = Some(found),
                Comparison::Unclear => {}
            }
        }
    }
}

impl Authority {
    fn of_policy(text: &str) -> Self {
        if text.contains("identity-based policy") {
            Self::IdentityPolicy
        } else if text.contains("resource-based policy") {
            Self::ResourcePolicy
        } else {
            Self::Unknown
        }
    }
}

fn is_throttling(status: StatusCode, kind: &str, reason: &str) -> bool {
    // A full disk blocks writes with 429 too, which sending less does not help against.
    status == StatusCode::TOO_MANY_REQUESTS && kind != "cluster_block_exception"
        || status.is_client_error()
            && (kind.contains("Throttl")
                || kind.contains("TooManyRequests")
                || kind == "service_quota_exceeded_exception"
                || reason.contains("Request throttled"))
}

/// The times in `Signature expired: A is now earlier than B (C - 5 min.)`: A and C.
fn skew(reason: &str) -> (Option<String>, Option<String>) {
    let is_time = |text: &str| text.len() == 16 && text.ends_with('Z');
    let mut times = reason
        .split(|char: char| !char.is_ascii_alphanumeric())
        .filter(|word| is_time(word));
    let signed = times.next().map(Into::into);
    (signed, times.nth(1).map(Into::into))
}

fn between(text: &str, before: &str, after: &str) -> Option<String> {
    let (_, rest) = text.split_once(before)?;
    let (found, _) = rest.split_once(after)?;
    Some(found.into())
}

const CANONICAL_REQUEST: &str = "The Canonical String for this request should have been\n'";
const STRING_TO_SIGN: &str = "The String-to-Sign should have been\n'";
const UNKNOWN_KEY: [&str; 4] = [
    "UnrecognizedClientException",
    "InvalidClientTokenId",
    "InvalidAccessKeyId",
    "InvalidToken",
];
