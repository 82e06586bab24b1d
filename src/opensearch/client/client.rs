use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use http::header::{HeaderValue, USER_AGENT};
use http::{Method, Request};
use tracing::Instrument;

use super::collection_exchange::CollectionExchange;
use super::observe;
use crate::body::Body;
use crate::endpoint::Endpoint;
use crate::error::BoxError;
use crate::opensearch::call::{Call, Raw, serverless};
use crate::opensearch::error::Error;
use crate::opensearch::response::{Response, ResponseHead};
use crate::opensearch::target::{CollectionType, KnownTarget, Target};
use crate::retry::{Reported, Statistics};
use crate::sigv4::{ClockSkew, Region, ServiceName};
use crate::stack::Stack;
use crate::transport::Transport;

/// Sends calls to one OpenSearch domain or serverless collection and authenticates each of them.
///
/// A client is cheap to clone; clones share connections and credentials. Several runtimes may share a
/// client. A call to the credentials provider runs on the runtime of the request that began it;
/// [`CachedCredentials`](crate::credentials::CachedCredentials#runtimes) says what happens when that
/// runtime is dropped.
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
    known_target: Arc<KnownTarget>,
    stack: Stack,
    /// `None` over a service of the caller's own.
    transport: Option<Transport>,
    records_query_text: bool,
    /// Whether the server refused a compressed request that it accepted uncompressed.
    refuses_gzip: AtomicBool,
}

impl Client {
    /// Sends a call and reads its response.
    ///
    /// A failure that may pass is retried with a new signature where that cannot apply the call
    /// twice; see [`retry`](crate::retry). If you drop the future, the call is abandoned: the client
    /// stays usable, and whether the server applied the call is unknown.
    ///
    /// # Errors
    ///
    /// When the call is not valid, cannot be signed, gets no complete response or an error status,
    /// or when its response cannot be read; see [`Error::kind`]. Redirects are not followed: they
    /// would send the session token to any host that a response names.
    pub async fn send<C: Call>(&self, call: C) -> Result<C::Output, Error> {
        let exchange = self.exchange(self.request_of(&call)?)?;
        call.decode(exchange.await?)
    }

    /// Sends a call and returns its output together with status, headers, request id and number of
    /// attempts.
    ///
    /// ```
    /// # use sigtower::opensearch::{Error, cluster};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Error> {
    /// # let domain = sigtower::testing::Domain::start().await;
    /// # let client = domain.client();
    /// let (health, head) = client.send_with_response(cluster::Health::new()).await?;
    /// println!("{} after {} attempts: {:?}", health.status, head.attempts(), head.request_id());
    /// # assert_eq!((head.status.as_u16(), head.attempts()), (200, 1));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send). An [`Error`] also has status, request id and attempts.
    pub async fn send_with_response<C: Call>(
        &self,
        call: C,
    ) -> Result<(C::Output, ResponseHead), Error> {
        let exchange = self.exchange(self.request_of(&call)?)?;
        let response = exchange.await?;
        let head = response.head();
        Ok((call.decode(response)?, head))
    }

    /// Sends a request that has no type of its own: short for sending a [`Raw`].
    ///
    /// The path begins with `/`, may have a query, and is sent as it is: percent-encode what needs
    /// it. A body is sent as JSON, or as NDJSON to `_bulk` and `_msearch`, where a missing last
    /// newline is added.
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
    /// As [`send`](Self::send), but any status except 3xx is `Ok`.
    pub async fn raw(
        &self,
        method: Method,
        path: impl Into<String>,
        body: impl Into<Body>,
    ) -> Result<Response, Error> {
        self.send(Raw::new(method, path).body(body)).await
    }

    /// Returns where requests go.
    pub fn endpoint(&self) -> &Endpoint {
        &self.0.endpoint
    }

    /// Returns the region that requests are signed for. `None` if it is not known, which is possible only if requests
    /// are not signed.
    pub fn region(&self) -> Option<&Region> {
        self.0.endpoint.region()
    }

    /// Returns the service that requests are signed for: `es` or `aoss`. `None` if it is not known, which is possible
    /// only if requests are not signed.
    pub fn service(&self) -> Option<&ServiceName> {
        self.0.endpoint.service()
    }

    /// Returns what the client talks to: a domain, a collection, or a cluster of your own.
    pub fn target(&self) -> Target {
        self.0.known_target.target()
    }

    /// Returns the type of the collection, if
    /// [`collection_type`](super::ClientBuilder::collection_type) has set it.
    pub fn collection_type(&self) -> Option<CollectionType> {
        self.0.known_target.collection_type()
    }

    /// Whether new documents may have ids of the caller. `None` for a collection whose type was not set, until it
    /// refuses an id; then this client and its clones remember it.
    pub fn supports_document_ids(&self) -> Option<bool> {
        self.0.known_target.supports_document_ids()
    }

    /// Returns how far the service's clock was ahead of this machine's at the last response;
    /// signatures follow the service's clock.
    pub fn clock_skew(&self) -> ClockSkew {
        self.0.stack.clock_skew()
    }

    /// Returns how many requests this client and its clones have sent, and in how many attempts.
    pub fn statistics(&self) -> Statistics {
        self.0.stack.statistics()
    }

    /// Leaves all connections of this client and its clones: every later request gets a new one.
    ///
    /// Call it when you know that the addresses behind the host have changed, for example after a
    /// deployment. It is seldom needed: a connection that fails is left anyway, and each is replaced
    /// after [`with_max_connection_age`](crate::transport::TransportConfig::with_max_connection_age).
    /// Requests that are being sent keep their connections. Over a service of your own
    /// ([`ClientBuilder::over`](super::ClientBuilder::over)) it does nothing.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), sigtower::opensearch::Error> {
    /// # use sigtower::opensearch::cluster;
    /// # let domain = sigtower::testing::Domain::start().await;
    /// # let client = domain.client();
    /// client.send(cluster::Health::new()).await?;
    /// client.renew_connections();
    /// client.send(cluster::Health::new()).await?; // on a new connection
    /// # Ok(())
    /// # }
    /// ```
    pub fn renew_connections(&self) {
        if let Some(transport) = &self.0.transport {
            transport.renew_connections();
        }
    }

    pub(super) fn request_of(&self, call: &impl Call) -> Result<Request<Body>, Error> {
        let request = call.request_for(&self.0.endpoint)?;
        serverless::check(&request, &self.0.known_target)?;
        Ok(request)
    }

    pub(crate) fn known_target(&self) -> Arc<KnownTarget> {
        Arc::clone(&self.0.known_target)
    }

    pub(super) fn new(
        endpoint: Endpoint,
        known_target: KnownTarget,
        stack: Stack,
        transport: Option<Transport>,
        records_query_text: bool,
    ) -> Self {
        Self(Arc::new(Inner {
            endpoint,
            known_target: Arc::new(known_target),
            stack,
            transport,
            records_query_text,
            refuses_gzip: AtomicBool::new(false),
        }))
    }

    /// Whether a load of this client has learned that the server refuses compressed requests.
    pub(crate) fn refuses_gzip(&self) -> bool {
        self.0.refuses_gzip.load(Ordering::Relaxed)
    }

    pub(crate) fn remember_refused_gzip(&self) {
        self.0.refuses_gzip.store(true, Ordering::Relaxed);
    }

    /// Passes the request to the stack. An `async fn` would keep `request` alive across the await
    /// and make the future larger.
    pub(crate) fn exchange(
        &self,
        mut request: Request<Body>,
    ) -> Result<impl Future<Output = Result<Response, Error>> + use<>, Error> {
        let uri = self.0.endpoint.uri_of(request.uri());
        *request.uri_mut() = uri.map_err(|error| Error::invalid(error.to_string()))?;
        request.headers_mut().entry(USER_AGENT).or_insert(AGENT);
        let observed = observe::Observed::begin(&request, &self.0.endpoint);
        if self.0.records_query_text {
            observed.record_query_text(&request);
        }
        let of_a_collection =
            CollectionExchange::of(&request, &self.0.known_target, &self.0.endpoint);
        let exchange = self.0.stack.send(request).instrument(observed.span());
        Ok(async move {
            let mut outcome = read(exchange.await);
            if let (Some(of_a_collection), Ok(response)) = (of_a_collection, &mut outcome) {
                of_a_collection.look_at(response);
            }
            observed.end(&outcome);
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
            .field("target", &self.target())
            .finish_non_exhaustive()
    }
}

const AGENT: HeaderValue =
    HeaderValue::from_static(concat!("sigtower/", env!("CARGO_PKG_VERSION")));
