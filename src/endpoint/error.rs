use crate::sigv4::ScopeError;

/// Why a URL cannot be an endpoint, or what is said of it cannot be true.
///
/// No message repeats a user name, a password or a query: they may be secrets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EndpointError {
    /// There is nothing to parse.
    #[error(
        "endpoint is empty; expected a URL such as https://search-x.us-east-1.es.amazonaws.com"
    )]
    Empty,
    /// A control character, a blank or a backslash.
    #[error("endpoint contains {0:?}, which no URL has there")]
    Character(char),
    /// The host has letters outside ASCII.
    #[error("endpoint is not ASCII; write an international host name in its xn-- form")]
    NotAscii,
    /// Neither `https` nor `http`.
    #[error("scheme {0:?} is not supported; use https")]
    Scheme(String),
    /// The URL carries `user:password@`.
    #[error("endpoint carries user information; requests are signed instead, remove it")]
    UserInfo,
    /// The URL names no host.
    #[error("endpoint names no host")]
    MissingHost,
    /// The host is neither a DNS name nor an IP address in its usual form.
    #[error("{0:?} is not a host name or an IP address (an IPv6 address needs brackets)")]
    Host(String),
    /// The port is not a number from 1 to 65535.
    #[error("{0:?} is not a port; expected 1 to 65535")]
    Port(String),
    /// A tunnel's address names no port.
    #[error("{0:?} names no port to connect to; expected host:port such as localhost:8157")]
    MissingPort(String),
    /// The URL has a path that is not OpenSearch Dashboards'.
    #[error("an endpoint has no path, but this one has {0:?}; paths belong to requests")]
    Path(String),
    /// The URL has a query or a fragment.
    #[error("an endpoint has no query or fragment; they belong to requests")]
    Query,
    /// The path and query of a request cannot be one.
    #[error("request path cannot be used: {0}")]
    RequestTarget(&'static str),
    /// `http` to a host that is not on loopback.
    #[error("refusing to send signed requests to {host} in clear; use https, or allow cleartext")]
    Cleartext {
        /// Where the bytes would have gone.
        host: String,
    },
    /// The host does not tell its region, and none was given.
    #[error("{host} does not tell its region; give one, such as us-east-1")]
    MissingRegion {
        /// The endpoint's host.
        host: String,
    },
    /// The host does not tell its service, and none was given.
    #[error("{host} does not tell its service; give one: es for a domain, aoss for serverless")]
    MissingService {
        /// The endpoint's host.
        host: String,
    },
    /// The region given is not the one the host names.
    #[error("region {given} contradicts {host}, which is in {told}")]
    RegionMismatch {
        /// The endpoint's host.
        host: String,
        /// The region the host names.
        told: String,
        /// The region that was given.
        given: String,
    },
    /// The service given is not the one the host names.
    #[error("service {given} contradicts {host}, which signs for {told}")]
    ServiceMismatch {
        /// The endpoint's host.
        host: String,
        /// The service the host names.
        told: String,
        /// The service that was given.
        given: String,
    },
    /// The region or the service given cannot be one.
    #[error(transparent)]
    Scope(#[from] ScopeError),
}
