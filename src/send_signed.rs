use http::{Method, Uri};

use crate::body::Body;
use crate::credentials::ProvideCredentials;
use crate::endpoint::{Endpoint, EndpointError};
use crate::opensearch::{Client, Error, Response};

/// Signs one request to any AWS service, sends it, and reads the response.
///
/// Region and service come from the host, `search-x.us-east-1.es.amazonaws.com` or
/// `abc.execute-api.eu-west-1.amazonaws.com` for instance. A body is sent as JSON, or as NDJSON to
/// `_bulk` and `_msearch`. Each call opens a connection of its own: for more than one, make a
/// [`Client`]; for other content types and hosts, put a [`SigV4Layer`](crate::SigV4Layer) round
/// any tower service.
///
/// ```no_run
/// use http::Method;
/// use sigtower::Credentials;
/// use sigtower::send_signed;
///
/// # async fn example() -> Result<(), sigtower::opensearch::Error> {
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret", None);
/// let url = "https://search-movies-abc.eu-west-1.es.amazonaws.com/movies/_count";
/// let response = send_signed(Method::GET, url, &credentials, ()).await?;
/// println!("{}: {}", response.status, response.text());
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// When the host does not tell what to sign for, and as [`Client::raw`]: any status except 3xx
/// is `Ok`.
pub async fn send_signed<P>(
    method: Method,
    url: impl AsRef<str>,
    credentials: &P,
    body: impl Into<Body>,
) -> Result<Response, Error>
where
    P: ProvideCredentials + Clone + 'static,
{
    let (origin, target) = split(url.as_ref().trim_ascii()).map_err(explain)?;
    Endpoint::parse(&origin)
        .and_then(|endpoint| endpoint.scope())
        .map_err(explain)?;
    let client = Client::builder(origin)
        .credentials(credentials.clone())
        .build()
        .map_err(|error| Error::invalid(error.to_string()))?;
    client.raw(method, target, body).await
}

/// Splits a URL into its origin, checked later, and the request's path and query.
fn split(url: &str) -> Result<(String, String), EndpointError> {
    // `http::Uri` would cut it off without a word.
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

fn explain(error: EndpointError) -> Error {
    let advice = match error {
        EndpointError::MissingRegion { .. } | EndpointError::MissingService { .. } => {
            " (use Client::builder(url).region(…).service(…) for it)"
        }
        _ => "",
    };
    Error::invalid(format!("{error}{advice}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Credentials;
    use crate::opensearch::ErrorKind;

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
    async fn what_cannot_be_signed_for_is_refused_with_advice() {
        let credentials = Credentials::new("AKID", "secret", None);
        for (url, advice) in [
            ("https://search.example.com/_search", "Client::builder"),
            ("/_search", "absolute"),
            ("search.example.com", "absolute"),
            (
                "https://u:hunter2@s3.us-east-1.amazonaws.com/",
                "user information",
            ),
            ("http://s3.us-east-1.amazonaws.com/", "in clear"),
            ("https://s3.us-east-1.amazonaws.com/a#b", "%23"),
            ("https://s3.us-east-1.amazonaws.com/a b", "percent-encoded"),
        ] {
            let refused = send_signed(Method::GET, url, &credentials, ()).await;
            let error = refused.expect_err(url);
            assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{url}");
            assert!(error.to_string().contains(advice), "{url}: {error}");
            assert!(!format!("{error:?}").contains("hunter2"));
        }
    }
}
