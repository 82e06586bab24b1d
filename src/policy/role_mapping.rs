use std::fmt;

use serde::Serialize;

use super::arn::Arn;
use super::document::write_json;
use super::error::PolicyError;

/// A role mapping of fine-grained access control: who has a role of the cluster
/// ([AWS](https://docs.aws.amazon.com/opensearch-service/latest/developerguide/fgac.html#fgac-mapping)).
///
/// It is the body of `PUT /_plugins/_security/api/rolesmapping/{role}`, which replaces the mapping that
/// is there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RoleMapping {
    /// IAM roles, by ARN.
    pub backend_roles: Vec<String>,
    /// IAM users, by ARN.
    pub users: Vec<String>,
    /// Hosts; always empty here.
    pub hosts: Vec<String>,
}

/// Returns the role mapping for these IAM roles and users.
///
/// ```
/// use sigtower::policy::{self, Arn};
///
/// let role = Arn::role("aws", "123456789012", "snapshots")?;
/// let mapping = policy::role_mapping([&role])?;
/// println!("PUT /_plugins/_security/api/rolesmapping/manage_snapshots {mapping}");
/// # Ok::<(), sigtower::policy::PolicyError>(())
/// ```
///
/// # Errors
///
/// When an ARN is not one of a role or a user, or when there is none.
pub fn role_mapping<'a>(
    principals: impl IntoIterator<Item = &'a Arn>,
) -> Result<RoleMapping, PolicyError> {
    let mut mapping = RoleMapping::default();
    for principal in principals {
        let arn = principal.checked_principal()?.to_string();
        if principal.resource().starts_with("user/") {
            mapping.users.push(arn);
        } else if principal.resource().starts_with("role/") {
            mapping.backend_roles.push(arn);
        } else {
            let expected = "an IAM role or user, which a cluster knows by its ARN";
            return Err(PolicyError::WrongKind { arn, expected });
        }
    }
    if mapping == RoleMapping::default() {
        return Err(PolicyError::Empty(
            "the role mapping is empty, which would remove everyone from the role; pass an ARN",
        ));
    }
    Ok(mapping)
}

impl fmt::Display for RoleMapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_json(self, f)
    }
}
