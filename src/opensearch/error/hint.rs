//! What to do about a refusal.

use std::borrow::Cow;

use super::authority::Authority;
use super::difference::{Difference, Part};
use super::refusal::Refusal;

impl Refusal {
    /// One line on what to do about it.
    pub fn hint(&self) -> Cow<'static, str> {
        let hint = match self {
            Self::Unsigned => {
                "give the client credentials; if it has them, a proxy removes the signature"
            }
            Self::NotAuthorized { actions, by, .. } => match by {
                // No permission of the action's own helps against these.
                Authority::ServiceControlPolicy
                | Authority::ResourceControlPolicy
                | Authority::VpcEndpointPolicy
                | Authority::PermissionsBoundary
                | Authority::SessionPolicy => by.hint(),
                _ => about_actions(actions).unwrap_or_else(|| by.hint()),
            },
            Self::NotAuthenticated => {
                "check the keys, then map the role's ARN in fine-grained access control; a domain that has only internal users accepts no IAM signatures"
            }
            Self::LoginRejected => {
                "check the user name and password, or the token; a domain with an IAM master user needs signed requests"
            }
            Self::SignatureMismatch {
                difference: Some(difference),
                ..
            } => about_a_difference(difference),
            Self::SignatureMismatch {
                arrived_as_sent: true,
                ..
            } => "check the secret access key: the request arrived as it was sent",
            Self::SignatureMismatch { .. } => {
                "check the secret access key; if it is right, a proxy changed the request"
            }
            Self::SignatureExpired { .. } | Self::SignatureNotYetCurrent { .. } => {
                "set this machine's clock; a signature is valid for five minutes"
            }
            Self::ExpiredToken => "use a provider that refreshes its credentials",
            Self::UnknownKey => {
                "check that key id and session token belong together, and to this partition of AWS"
            }
            Self::WrongRegion {
                expected: Some(expected),
                ..
            } => return format!("sign for region `{expected}`").into(),
            Self::WrongRegion { .. } => {
                "sign for the region that the domain is in; a client takes it by `region`"
            }
            Self::WrongService {
                expected: Some(expected),
                ..
            } => return format!("sign for service `{expected}`").into(),
            Self::WrongService { .. } => {
                "sign for service `es`, or for `aoss` if it is a serverless collection"
            }
            Self::NetworkPolicy => {
                "allow this network in a network policy of the collection: public access, or the VPC endpoint that the request passes; `policy::serverless_network` makes the policy"
            }
            Self::UnsignedPayloadHash => {
                "send `x-amz-content-sha256` with the hash of the body, and sign it; the client and `SigV4Layer` do so for service `aoss`"
            }
            Self::Throttled => "send fewer or smaller requests at a time, and try again later",
        };
        hint.into()
    }
}

/// Snapshots and roles need permissions that nothing else needs.
fn about_actions(actions: &[String]) -> Option<&'static str> {
    actions.iter().find_map(|action| {
        if action == "iam:PassRole" {
            Some("allow the caller iam:PassRole on the role that the snapshot repository names")
        } else if action.starts_with("cluster:admin/repository")
            || action.starts_with("cluster:admin/snapshot")
        {
            Some("map the role to `manage_snapshots` in fine-grained access control")
        } else if action.starts_with("sts:AssumeRole") {
            // Two policies decide: the caller's and the role's own.
            Some(
                "allow it in the caller's policies, and name the caller in the role's trust policy",
            )
        } else {
            None
        }
    })
}

fn about_a_difference(difference: &Difference) -> &'static str {
    match &difference.part {
        Part::Header(name) if name == "host" => "a proxy rewrites Host; use connect_to",
        Part::Header(_) | Part::SignedHeaders => {
            "a proxy changes this header; make it pass the header unchanged, or do not send it"
        }
        Part::Method | Part::Path | Part::Query => {
            "a proxy rewrites the request line; make it pass the line unchanged"
        }
        Part::Body => {
            "a proxy changes the body, perhaps by compression; make it pass the body unchanged"
        }
    }
}
