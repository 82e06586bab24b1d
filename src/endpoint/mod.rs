//! Where a request goes, and what it is signed for.
//!
//! In: a URL as people paste it. Out: scheme, host and port as they are sent, region and service
//! as they are signed. Next: the stack, which asks [`Endpoint::uri`] for each request's URI.

use std::fmt;

use http::Uri;
use http::uri::{self, Authority, PathAndQuery, Scheme};

use crate::origin::{Origin, is_loopback};
use crate::sigv4::{Region, Scope, ServiceName};

mod aws_host;
mod error;
mod parse;
#[cfg(test)]
mod tests;

pub use self::error::EndpointError;

/// The origin of a domain, a collection or any other AWS endpoint, and its signing scope.
///
/// The host decides the region and the service when it is one of AWS's; any other host needs
/// [`with_region`](Self::with_region) and [`with_service`](Self::with_service).
///
/// ```
/// # use sigtower::endpoint::Endpoint;
/// let endpoint = Endpoint::parse("search-movies-abc.eu-west-1.es.amazonaws.com/_dashboards")?;
/// assert_eq!(endpoint.to_string(), "https://search-movies-abc.eu-west-1.es.amazonaws.com");
/// assert_eq!(endpoint.scope()?.to_string(), "eu-west-1/es");
///
/// let tunnel = endpoint.connect_to("localhost:8157")?; // the host signed for stays the domain's
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
    dial: Option<Authority>,
    cleartext_allowed: bool,
}

impl Endpoint {
    /// Reads a URL: a host, with or without scheme, port, trailing slash or the path of
    /// OpenSearch Dashboards, which is dropped along with what follows it.
    ///
    /// Without a scheme, `https` is meant, and `http` for `localhost` and loopback addresses.
    /// The host becomes lower case; a trailing dot and the scheme's own port go.
    ///
    /// # Errors
    ///
    /// When the text is no such URL, or could be read in two ways. `http` to a host that is not on
    /// loopback is refused later, by [`uri`](Self::uri) and [`check`](Self::check).
    pub fn parse(url: impl AsRef<str>) -> Result<Self, EndpointError> {
        let origin = parse::origin(url.as_ref())?;
        let told = aws_host::scope(origin.host());
        Ok(Self {
            region: told.as_ref().map(|scope| scope.region().clone()),
            service: told.as_ref().map(|scope| scope.service().clone()),
            origin,
            dial: None,
            cleartext_allowed: false,
        })
    }

    /// Signs for this region: needed when the host does not tell.
    ///
    /// # Errors
    ///
    /// When it is no region, or not the one the host names.
    pub fn with_region(mut self, region: impl AsRef<str>) -> Result<Self, EndpointError> {
        let given = Region::new(region)?;
        match aws_host::scope(self.host()) {
            Some(told) if told.region() != &given => Err(EndpointError::RegionMismatch {
                host: self.host().into(),
                told: told.region().to_string(),
                given: given.to_string(),
            }),
            _ => {
                self.region = Some(given);
                Ok(self)
            }
        }
    }

    /// Signs for this service: needed when the host does not tell.
    ///
    /// # Errors
    ///
    /// When it is no signing name, or not the one the host names.
    pub fn with_service(mut self, service: impl AsRef<str>) -> Result<Self, EndpointError> {
        let given = ServiceName::new(service)?;
        match aws_host::scope(self.host()) {
            Some(told) if told.service() != &given => Err(EndpointError::ServiceMismatch {
                host: self.host().into(),
                told: told.service().to_string(),
                given: given.to_string(),
            }),
            _ => {
                self.service = Some(given);
                Ok(self)
            }
        }
    }

    /// Opens connections to this `host:port` instead, such as a tunnel's near end.
    ///
    /// The `host` header, the name asked for in TLS and the signature stay the endpoint's.
    ///
    /// # Errors
    ///
    /// When it is not a host and a port.
    pub fn connect_to(mut self, address: impl AsRef<str>) -> Result<Self, EndpointError> {
        self.dial = Some(parse::dial_address(address.as_ref())?);
        Ok(self)
    }

    /// Allows `http` to hosts that are not on loopback.
    ///
    /// Whoever can read the network then reads the requests and the session token, and can send
    /// a request again while its signature lasts.
    #[must_use]
    pub fn allow_cleartext(mut self) -> Self {
        self.cleartext_allowed = true;
        self
    }

    /// `http` or `https`.
    pub fn scheme(&self) -> &Scheme {
        self.origin.scheme()
    }

    /// The host, without port; an IPv6 address is in brackets.
    pub fn host(&self) -> &str {
        self.origin.host()
    }

    /// The port, be it the scheme's own or not.
    pub fn port(&self) -> u16 {
        self.origin.port()
    }

    /// Host and port as the `host` header has them: without the scheme's own port.
    pub fn authority(&self) -> &Authority {
        self.origin.authority()
    }

    /// Where connections go when it is not the endpoint's own host.
    pub fn dial_address(&self) -> Option<&Authority> {
        self.dial.as_ref()
    }

    /// The region signed for, when the host tells or one was given.
    pub fn region(&self) -> Option<&Region> {
        self.region.as_ref()
    }

    /// The service signed for, when the host tells or one was given.
    pub fn service(&self) -> Option<&ServiceName> {
        self.service.as_ref()
    }

    /// What requests are signed for.
    ///
    /// # Errors
    ///
    /// When the region or the service is known neither from the host nor by being given.
    pub fn scope(&self) -> Result<Scope, EndpointError> {
        let host = || self.host().to_owned();
        match (&self.region, &self.service) {
            (Some(region), Some(service)) => Ok((region.clone(), service.clone()).into()),
            (None, _) => Err(EndpointError::MissingRegion { host: host() }),
            (_, None) => Err(EndpointError::MissingService { host: host() }),
        }
    }

    /// The absolute URI of a request's path and query.
    ///
    /// # Errors
    ///
    /// When it does not start with `/` or cannot be in a URI, and as [`check`](Self::check) does.
    pub fn uri(&self, path_and_query: &str) -> Result<Uri, EndpointError> {
        self.check()?;
        self.uri_of(&target(path_and_query)?)
    }

    /// The absolute URI of what has been read by [`target`]. The endpoint has been
    /// [checked](Self::check).
    pub(crate) fn uri_of(&self, target: &Uri) -> Result<Uri, EndpointError> {
        let target = target.path_and_query();
        let target = target.filter(|target| target.as_str().starts_with('/'));
        let mut parts = uri::Parts::default();
        parts.scheme = Some(self.origin.scheme().clone());
        parts.authority = Some(self.origin.authority().clone());
        parts.path_and_query = Some(target.ok_or(NO_SLASH)?.clone());
        Uri::from_parts(parts).map_err(|_| EndpointError::RequestTarget("it makes no URI"))
    }

    /// Makes sure that nothing is sent in clear that was not allowed to be.
    ///
    /// # Errors
    ///
    /// For `http`, unless connections go to loopback or [`allow_cleartext`](Self::allow_cleartext)
    /// was called. With [`connect_to`](Self::connect_to) it is that address which counts.
    pub fn check(&self) -> Result<(), EndpointError> {
        let host = self
            .dial
            .as_ref()
            .unwrap_or_else(|| self.authority())
            .host();
        if self.origin.is_https() || self.cleartext_allowed || is_loopback(host) {
            return Ok(());
        }
        Err(EndpointError::Cleartext { host: host.into() })
    }
}

/// Reads a request's path and query.
pub(crate) fn target(path_and_query: &str) -> Result<Uri, EndpointError> {
    if !path_and_query.starts_with('/') {
        return Err(NO_SLASH);
    }
    if path_and_query.contains('#') {
        return Err(EndpointError::RequestTarget("`#` must be written as `%23`"));
    }
    let target: PathAndQuery = path_and_query.parse().map_err(|_| {
        EndpointError::RequestTarget("a character must be percent-encoded, or it is too long")
    })?;
    Ok(target.into())
}

const NO_SLASH: EndpointError = EndpointError::RequestTarget("it must start with `/`");

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
            .field("dial", &self.dial)
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
