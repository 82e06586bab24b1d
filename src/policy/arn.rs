use std::fmt;

use serde::{Serialize, Serializer};

use super::error::PolicyError;

/// An Amazon Resource Name
/// ([AWS](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html)).
///
/// ```
/// use sigtower::policy::Arn;
///
/// let arn = Arn::parse("arn:aws-cn:iam::123456789012:role/snapshots")?;
/// assert_eq!((arn.partition(), arn.account()), ("aws-cn", "123456789012"));
/// # Ok::<(), sigtower::policy::PolicyError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Arn {
    text: String,
    /// Where service, region, account and resource begin.
    starts: [usize; 4],
}

impl Arn {
    /// Reads an ARN.
    ///
    /// # Errors
    ///
    /// [`PolicyError::Arn`] when the text does not have six parts, has an unknown form of partition, an
    /// account that is not 12 digits, or characters that an ARN cannot contain.
    pub fn parse(text: impl Into<String>) -> Result<Self, PolicyError> {
        let text = text.into();
        match starts(&text) {
            Ok(starts) => Ok(Self { text, starts }),
            Err(reason) => Err(PolicyError::Arn { text, reason }),
        }
    }

    /// Makes the ARN of an IAM role from partition, account id and role name (with its path, if any).
    ///
    /// # Errors
    ///
    /// As [`parse`](Self::parse).
    pub fn role(partition: &str, account: &str, name: &str) -> Result<Self, PolicyError> {
        Self::parse(format!("arn:{partition}:iam::{account}:role/{name}"))
    }

    /// Makes the ARN of a domain from partition, region, account id and domain name.
    ///
    /// # Errors
    ///
    /// As [`parse`](Self::parse).
    pub fn domain(
        partition: &str,
        region: &str,
        account: &str,
        name: &str,
    ) -> Result<Self, PolicyError> {
        Self::parse(format!(
            "arn:{partition}:es:{region}:{account}:domain/{name}"
        ))
    }

    /// Returns the whole ARN.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the partition, for example `aws` or `aws-us-gov`.
    pub fn partition(&self) -> &str {
        &self.text["arn:".len()..self.starts[0] - 1]
    }

    /// Returns the service, for example `iam`.
    pub fn service(&self) -> &str {
        &self.text[self.starts[0]..self.starts[1] - 1]
    }

    /// Returns the region; empty for a global service.
    pub fn region(&self) -> &str {
        &self.text[self.starts[1]..self.starts[2] - 1]
    }

    /// Returns the account id; empty for a bucket.
    pub fn account(&self) -> &str {
        &self.text[self.starts[2]..self.starts[3] - 1]
    }

    /// Returns the resource, for example `role/snapshots`.
    pub fn resource(&self) -> &str {
        &self.text[self.starts[3]..]
    }

    /// This ARN, if it is one of an IAM role.
    pub(super) fn checked_role(&self) -> Result<&Self, PolicyError> {
        self.checked(
            self.service() == "iam" && is_named(self.resource(), "role/"),
            "an IAM role, such as arn:aws:iam::123456789012:role/snapshots",
        )
    }

    /// This ARN, if it is one of a domain.
    pub(super) fn checked_domain(&self) -> Result<&Self, PolicyError> {
        let name = self.resource().strip_prefix("domain/").unwrap_or_default();
        self.checked(
            self.service() == "es" && !name.is_empty() && !name.contains('/'),
            "a domain, such as arn:aws:es:eu-west-1:123456789012:domain/movies",
        )
    }

    /// This ARN, if it can be a principal: a role, a user, an account, an assumed role or a
    /// federated user.
    pub(super) fn checked_principal(&self) -> Result<&Self, PolicyError> {
        let resource = self.resource();
        let is_principal = match self.service() {
            "iam" => {
                resource == "root" || is_named(resource, "role/") || is_named(resource, "user/")
            }
            "sts" => is_named(resource, "assumed-role/") || is_named(resource, "federated-user/"),
            _ => false,
        };
        self.checked(
            is_principal,
            "a principal, such as arn:aws:iam::123456789012:role/search or …:user/ann",
        )
    }

    fn checked(&self, is_kind: bool, expected: &'static str) -> Result<&Self, PolicyError> {
        if is_kind {
            Ok(self)
        } else {
            let arn = self.text.clone();
            Err(PolicyError::WrongKind { arn, expected })
        }
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

impl Serialize for Arn {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

fn is_named(resource: &str, kind: &str) -> bool {
    resource
        .strip_prefix(kind)
        .is_some_and(|name| !name.is_empty())
}

fn starts(text: &str) -> Result<[usize; 4], &'static str> {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let [scheme, partition, service, region, account, resource] = parts[..] else {
        return Err("it has fewer than six parts");
    };
    let is_word = |word: &str| {
        let is_allowed =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        word.bytes().all(is_allowed)
    };
    if scheme != "arn" {
        return Err("it does not begin with arn:");
    }
    if !is_word(partition) || !(partition == "aws" || partition.starts_with("aws-")) {
        return Err("the partition is not aws, aws-cn, aws-us-gov or another one of AWS");
    }
    if service.is_empty() || !is_word(service) || !is_word(region) {
        return Err("service or region is not valid");
    }
    let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    if !(is_account || account.is_empty()) {
        return Err("the account id is not 12 digits");
    }
    if matches!(service, "iam" | "sts" | "es") && account.is_empty() {
        return Err("the account id is missing");
    }
    if resource.is_empty() || !resource.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("the resource is empty or contains blanks or non-ASCII characters");
    }
    if resource.contains(['*', '?', '$', '"', '\\']) {
        return Err("the resource contains a wildcard, a variable or a quote");
    }
    let service_at = scheme.len() + partition.len() + 2;
    let region_at = service_at + service.len() + 1;
    let account_at = region_at + region.len() + 1;
    Ok([
        service_at,
        region_at,
        account_at,
        account_at + account.len() + 1,
    ])
}
