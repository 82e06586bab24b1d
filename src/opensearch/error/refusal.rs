use std::fmt;

use super::difference::Difference;
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
    #[non_exhaustive]
    SignatureMismatch {
        /// The canonical request as the service saw it, the session token redacted.
        canonical_request: Option<String>,
        /// The string to sign as the service saw it.
        string_to_sign: Option<String>,
        /// The first part of the request that it saw otherwise than it was sent.
        difference: Option<Difference>,
        /// Whether it saw the request exactly as it was sent: then the key is the wrong one.
        arrived_as_sent: bool,
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
    /// Some other policy, or the response does not say.
    Unknown,
}

impl Refusal {
    /// One line on what to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Unsigned => "give the client credentials; something sent this request unsigned",
            Self::NotAuthorized { action, by, .. } => {
                let action = action.as_deref().unwrap_or_default();
                about_snapshots(action)
                    .or_else(|| about_roles(action))
                    .unwrap_or_else(|| by.hint())
            }
            Self::NotAuthenticated => {
                "map the role's ARN in fine-grained access control; a domain with internal users only takes no IAM signatures"
            }
            Self::SignatureMismatch {
                difference: Some(difference),
                ..
            } => difference.hint(),
            Self::SignatureMismatch {
                arrived_as_sent: true,
                ..
            } => "check the secret access key: the request arrived as it was sent",
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
            Self::SignatureMismatch {
                difference: Some(difference),
                ..
            } => write!(f, "signature refused: the server saw another {difference}"),
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

/// Snapshots need permissions that nothing else does.
fn about_snapshots(action: &str) -> Option<&'static str> {
    if action == "iam:PassRole" {
        return Some(
            "allow the caller iam:PassRole on the role that the snapshot repository names",
        );
    }
    let is_snapshot = action.starts_with("cluster:admin/repository")
        || action.starts_with("cluster:admin/snapshot");
    is_snapshot.then_some("map the role to `manage_snapshots` in fine-grained access control")
}

/// Two policies decide on a role: the caller's and the role's own.
fn about_roles(action: &str) -> Option<&'static str> {
    action.starts_with("sts:AssumeRole").then_some(
        "allow it in the caller's policies, and let the role's trust policy name the caller",
    )
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
