mod argument;
mod relay;

use std::pin::pin;

use bytes::Bytes;
use futures_util::future::{Either, select};
use http::header::LOCATION;
use http::{Method, Request, Response, Uri};

pub use self::argument::CredentialsArg;
use self::relay::relay;
use crate::body::Body;
use crate::content_type;
use crate::credentials::ProvideCredentials;
use crate::endpoint::{Endpoint, EndpointError};
use crate::error::BoxError;
use crate::retry::Failed;
use crate::sigv4::{Scope, SigV4Layer};
use crate::stack::{Stack, StackConfig};
use crate::transport::{TlsError, Transport, TransportConfig};

/// Signs one request to any AWS service, sends it and returns the response.
///
/// Region and service come from the host, for example `search-x.us-east-1.es.amazonaws.com` or
/// `abc.execute-api.eu-west-1.amazonaws.com`. A body is sent as JSON, or as NDJSON to `_bulk` and
/// `_msearch`. The request is retried as [`retry`](crate::retry) describes. Each call opens a
/// connection of its own: for more than one request, build a [`Stack`] or a `Client`; for a different
/// content type, put a [`SigV4Layer`] around any tower service. For a host that does not contain region
/// and service, use [`send_signed_for`].
///
/// The credentials are any [provider](ProvideCredentials), by value or by reference.
///
/// ```no_run
/// use http::Method;
/// use sigtower::{Credentials, send_signed};
///
/// # async fn example() -> Result<(), sigtower::SendError> {
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret", None);
/// let url = "https://search-movies-abc.eu-west-1.es.amazonaws.com/movies/_count";
/// let response = send_signed(Method::GET, url, &credentials, ()).await?;
/// println!("{}: {:?}", response.status(), response.body());
/// # Ok(())
/// # }
/// ```
///
/// With the feature `aws-config`, credentials can come from where AWS's tools find them:
///
#[cfg_attr(feature = "aws-config", doc = "```no_run")]
#[cfg_attr(not(feature = "aws-config"), doc = "```ignore")]
/// # use http::Method;
/// # async fn example() -> Result<(), sigtower::SendError> {
/// use sigtower::credentials::default_chain;
///
/// let url = "https://abc.execute-api.eu-west-1.amazonaws.com/users";
/// let response = sigtower::send_signed(Method::GET, url, default_chain().await, ()).await?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// When the URL is not valid or its host does not contain region and service, when the request
/// cannot be signed or gets no complete response, and when the response is a redirect. Any other
/// status is `Ok`.
pub async fn send_signed<const BY_REFERENCE: bool>(
    method: Method,
    url: impl AsRef<str>,
    credentials: impl CredentialsArg<BY_REFERENCE>,
    body: impl Into<Body>,
) -> Result<Response<Bytes>, SendError> {
    let target = SignedUrl::parse(url.as_ref(), None)?;
    send(method, target, credentials.provider(), body.into()).await
}

/// Signs one request for this scope, sends it and returns the response.
///
/// For hosts that do not contain region and service: a custom domain, or a server on localhost. Everything else is as
/// with [`send_signed`].
///
/// ```no_run
/// use http::Method;
/// use sigtower::{Credentials, Scope, send_signed_for};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret", None);
/// let scope = Scope::new("eu-west-1", "es")?;
/// let url = "https://search.example.com/movies/_count";
/// let response = send_signed_for(scope, Method::GET, url, &credentials, ()).await?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// As [`send_signed`], and when the host is one of AWS's and contains a different region or service.
pub async fn send_signed_for<const BY_REFERENCE: bool>(
    scope: Scope,
    method: Method,
    url: impl AsRef<str>,
    credentials: impl CredentialsArg<BY_REFERENCE>,
    body: impl Into<Body>,
) -> Result<Response<Bytes>, SendError> {
    let target = SignedUrl::parse(url.as_ref(), Some(scope))?;
    send(method, target, credentials.provider(), body.into()).await
}

async fn send(
    method: Method,
    target: SignedUrl,
    credentials: &dyn ProvideCredentials,
    body: Body,
) -> Result<Response<Bytes>, SendError> {
    let mut request = Request::new(body);
    *request.method_mut() = method;
    *request.uri_mut() = target.uri;
    content_type::set(&mut request);
    let transport = Transport::new(&target.endpoint, &TransportConfig::new())?;
    let (provider, relay) = relay(credentials);
    let sign = SigV4Layer::new(target.scope, provider);
    let stack = Stack::new(transport, sign, &StackConfig::new());
    let exchange = stack.send(request);
    let reported = match select(exchange, pin!(relay)).await {
        Either::Left((reported, _)) => reported.map_err(SendError::from_stack)?,
        Either::Right((never, _)) => match never {},
    };
    let mut response = reported.response;
    if response.status().is_redirection() {
        return Err(SendError::Redirect {
            status: response.status().as_u16(),
            location: location(&response),
        });
    }
    response.extensions_mut().insert(reported.report);
    Ok(response)
}

/// Why [`send_signed`] returned no response.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// The URL is not valid, or region and service cannot be determined from its host.
    #[error(
        "{0}; or use send_signed_for with a Scope, or Client::builder(url).region(..).service(..)"
    )]
    Unscoped(#[source] EndpointError),
    /// The URL is not valid, or would be sent in clear text.
    #[error(transparent)]
    Endpoint(EndpointError),
    /// TLS is not available.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The service responded with a redirect, which is not followed: it would send the session token
    /// to any host that a response names.
    #[error("the service redirects to {location} ({status}), which is not followed")]
    Redirect {
        /// The status.
        status: u16,
        /// Scheme, host and path of the target.
        location: String,
    },
    /// The request could not be signed, or got no complete response.
    #[error("{line}")]
    Exchange {
        /// How often the request was sent; 0 if it was not.
        attempts: u32,
        /// Whether the service may have applied the request.
        may_have_been_applied: bool,
        /// What failed, on one line.
        line: String,
        /// What failed.
        source: BoxError,
    },
}

impl SendError {
    fn from_stack(error: BoxError) -> Self {
        match error.downcast::<Failed>() {
            Ok(failed) => Self::Exchange {
                attempts: failed.attempts(),
                may_have_been_applied: failed.may_have_been_applied(),
                line: failed.to_string(),
                source: failed.into_source(),
            },
            Err(source) => Self::Exchange {
                attempts: 0,
                may_have_been_applied: false,
                line: source.to_string(),
                source,
            },
        }
    }
}

impl From<EndpointError> for SendError {
    fn from(error: EndpointError) -> Self {
        match error {
            EndpointError::MissingRegion { .. } | EndpointError::MissingService { .. } => {
                Self::Unscoped(error)
            }
            _ => Self::Endpoint(error),
        }
    }
}

/// Where a redirect points to, without user information, query and fragment.
fn location(response: &Response<Bytes>) -> String {
    let location = response.headers().get(LOCATION);
    let uri = location.and_then(|location| Uri::try_from(location.as_bytes()).ok());
    let Some(uri) = uri else {
        return "an unknown place".into();
    };
    match (uri.scheme_str(), uri.host()) {
        (Some(scheme), Some(host)) => format!("{scheme}://{host}{}", uri.path()),
        _ => uri.path().to_owned(),
    }
}

/// Where a request goes, and what it is signed for.
struct SignedUrl {
    endpoint: Endpoint,
    scope: Scope,
    uri: Uri,
}

impl SignedUrl {
    fn parse(url: &str, scope: Option<Scope>) -> Result<Self, EndpointError> {
        let (origin, target) = split(url.trim_ascii())?;
        let mut endpoint = Endpoint::parse(&origin)?;
        if let Some(scope) = scope {
            endpoint = endpoint.with_region(scope.region().as_str())?;
            endpoint = endpoint.with_service(scope.service().as_str())?;
        }
        let scope = endpoint.scope()?;
        Ok(Self {
            uri: endpoint.uri(&target)?,
            endpoint,
            scope,
        })
    }
}

/// Splits a URL into its origin, checked later, and the request's path and query.
fn split(url: &str) -> Result<(String, String), EndpointError> {
    // `http::Uri` would cut it off silently.
    if url.contains('#') {
        return Err(EndpointError::RequestTarget("`#` must be written as `%23`"));
    }
    let unusable = EndpointError::RequestTarget("the URL must be absolute and percent-encoded");
    let uri: Uri = url.parse().map_err(|_| unusable.clone())?;
    match (uri.scheme(), uri.authority()) {
        (Some(scheme), Some(authority)) => {
            let target = uri.path_and_query().map_or("/", |target| target.as_str());
            // What follows the host may be a query at once.
            let slash = if target.starts_with('/') { "" } else { "/" };
            Ok((
                format!("{scheme}://{authority}"),
                format!("{slash}{target}"),
            ))
        }
        _ => Err(unusable),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Credentials;

    #[test]
    fn a_url_is_split_without_changing_a_byte() {
        for (url, origin, target) in [
            ("https://a.example", "https://a.example", "/"),
            ("https://a.example?v", "https://a.example", "/?v"),
            (
                "http://a.example:80/x%2Fy//?q=a%20b",
                "http://a.example:80",
                "/x%2Fy//?q=a%20b",
            ),
        ] {
            let parts = split(url).unwrap();
            assert_eq!(parts, (origin.to_owned(), target.to_owned()));
        }
    }

    #[tokio::test]
    async fn a_url_that_cannot_be_signed_is_an_error_with_advice() {
        let credentials = Credentials::new("AKID", "secret", None);
        for (url, advice) in [
            ("https://search.example.com/_search", "Client::builder"),
            ("/_search", "absolute"),
            ("search.example.com", "absolute"),
            (
                "https://u:hunter2@s3.us-east-1.amazonaws.com/",
                "user name or password",
            ),
            ("http://s3.us-east-1.amazonaws.com/", "in clear"),
            ("https://s3.us-east-1.amazonaws.com/a#b", "%23"),
            ("https://s3.us-east-1.amazonaws.com/a b", "percent-encoded"),
        ] {
            let refused = send_signed(Method::GET, url, &credentials, ()).await;
            let error = refused.expect_err(url);
            assert!(error.to_string().contains(advice), "{url}: {error}");
            assert!(!format!("{error:?}").contains("hunter2"));
        }
    }
}
