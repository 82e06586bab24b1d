use std::fmt;

use super::authority::Authority;
use super::difference::Difference;
use super::one_line::OneLine;

/// Why AWS, or the access control of the cluster, refused a request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The request had no signature when it arrived.
    Unsigned,
    /// The caller is known, but is not allowed to do this.
    #[non_exhaustive]
    NotAuthorized {
        /// The caller's ARN or user name.
        who: Option<String>,
        /// The actions that are not allowed: `es:ESHttpPut`, `indices:data/write/bulk[s]`, …
        actions: Vec<String>,
        /// Whose rule it is.
        by: Authority,
    },
    /// The server does not know the caller, or could not verify it (401 mostly).
    NotAuthenticated,
    /// The server does not accept the user name and password, or the bearer token.
    LoginRejected,
    /// The service calculated a different signature.
    #[non_exhaustive]
    SignatureMismatch {
        /// The canonical request as the service received it, without the session token.
        canonical_request: Option<String>,
        /// The string to sign as the service received it.
        string_to_sign: Option<String>,
        /// The first part of the request that the service received differently from how it was sent.
        difference: Option<Difference>,
        /// Whether the service received the request exactly as it was sent. Then the secret key is wrong.
        arrived_as_sent: bool,
    },
    /// The signature is older than the service allows.
    #[non_exhaustive]
    SignatureExpired {
        /// When the request was signed, `20240522T115159Z` for instance.
        signed: Option<String>,
        /// The service's time, in the same form.
        server_time: Option<String>,
    },
    /// The signature is from the future.
    #[non_exhaustive]
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
    /// The request was signed for a different region.
    #[non_exhaustive]
    WrongRegion {
        /// The region of the signature.
        sent: Option<String>,
        /// The region that the server expects; AWS often does not state it.
        expected: Option<String>,
        /// The service of the signature.
        service: Option<String>,
    },
    /// The request was signed for a different service.
    #[non_exhaustive]
    WrongService {
        /// The service of the signature.
        sent: Option<String>,
        /// The service that the server expects.
        expected: Option<String>,
        /// The region of the signature.
        region: Option<String>,
    },
    /// The network policy of a collection of OpenSearch Serverless does not allow requests from this network.
    NetworkPolicy,
    /// The header `x-amz-content-sha256` is missing or not signed; OpenSearch Serverless requires it.
    UnsignedPayloadHash,
    /// There are more requests than the service accepts.
    Throttled,
}

/// What happened, on one line. [`hint`](Self::hint) says what to do.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsigned => f.write_str("not signed: the service received an anonymous request"),
            Self::NotAuthorized { who, actions, .. } => {
                let who = OneLine(who.as_deref().unwrap_or("the caller"));
                let actions = match &actions[..] {
                    [] => "do this".to_owned(),
                    actions => actions.join(", "),
                };
                write!(f, "not authorised: {who} may not {}", OneLine(&actions))
            }
            Self::NotAuthenticated => {
                f.write_str("not authenticated: the server does not know the caller")
            }
            Self::LoginRejected => f.write_str(
                "login rejected: the server does not accept the user name and password, or the token",
            ),
            Self::SignatureMismatch {
                difference: Some(difference),
                ..
            } => write!(
                f,
                "signature rejected: the server received a different {difference}"
            ),
            Self::SignatureMismatch { .. } => {
                f.write_str("signature rejected: the service calculated a different one")
            }
            Self::SignatureExpired {
                signed,
                server_time,
            } => {
                f.write_str("signature rejected: it has expired")?;
                write_times(f, signed, server_time)
            }
            Self::SignatureNotYetCurrent {
                signed,
                server_time,
            } => {
                f.write_str("signature rejected: it is from the future")?;
                write_times(f, signed, server_time)
            }
            Self::ExpiredToken => {
                f.write_str("credentials rejected: the session token has expired")
            }
            Self::UnknownKey => {
                f.write_str("credentials rejected: the service does not know this key or token")
            }
            Self::WrongRegion {
                sent,
                expected,
                service,
            } => write_scope(f, ("region", sent, expected), ("service", service)),
            Self::WrongService {
                sent,
                expected,
                region,
            } => write_scope(f, ("service", sent, expected), ("region", region)),
            Self::NetworkPolicy => f.write_str(
                "refused by the network policy: the collection does not allow requests from this network",
            ),
            Self::UnsignedPayloadHash => f.write_str(
                "signature rejected: the header `x-amz-content-sha256` is missing or not signed",
            ),
            Self::Throttled => f.write_str("throttled"),
        }
    }
}

/// `signature rejected: it is for region `us-west-2` and service `es`, but the server expects region `eu-west-1``
fn write_scope(
    f: &mut fmt::Formatter<'_>,
    (what, sent, expected): (&str, &Option<String>, &Option<String>),
    (other, of_other): (&str, &Option<String>),
) -> fmt::Result {
    f.write_str("signature rejected: it is for ")?;
    match sent {
        Some(sent) => write!(f, "{what} `{}`", OneLine(sent))?,
        None => write!(f, "a different {what}")?,
    }
    if let Some(of_other) = of_other {
        write!(f, " and {other} `{}`", OneLine(of_other))?;
    }
    match expected {
        Some(expected) => write!(f, ", but the server expects {what} `{}`", OneLine(expected)),
        None if sent.is_some() => write!(f, ", which is not the server's {what}"),
        None => Ok(()),
    }
}

fn write_times(
    f: &mut fmt::Formatter<'_>,
    signed: &Option<String>,
    server_time: &Option<String>,
) -> fmt::Result {
    match (signed, server_time) {
        (Some(signed), Some(server_time)) => {
            let (signed, server_time) = (OneLine(signed), OneLine(server_time));
            write!(
                f,
                ", signed at {signed}, the service's time is {server_time}"
            )
        }
        _ => Ok(()),
    }
}
