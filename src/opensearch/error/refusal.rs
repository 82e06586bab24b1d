use std::fmt;

use http::StatusCode;

use super::api_error::ApiError;
use super::scrub::OneLine;

/// Why AWS, or the access control of the cluster, refused a request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The request came without a signature.
    Unsigned,
    /// The caller is known but may not do this.
    NotAuthorized {
        /// The caller's ARN or user name.
        who: Option<String>,
        /// What may not be done: `es:ESHttpPut`, `indices:admin/create`, …
        action: Option<String>,
        /// Whose rule it is.
        by: Authority,
    },
    /// The cluster does not know the caller (401).
    NotAuthenticated,
    /// The service calculated another signature.
    SignatureMismatch {
        /// The canonical request as the service saw it, the session token redacted.
        canonical_request: Option<String>,
        /// The string to sign as the service saw it.
        string_to_sign: Option<String>,
    },
    /// The signature is older than the service allows.
    SignatureExpired {
        /// When the request was signed, `20240522T115159Z` for instance.
        signed: Option<String>,
        /// The service's time, in the same form.
        server_time: Option<String>,
    },
    /// The signature is from the future.
    SignatureNotYetCurrent {
        /// When the request was signed, `20240522T121000Z` for instance.
        signed: Option<String>,
        /// The service's time, in the same form.
        server_time: Option<String>,
    },
    /// The session token has expired.
    ExpiredToken,
    /// The service does not know the access key, or the session token does not belong to it.
    UnknownKey,
    /// The request was signed for another region.
    WrongRegion {
        /// The region signed for.
        sent: Option<String>,
    },
    /// The request was signed for another service.
    WrongService {
        /// The service it must be signed for.
        expected: Option<String>,
    },
    /// There are more requests than the service takes.
    Throttled,
}

/// Whose rule a [`Refusal::NotAuthorized`] comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Authority {
    /// The fine-grained access control of the cluster.
    FineGrainedAccessControl,
    /// No IAM policy of the caller allows it, or one denies it.
    IdentityPolicy,
    /// The access policy of the domain does not allow it, or denies it.
    ResourcePolicy,
    /// The data access or network policy of an OpenSearch Serverless collection.
    DataAccessPolicy,
    /// Some other policy, or the answer does not say.
    Unknown,
}

impl Refusal {
    /// One line on what to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Unsigned => "give the client credentials; something sent this request unsigned",
            Self::NotAuthorized { by, .. } => by.hint(),
            Self::NotAuthenticated => {
                "map the role's ARN in fine-grained access control; a domain with internal users only takes no IAM signatures"
            }
            Self::SignatureMismatch { .. } => {
                "check the secret access key; if it is right, something on the way changed the request"
            }
            Self::SignatureExpired { .. } | Self::SignatureNotYetCurrent { .. } => {
                "set this machine's clock; a signature is good for five minutes"
            }
            Self::ExpiredToken => "use a provider that refreshes its credentials",
            Self::UnknownKey => {
                "check that key id and session token belong together, and to this partition of AWS"
            }
            Self::WrongRegion { .. } => "sign for the region that the domain is in",
            Self::WrongService { .. } => "sign for `es`, or for `aoss` if it is serverless",
            Self::Throttled => "send less at a time, and try again later",
        }
    }

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
            let action = what.split_whitespace().next().map(Into::into);
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
        if error.response_hint.is_some() || (kind, reason) == ("Forbidden", "403 Forbidden") {
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

/// What happened, on one line; [`hint`](Self::hint) says what to do.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsigned => f.write_str("not signed: the service saw an anonymous request"),
            Self::NotAuthorized { who, action, .. } => {
                let who = OneLine(who.as_deref().unwrap_or("the caller"));
                let action = OneLine(action.as_deref().unwrap_or("do this"));
                write!(f, "not authorised: {who} may not {action}")
            }
            Self::NotAuthenticated => {
                f.write_str("not authenticated: the cluster does not know the caller")
            }
            Self::SignatureMismatch { .. } => {
                f.write_str("signature refused: the service calculated another one")
            }
            Self::SignatureExpired {
                signed,
                server_time,
            } => {
                f.write_str("signature refused: it has expired")?;
                write_times(f, signed, server_time)
            }
            Self::SignatureNotYetCurrent {
                signed,
                server_time,
            } => {
                f.write_str("signature refused: it is from the future")?;
                write_times(f, signed, server_time)
            }
            Self::ExpiredToken => f.write_str("credentials refused: the session token has expired"),
            Self::UnknownKey => {
                f.write_str("credentials refused: the service does not know this key or token")
            }
            Self::WrongRegion { sent } => {
                f.write_str("signature refused: the domain is not in the region signed for")?;
                match sent {
                    Some(sent) => write!(f, ", `{}`", OneLine(sent)),
                    None => Ok(()),
                }
            }
            Self::WrongService { expected } => {
                f.write_str("signature refused: it was made for another service")?;
                match expected {
                    Some(expected) => write!(f, " than `{}`", OneLine(expected)),
                    None => Ok(()),
                }
            }
            Self::Throttled => f.write_str("throttled"),
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

    fn hint(self) -> &'static str {
        match self {
            Self::FineGrainedAccessControl => {
                "map the role to a fine-grained access control role that allows it"
            }
            Self::IdentityPolicy => "allow it in the caller's IAM policies, and let none deny it",
            Self::ResourcePolicy => {
                "allow it in the domain's access policy, and do not deny it there"
            }
            Self::DataAccessPolicy => {
                "allow it in a data access policy of the collection, with aoss:APIAccessAll, and check its network policy"
            }
            Self::Unknown => {
                "check the caller's IAM policies, the domain's access policy and fine-grained access control"
            }
        }
    }
}

fn is_throttling(status: StatusCode, kind: &str, reason: &str) -> bool {
    // A full disk blocks writes with 429 too, which sending less does not help against.
    status == StatusCode::TOO_MANY_REQUESTS && kind != "cluster_block_exception"
        || status.is_client_error()
            && (kind.contains("Throttl")
                || kind.contains("TooManyRequests")
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

fn write_times(
    f: &mut fmt::Formatter<'_>,
    signed: &Option<String>,
    server_time: &Option<String>,
) -> fmt::Result {
    match (signed, server_time) {
        (Some(signed), Some(server_time)) => {
            write!(
                f,
                ", signed at {signed}, the service's time is {server_time}"
            )
        }
        _ => Ok(()),
    }
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
