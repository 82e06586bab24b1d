use std::fmt;
use std::sync::Arc;

use bytes::{BufMut, Bytes, BytesMut};
use http::header::{CONTENT_TYPE, HeaderValue, USER_AGENT};
use http::{Method, Request};
use tracing::Instrument;

use super::builder::{BuildError, ClientBuilder};
use super::observe;
use crate::body::Body;
use crate::endpoint::{self, Endpoint, EndpointError};
use crate::error::BoxError;
use crate::metrics;
use crate::opensearch::call::{Call, HEADERS};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;
use crate::retry::{Reported, Statistics};
use crate::sigv4::{ClockSkew, Region, Scope, ServiceName};
use crate::stack::Stack;

/// Sends calls to one OpenSearch domain or serverless collection, each of them signed.
///
/// Cheap to clone; clones share connections and credentials.
///
/// ```no_run
/// use sigtower::Credentials;
/// use sigtower::opensearch::{Client, cluster};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let client = Client::builder("https://search-movies-abc.eu-west-1.es.amazonaws.com")
///     .credentials(Credentials::new("AKIDEXAMPLE", "secret", None))
///     .build()?;
/// let health = client.send(cluster::Health::new()).await?;
/// println!("{} is {}", health.cluster_name, health.status);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    endpoint: Endpoint,
    scope: Scope,
    stack: Stack,
    records_query_text: bool,
}

impl Client {
    /// Starts building a client for the domain at this URL, taken as
    /// [`Endpoint::parse`] takes it.
    pub fn builder(url: impl Into<String>) -> ClientBuilder {
        ClientBuilder::new(url)
    }

    /// A client with credentials from wherever AWS tools find them: environment, profile, SSO, web
    /// identity, container or instance.
    ///
    /// ```no_run
    /// # use sigtower::opensearch::Client;
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// let client = Client::connect("https://search-movies-abc.eu-west-1.es.amazonaws.com").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Nothing is sent yet, and no credentials are loaded. [What AWS's tools are set
    /// to](ClientBuilder::aws_settings) is heeded.
    ///
    /// # Errors
    ///
    /// As [`ClientBuilder::build`]; a host that does not tell region and service needs the builder.
    #[cfg(feature = "aws-config")]
    pub async fn connect(url: impl Into<String>) -> Result<Self, BuildError> {
        let provider = crate::credentials::default_chain().await;
        let builder = Self::builder(url).credentials(provider);
        builder.aws_settings().await?.build()
    }

    /// A client as environment variables describe it.
    ///
    /// `OPENSEARCH_URL` is required. For hosts that do not tell, `AWS_REGION` (or
    /// `AWS_DEFAULT_REGION`) is the region and `AWS_SERVICE` the service, `es` without it.
    /// `AWS_MAX_ATTEMPTS` is how often a request is sent at most, and
    /// `AWS_DISABLE_CLOCK_SKEW_CORRECTION=true` makes signatures keep to this machine's clock.
    /// Credentials are read from the `AWS_*` variables by
    /// [`Environment`](crate::credentials::Environment) when the first request is signed.
    ///
    /// # Errors
    ///
    /// When a variable is missing, no text or not what it must be, or as [`ClientBuilder::build`].
    pub fn from_env() -> Result<Self, BuildError> {
        ClientBuilder::from_variables(std::env::var)?.build()
    }

    /// Sends a call and reads its response.
    ///
    /// What fails in passing is sent again, signed anew, where that cannot apply it twice:
    /// [`retry`](crate::retry) says when. Dropping the future abandons the call; the client stays
    /// usable, and whether the server acted is unknown.
    ///
    /// # Errors
    ///
    /// When the call cannot be asked or signed, gets no complete response, is refused, or its response
    /// cannot be read; [`Error::kind`] tells which. Redirects are not followed: they would carry
    /// the session token to wherever a response points.
    pub async fn send<C: Call>(&self, call: C) -> Result<C::Output, Error> {
        let answering = self.exchange(call.request()?)?;
        call.decode(answering.await?)
    }

    /// Sends what no [`Call`] models, signed like everything else.
    ///
    /// The path begins with `/`, may have a query, and is sent as it is: what needs
    /// percent-encoding must have it. A body is sent as JSON, or, to `_bulk` and `_msearch`, as
    /// NDJSON, with the final newline added if it is missing.
    ///
    /// ```no_run
    /// # use http::Method;
    /// # use serde_json::json;
    /// # async fn example(client: sigtower::opensearch::Client) -> Result<(), sigtower::opensearch::Error> {
    /// let policy = json!({"policy": {"default_state": "hot", "states": []}});
    /// let response = client.raw(Method::PUT, "/_plugins/_ism/policies/logs", policy).await?;
    /// println!("{}: {}", response.status, response.text());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send), but any status except 3xx is `Ok`: it is the caller's to judge.
    pub async fn raw(
        &self,
        method: Method,
        path: impl AsRef<str>,
        body: impl Into<Body>,
    ) -> Result<Response, Error> {
        let request = raw_request(method, path.as_ref(), body.into())?;
        self.exchange(request)?.await
    }

    /// Where requests go.
    pub fn endpoint(&self) -> &Endpoint {
        &self.0.endpoint
    }

    /// The region requests are signed for.
    pub fn region(&self) -> &Region {
        self.0.scope.region()
    }

    /// The service requests are signed for: `es` or `aoss`.
    pub fn service(&self) -> &ServiceName {
        self.0.scope.service()
    }

    /// How far the service's clock was ahead of ours by its last response; signatures follow it.
    pub fn clock_skew(&self) -> ClockSkew {
        self.0.stack.clock_skew()
    }

    /// How much this client and its clones have sent so far, and in how many attempts.
    pub fn tally(&self) -> Statistics {
        self.0.stack.statistics()
    }

    pub(crate) fn new(
        endpoint: Endpoint,
        scope: Scope,
        stack: Stack,
        records_query_text: bool,
    ) -> Self {
        Self(Arc::new(Inner {
            endpoint,
            scope,
            stack,
            records_query_text,
        }))
    }

    /// Hands the request on. Not `async`: the future would keep room for what it no longer has.
    fn exchange(
        &self,
        mut request: Request<Body>,
    ) -> Result<impl Future<Output = Result<Response, Error>> + use<>, Error> {
        *request.uri_mut() = self.0.endpoint.uri_of(request.uri()).map_err(unusable)?;
        request.headers_mut().entry(USER_AGENT).or_insert(AGENT);
        let span = observe::span(&request, &self.0.endpoint, &self.0.scope);
        if self.0.records_query_text {
            observe::record_query_text(&span, &request);
        }
        let timed = metrics::Operation::begin(|| observe::operation(request.uri().path()));
        let answering = self.0.stack.send(request).instrument(span.clone());
        Ok(async move {
            let outcome = read(answering.await);
            let (status, failure) = match &outcome {
                Ok(response) => (Some(response.status), None),
                Err(error) => (error.status(), Some(error.kind().name())),
            };
            timed.end(status, failure);
            observe::record(&span, &outcome);
            outcome
        })
    }
}

fn read(outcome: Result<Reported, BoxError>) -> Result<Response, Error> {
    let response = Response::of(outcome.map_err(Error::from_stack)?);
    if response.status.is_redirection() {
        return Err(Error::from_response(&response));
    }
    Ok(response)
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("endpoint", &self.0.endpoint)
            .field("scope", &self.0.scope)
            .finish_non_exhaustive()
    }
}

fn raw_request(method: Method, path: &str, body: Body) -> Result<Request<Body>, Error> {
    let mut request = Request::new(body);
    *request.method_mut() = method;
    *request.uri_mut() = endpoint::target(path).map_err(unusable)?;
    request.headers_mut().reserve(HEADERS);
    set_content_type(&mut request);
    Ok(request)
}

fn unusable(error: EndpointError) -> Error {
    Error::invalid(error.to_string())
}

fn set_content_type(request: &mut Request<Body>) {
    if request.body().as_bytes().is_empty() {
        return;
    }
    let content_type = if is_ndjson(request.uri().path()) {
        end_with_newline(request.body_mut());
        NDJSON
    } else {
        JSON
    };
    request.headers_mut().insert(CONTENT_TYPE, content_type);
}

/// `/_bulk`, `/{index}/_bulk` and their like; never a document whose id is `_bulk`.
fn is_ndjson(path: &str) -> bool {
    let mut segments = path.trim_matches('/').split('/').rev().peekable();
    segments.next_if(|last| matches!(*last, "template" | "stream"));
    let is_bulk = matches!(segments.next(), Some("_bulk" | "_msearch"));
    is_bulk && segments.count() <= 1
}

/// Without it the server refuses the request, and old ones ignore the last document.
fn end_with_newline(body: &mut Body) {
    let bytes = body.as_bytes();
    if !bytes.ends_with(b"\n") {
        let mut whole = BytesMut::with_capacity(bytes.len() + 1);
        whole.put_slice(bytes);
        whole.put_u8(b'\n');
        *body = Bytes::from(whole).into();
    }
}

const AGENT: HeaderValue =
    HeaderValue::from_static(concat!("sigtower/", env!("CARGO_PKG_VERSION")));
const JSON: HeaderValue = HeaderValue::from_static("application/json");
const NDJSON: HeaderValue = HeaderValue::from_static("application/x-ndjson");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bulk_and_msearch_take_ndjson_and_nothing_else_does() {
        for path in [
            "/_bulk",
            "/movies/_bulk",
            "/movies/_bulk/",
            "/_bulk/stream",
            "/_msearch",
            "/a,b/_msearch",
            "/_msearch/template",
            "/movies/_msearch/template",
        ] {
            assert!(is_ndjson(path), "{path}");
        }
        for path in [
            "/",
            "/movies/_search",
            "/movies/_search/template",
            "/movies/_doc/_bulk",
            "/movies/_doc/_msearch",
            "/_bulk/x",
            "/x_bulk",
            "/template",
        ] {
            assert!(!is_ndjson(path), "{path}");
        }
    }

    #[test]
    fn a_final_newline_is_added_once_and_only_to_ndjson() {
        for (path, sent, arrives) in [
            ("/_bulk", "{}\n{}", "{}\n{}\n"),
            ("/_bulk", "{}\n{}\n", "{}\n{}\n"),
            ("/_search", "{}", "{}"),
            ("/_bulk", "", ""),
        ] {
            let mut request = Request::post(path).body(Body::from(sent)).unwrap();
            set_content_type(&mut request);
            assert_eq!(request.body().as_bytes(), arrives, "{path} {sent}");
        }
    }
}
