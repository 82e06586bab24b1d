use std::fmt;
use std::sync::Arc;

/// The region and the service that a signature is valid for.
///
/// ```
/// # use sigtower::sigv4::Scope;
/// let scope = Scope::new("us-east-1", "es")?;
/// assert_eq!(scope.region().as_str(), "us-east-1");
/// assert!(Scope::new("us-east-1.evil.example", "es").is_err());
/// # Ok::<(), sigtower::sigv4::ScopeError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Scope {
    region: Region,
    service: ServiceName,
}

impl Scope {
    /// A region such as `us-east-1` and a service such as `es` or `execute-api`.
    ///
    /// # Errors
    ///
    /// When [`Region::new`] or [`ServiceName::new`] refuses its argument.
    pub fn new(region: impl AsRef<str>, service: impl AsRef<str>) -> Result<Self, ScopeError> {
        Ok(Self {
            region: Region::new(region)?,
            service: ServiceName::new(service)?,
        })
    }

    /// The region signed for.
    pub fn region(&self) -> &Region {
        &self.region
    }

    /// The service signed for.
    pub fn service(&self) -> &ServiceName {
        &self.service
    }
}

impl From<(Region, ServiceName)> for Scope {
    fn from((region, service): (Region, ServiceName)) -> Self {
        Self { region, service }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.region, self.service)
    }
}

/// An AWS region: one lower-case ASCII DNS label, `us-east-1` for instance.
///
/// Anything else is refused. So a region from an untrusted source, made part of a host name, cannot
/// turn it into an attacker's (the class of CVE-2026-22611).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Region(Arc<str>);

impl Region {
    /// A region name: 1 to 63 of `a-z`, `0-9` and inner `-`.
    ///
    /// # Errors
    ///
    /// [`ScopeError::Region`] for any other text.
    pub fn new(region: impl AsRef<str>) -> Result<Self, ScopeError> {
        let region = region.as_ref();
        if is_dns_label(region) {
            Ok(Self(region.into()))
        } else {
            Err(ScopeError::Region(region.into()))
        }
    }

    /// The region's name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The name that a service signs under: `es`, `aoss`, `s3`, `execute-api`, `vpc-lattice-svcs`, …
///
/// AWS writes nearly all of them in lower case. A few have capitals, and then the case matters:
/// `IoTSecuredTunneling`, `IngestionService`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ServiceName {
    name: Arc<str>,
    kind: ServiceKind,
}

/// The signing rules of a service, looked up once and not for each signature.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum ServiceKind {
    /// `es`, `aoss`.
    OpenSearch,
    /// S3 and its relatives, whose paths are object keys.
    S3,
    /// VPC Lattice, which [does not support payload
    /// signing](https://docs.aws.amazon.com/vpc-lattice/latest/ug/sigv4-authenticated-requests.html).
    Lattice,
    /// All others.
    Other,
}

impl ServiceKind {
    fn of(service: &str) -> Self {
        match service {
            "es" | "aoss" => Self::OpenSearch,
            "s3" | "s3-object-lambda" | "s3express" | "s3-outposts" => Self::S3,
            "vpc-lattice-svcs" => Self::Lattice,
            _ => Self::Other,
        }
    }
}

impl ServiceName {
    /// A signing name: 1 to 63 of `a-z`, `0-9` and inner `-`, or of `A-Z`, `a-z` and `0-9`.
    ///
    /// # Errors
    ///
    /// [`ScopeError::Service`] for any other text, and for a known name in the wrong case: `ES`.
    pub fn new(service: impl AsRef<str>) -> Result<Self, ScopeError> {
        let service = service.as_ref();
        let lower = service.to_ascii_lowercase();
        // AWS's names with capitals have no hyphen: `US-EAST-1` is a region in the wrong place.
        let may_have_capitals =
            !service.contains('-') && ServiceKind::of(&lower) == ServiceKind::Other;
        let is_known_case = service == lower || may_have_capitals;
        if !is_dns_label(&lower) || !is_known_case {
            return Err(ScopeError::Service(service.into()));
        }
        Ok(Self {
            name: service.into(),
            kind: ServiceKind::of(service),
        })
    }

    /// The service's signing name.
    pub fn as_str(&self) -> &str {
        &self.name
    }

    pub(super) fn kind(&self) -> ServiceKind {
        self.kind
    }
}

impl fmt::Debug for ServiceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.name, f)
    }
}

impl fmt::Display for ServiceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// Why text is not a region or a signing name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ScopeError {
    /// Not one lower-case DNS label.
    #[error(
        "region {0:?} is not valid; expected 1 to 63 of a-z, 0-9 and hyphens, for example `us-east-1`"
    )]
    Region(String),
    /// Not a signing name as AWS writes them.
    #[error(
        "service {0:?} is not valid; expected 1 to 63 letters, digits and hyphens as AWS writes \
         them, for example `es` or `aoss`"
    )]
    Service(String),
}

fn is_dns_label(text: &str) -> bool {
    let inner = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
    matches!(text.len(), 1..=63)
        && text.bytes().all(inner)
        && !text.starts_with('-')
        && !text.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_one_lower_case_ascii_dns_label() {
        for good in [
            "us-east-1",
            "cn-north-1",
            "us-gov-west-1",
            "x",
            "eu-isoe-west-1",
        ] {
            assert!(Region::new(good).is_ok(), "{good}");
        }
        let long = "a".repeat(64);
        for bad in [
            "",
            "-a",
            "a-",
            "US-EAST-1",
            "us east",
            "a.b",
            "x@evil.example:443/#",
            "é",
            "a\n",
            &long,
        ] {
            assert!(Region::new(bad).is_err(), "{bad:?}");
            assert!(ServiceName::new(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_service_name_is_taken_in_the_case_that_aws_writes() {
        for good in [
            "IoTSecuredTunneling",
            "IngestionService",
            "es",
            "execute-api",
        ] {
            assert_eq!(ServiceName::new(good).unwrap().as_str(), good);
        }
        for bad in [
            "ES",
            "Es",
            "AOSS",
            "S3",
            "S3Express",
            "VPC-Lattice-Svcs",
            "Us-East-1",
        ] {
            assert!(ServiceName::new(bad).is_err(), "{bad}");
        }
    }
}
