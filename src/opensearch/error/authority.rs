/// Whose rule a [`Refusal::NotAuthorized`](super::Refusal::NotAuthorized) comes from.
///
/// The first words of AWS's [messages](https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html)
/// are the same for all policies; the last ones name the kind of policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Authority {
    /// The fine-grained access control of the cluster.
    FineGrainedAccessControl,
    /// An IAM policy of the caller denies the action, or none allows it.
    IdentityPolicy,
    /// The access policy of the domain denies the action, or does not allow it.
    ResourcePolicy,
    /// A service control policy of the caller's AWS Organizations denies the action, or none allows it.
    ServiceControlPolicy,
    /// A resource control policy of the domain's AWS Organizations denies the action.
    ResourceControlPolicy,
    /// The policy of the VPC endpoint that the request passed denies the action, or does not allow it.
    VpcEndpointPolicy,
    /// The permissions boundary of the caller denies the action, or does not allow it.
    PermissionsBoundary,
    /// The session policy that the role was assumed with denies the action, or does not allow it.
    SessionPolicy,
    /// The trust policy of the role to be assumed denies the caller, or does not allow it.
    TrustPolicy,
    /// A data access policy of an OpenSearch Serverless collection, or the IAM permission `aoss:APIAccessAll`.
    DataAccessPolicy,
    /// A different policy, or the response does not say which.
    Unknown,
}

impl Authority {
    /// Reads the end of `… with an explicit deny in a service control policy` or `… because no session policy allows the
    /// es:ESHttpGet action`. The resource before it may hold any text, so the last such words count.
    pub(super) fn of_message(message: &str) -> Self {
        let denied = message.rfind(DENIED).map(|at| at + DENIED.len());
        let allowed = message.rfind(NOT_ALLOWED).map(|at| at + NOT_ALLOWED.len());
        let Some(at) = denied.max(allowed) else {
            return Self::Unknown;
        };
        let rest = &message[at..];
        let policy = match Some(at) == denied {
            true => rest.strip_prefix("n ").unwrap_or_else(|| rest.trim_start()),
            false => rest,
        };
        let is_named = |(name, _): &&(&str, Self)| policy.starts_with(name);
        POLICIES
            .iter()
            .find(is_named)
            .map_or(Self::Unknown, |found| found.1)
    }

    pub(super) fn hint(self) -> &'static str {
        match self {
            Self::FineGrainedAccessControl => {
                "map the role to a fine-grained access control role that allows it"
            }
            Self::IdentityPolicy => {
                "allow it in an IAM policy of the caller, and check that no other policy denies it"
            }
            Self::ResourcePolicy => {
                "allow it in the domain's access policy, and do not deny it there"
            }
            Self::ServiceControlPolicy => {
                "ask the administrator of AWS Organizations: a service control policy of the caller's account forbids it"
            }
            Self::ResourceControlPolicy => {
                "ask the administrator of AWS Organizations: a resource control policy of the domain's account forbids it"
            }
            Self::VpcEndpointPolicy => {
                "allow it in the policy of the VPC endpoint that the request passes"
            }
            Self::PermissionsBoundary => {
                "allow it in the caller's permissions boundary, in addition to the caller's policies"
            }
            Self::SessionPolicy => {
                "allow it in the session policy that the role is assumed with, or assume the role without one"
            }
            Self::TrustPolicy => "name the caller in the trust policy of the role",
            Self::DataAccessPolicy => {
                "allow it in a data access policy of the collection, and aoss:APIAccessAll in an IAM policy of the caller; if the code that signs is not this crate's, check that it signs `x-amz-content-sha256`, for service `aoss`"
            }
            Self::Unknown => {
                "check the caller's IAM policies, the domain's access policy and fine-grained access control"
            }
        }
    }
}

const DENIED: &str = "with an explicit deny in a";
const NOT_ALLOWED: &str = "because no ";
const POLICIES: [(&str, Authority); 8] = [
    ("identity-based policy", Authority::IdentityPolicy),
    ("resource-based policy", Authority::ResourcePolicy),
    ("service control policy", Authority::ServiceControlPolicy),
    ("resource control policy", Authority::ResourceControlPolicy),
    ("VPC endpoint policy", Authority::VpcEndpointPolicy),
    ("permissions boundary", Authority::PermissionsBoundary),
    ("session policy", Authority::SessionPolicy),
    ("role trust policy", Authority::TrustPolicy),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_words_of_a_message_name_the_policy() {
        for (name, authority) in POLICIES {
            let article = match name.starts_with('i') {
                true => "an",
                false => "a",
            };
            for end in [
                format!("with an explicit deny in {article} {name}"),
                format!(
                    "with an explicit deny in {article} {name}: arn:aws:iam::123456789012:policy/p"
                ),
                format!("because no {name} allows the es:ESHttpGet action"),
            ] {
                for resource in ["", "because no session policy allows the x action "] {
                    let message = format!("es:ESHttpGet on resource: {resource}{end}");
                    assert_eq!(Authority::of_message(&message), authority, "{message}");
                }
            }
        }
        for message in [
            "",
            "es:ESHttpGet",
            "because no reason",
            "with an explicit deny in a way",
        ] {
            assert_eq!(
                Authority::of_message(message),
                Authority::Unknown,
                "{message}"
            );
        }
    }
}
