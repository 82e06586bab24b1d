//! Where a request goes, and what it is signed for.
//!
//! In: a URL as people paste it. Out: scheme, host and port as they are sent, region and service
//! as they are signed. Next: the stack, which asks [`Endpoint::uri`] for each request's URI.

use std::fmt;

use http::Uri;
use http::uri::{self, Authority, Scheme};

use self::aws_host::AwsHost;
#[cfg(feature = "opensearch")]
use self::partition::Partition;
use crate::origin::{Origin, is_loopback};
use crate::sigv4::{Region, Scope, ServiceName};

mod aws_host;
mod error;
mod parse;
mod partition;
mod signing_names;
mod target;
#[cfg(test)]
mod tests;

pub use self::error::EndpointError;

pub(crate) use self::target::target;

/// The origin of a domain, a collection or any other AWS endpoint, and its signing scope.
///
/// An AWS host names its region and service. Any other host needs
/// [`with_region`](Self::with_region) and [`with_service`](Self::with_service).
///
/// ```
/// # use sigtower::endpoint::Endpoint;
/// let endpoint = Endpoint::parse("search-movies-abc.eu-west-1.es.amazonaws.com/_dashboards")?;
/// assert_eq!(endpoint.to_string(), "https://search-movies-abc.eu-west-1.es.amazonaws.com");
/// assert_eq!(endpoint.scope()?.to_string(), "eu-west-1/es");
///
/// // A tunnel changes where connections go. The signature is for the domain's host.
/// let tunnel = endpoint.with_connect_to("localhost:8157")?;
/// assert_eq!(
///     tunnel.uri("/movies/_search?q=title:x")?,
///     "https://search-movies-abc.eu-west-1.es.amazonaws.com/movies/_search?q=title:x",
/// );
/// # Ok::<(), sigtower::endpoint::EndpointError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint {
    origin: Origin,
    region: Option<Region>,
    service: Option<ServiceName>,
    connect_to: Option<Authority>,
    cleartext_allowed: bool,
}

impl Endpoint {
    /// Reads a URL: a host, with or without scheme, port, trailing slash or the path of
    /// OpenSearch Dashboards, which is dropped.
    ///
    /// Without a scheme, the URL means `http` for `localhost` and loopback addresses and `https` for
    /// other hosts. The host is converted to lower case. A trailing dot and the scheme's default
    /// port are removed.
    ///
    /// # Errors
    ///
    /// When the text is not such a URL, or when it is ambiguous. `http` to a host that is not on
    /// loopback is an error of [`uri`](Self::uri) and [`check`](Self::check).
    pub fn parse(url: impl AsRef<str>) -> Result<Self, EndpointError> {
        let origin = parse::origin(url.as_ref())?;
        let named = AwsHost::read(origin.host());
        Ok(Self {
            origin,
            region: named.region,
            service: named.service,
            connect_to: None,
            cleartext_allowed: false,
        })
    }

    /// Signs for this region. Required when the host does not name one.
    ///
    /// # Errors
    ///
    /// When the name is not valid. When the host is one of AWS's whose region is certain, and that
    /// is a different one.
    pub fn with_region(mut self, region: impl AsRef<str>) -> Result<Self, EndpointError> {
        let given = Region::new(region)?;
        let named = AwsHost::read(self.host());
        match named.region {
            Some(expected) if named.is_certain && expected != given => {
                Err(EndpointError::RegionMismatch {
                    host: self.host().into(),
                    expected: expected.to_string(),
                    given: given.to_string(),
                })
            }
            _ => {
                self.region = Some(given);
                Ok(self)
            }
        }
    }

    /// Signs for this service. Required when the host does not name one.
    ///
    /// For an AWS host that is not in the table of known services, the service is a guess from the
    /// host, and this replaces the guess.
    ///
    /// # Errors
    ///
    /// When the name is not valid. When the host is one of AWS's whose service is certain, and that
    /// is a different one.
    pub fn with_service(mut self, service: impl AsRef<str>) -> Result<Self, EndpointError> {
        let given = ServiceName::new(service)?;
        let named = AwsHost::read(self.host());
        match named.service {
            Some(expected) if named.is_certain && expected != given => {
                Err(EndpointError::ServiceMismatch {
                    host: self.host().into(),
                    expected: expected.to_string(),
                    given: given.to_string(),
                })
            }
            _ => {
                self.service = Some(given);
                Ok(self)
            }
        }
    }

    /// Opens connections to this `host:port` instead, for example to the local end of a tunnel.
    ///
    /// The `host` header, the server name in TLS and the signature remain those of the endpoint.
    ///
    /// # Errors
    ///
    /// When the text is not a host and a port from 1 to 65535.
    pub fn with_connect_to(mut self, address: impl AsRef<str>) -> Result<Self, EndpointError> {
        self.connect_to = Some(parse::host_with_port(address.as_ref())?);
        Ok(self)
    }

    /// Whether `http` to hosts that are not on loopback is allowed. Off by default.
    ///
    /// Anyone who can read the network can then read the requests and the session token, and can
    /// send a request again while its signature is valid.
    #[must_use]
    pub fn with_cleartext(mut self, allowed: bool) -> Self {
        self.cleartext_allowed = allowed;
        self
    }

    /// Whether the host is one of AWS's, in any partition.
    #[cfg(feature = "opensearch")]
    pub(crate) fn is_aws(&self) -> bool {
        Partition::of(self.host()).is_some()
    }

    pub(crate) fn is_cleartext_allowed(&self) -> bool {
        self.cleartext_allowed
    }

    /// `http` or `https`.
    pub fn scheme(&self) -> &Scheme {
        self.origin.scheme()
    }

    /// The host without port. An IPv6 address is in brackets.
    pub fn host(&self) -> &str {
        self.origin.host()
    }

    /// The port: that of the URL, or the scheme's default.
    pub fn port(&self) -> u16 {
        self.origin.port()
    }

    /// Host and port as the `host` header has them: without the scheme's default port.
    pub fn authority(&self) -> &Authority {
        self.origin.authority()
    }

    /// Where connections go, when [`with_connect_to`](Self::with_connect_to) was called.
    pub fn connect_to(&self) -> Option<&Authority> {
        self.connect_to.as_ref()
    }

    /// The region signed for: the one given, or the one that the host names.
    pub fn region(&self) -> Option<&Region> {
        self.region.as_ref()
    }

    /// The service signed for: the one given, or the one that the host names.
    pub fn service(&self) -> Option<&ServiceName> {
        self.service.as_ref()
    }

    /// What requests are signed for.
    ///
    /// # Errors
    ///
    /// When the host does not name a region or a service, and none was given.
    pub fn scope(&self) -> Result<Scope, EndpointError> {
        let host = || self.host().to_owned();
        match (&self.region, &self.service) {
            (Some(region), Some(service)) => Ok((region.clone(), service.clone()).into()),
            (None, _) => Err(EndpointError::MissingRegion { host: host() }),
            (_, None) => Err(EndpointError::MissingService { host: host() }),
        }
    }

    /// The absolute URI of a request's path and query, which are kept byte for byte.
    ///
    /// # Errors
    ///
    /// When the path does not start with `/`, when a character must be percent-encoded, and as
    /// [`check`](Self::check) does.
    pub fn uri(&self, path_and_query: &str) -> Result<Uri, EndpointError> {
        self.check()?;
        self.uri_of(&target(path_and_query)?)
    }

    /// The absolute URI of what [`target`] has read. The caller has called [`check`](Self::check).
    pub(crate) fn uri_of(&self, target: &Uri) -> Result<Uri, EndpointError> {
        let target = target.path_and_query();
        let target = target.filter(|target| target.as_str().starts_with('/'));
        let mut parts = uri::Parts::default();
        parts.scheme = Some(self.scheme().clone());
        parts.authority = Some(self.authority().clone());
        parts.path_and_query = Some(target.ok_or(target::NO_SLASH)?.clone());
        Uri::from_parts(parts).map_err(|_| EndpointError::RequestTarget("it is not valid in a URI"))
    }

    /// Makes sure that requests are not sent over plain `http` without permission.
    ///
    /// # Errors
    ///
    /// For `http`, unless connections go to loopback or
    /// [`with_cleartext(true)`](Self::with_cleartext) was called. With
    /// [`with_connect_to`](Self::with_connect_to), that address decides.
    pub fn check(&self) -> Result<(), EndpointError> {
        let connected = self.connect_to.as_ref();
        let host = connected.unwrap_or_else(|| self.authority()).host();
        if self.origin.is_https() || self.cleartext_allowed || is_loopback(host) {
            return Ok(());
        }
        Err(EndpointError::Cleartext { host: host.into() })
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.origin.fmt(f)
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint")
            .field("origin", &format_args!("{self}"))
            .field("region", &self.region)
            .field("service", &self.service)
            .field("connect_to", &self.connect_to)
            .field("cleartext_allowed", &self.cleartext_allowed)
            .finish()
    }
}

impl std::str::FromStr for Endpoint {
    type Err = EndpointError;

    fn from_str(url: &str) -> Result<Self, EndpointError> {
        Self::parse(url)
    }
}
