use crate::sigv4::ScopeError;

/// Why a URL is not an endpoint, or why its region and service are not known.
///
/// No message repeats a user name, a password or a query: these may be secrets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EndpointError {
    /// The text is empty.
    #[error(
        "endpoint is empty; expected a URL such as https://search-x.us-east-1.es.amazonaws.com"
    )]
    Empty,
    /// A control character, a space or a backslash.
    #[error("endpoint contains the character {0:?}, which is not valid in a URL; remove it")]
    Character(char),
    /// The host has letters outside ASCII.
    #[error("endpoint is not ASCII; write an international host name in its `xn--` form")]
    NotAscii,
    /// Neither `https` nor `http`.
    #[error("scheme {0:?} is not supported; use https")]
    Scheme(String),
    /// The URL has `user:password@`.
    #[error(
        "endpoint contains a user name or password; give them to `basic_auth`, or to `from_env` by OPENSEARCH_USERNAME and OPENSEARCH_PASSWORD"
    )]
    UserInfo,
    /// The URL has no host.
    #[error(
        "endpoint has no host; expected a URL such as https://search-x.us-east-1.es.amazonaws.com"
    )]
    MissingHost,
    /// The host is neither a DNS name nor an IP address in its usual form.
    #[error("{0:?} is not a host name or IP address; write an IPv6 address in brackets")]
    Host(String),
    /// The port is not a number from 1 to 65535.
    #[error("port {0:?} is not a number from 1 to 65535; correct the endpoint or address")]
    Port(String),
    /// The address to connect to has no port.
    #[error("address {0:?} has no port; expected host:port, for example localhost:8157")]
    MissingPort(String),
    /// The URL has a path, and it is not that of OpenSearch Dashboards.
    #[error("endpoint has the path {0:?}; remove it and put paths into requests")]
    Path(String),
    /// The URL has a query or a fragment.
    #[error("endpoint has a query or fragment; remove it and put queries into requests")]
    Query,
    /// The path and query of a request are not valid.
    #[error("request path is not valid: {0}")]
    RequestTarget(&'static str),
    /// `http` to a host that is not on loopback.
    #[error(
        "refusing to send signed requests to {host} in clear text; use https, or allow cleartext"
    )]
    #[non_exhaustive]
    Cleartext {
        /// The host that connections would go to.
        host: String,
    },
    /// The host does not name its region, and none was given.
    #[error("cannot determine the region from {host}; set it, for example `us-east-1`")]
    #[non_exhaustive]
    MissingRegion {
        /// The endpoint's host.
        host: String,
    },
    /// The host does not name its service, and none was given.
    #[error(
        "cannot determine the service from {host}; set it: `es` for a domain, `aoss` for serverless"
    )]
    #[non_exhaustive]
    MissingService {
        /// The endpoint's host.
        host: String,
    },
    /// The region given is not the one that the host names.
    #[error(
        "region {given} contradicts {host}, which is in {expected}; remove it or set {expected}"
    )]
    #[non_exhaustive]
    RegionMismatch {
        /// The endpoint's host.
        host: String,
        /// The region that the host names.
        expected: String,
        /// The region that was given.
        given: String,
    },
    /// The service given is not the one that the host names.
    #[error(
        "service {given} contradicts {host}, which belongs to {expected}; remove it or set {expected}"
    )]
    #[non_exhaustive]
    ServiceMismatch {
        /// The endpoint's host.
        host: String,
        /// The signing name of the service that the host names.
        expected: String,
        /// The service that was given.
        given: String,
    },
    /// The region or the service given is not valid.
    #[error(transparent)]
    Scope(#[from] ScopeError),
}
