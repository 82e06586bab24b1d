use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_credential_types::provider::ProvideCredentials;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt;
use http_body_util::combinators::UnsyncBoxBody;
use tower::ServiceExt;
use tower::util::BoxCloneSyncService;
use zeroize::Zeroizing;

use super::client::Client;
use crate::authentication::{self, BearerToken};
use crate::body::Body;
use crate::credentials::{self, CachedCredentials};
use crate::error::BoxError;
use crate::opensearch::target::{CollectionType, Target};
use crate::sigv4::Clock;
use crate::stack::{HttpService, StackConfig};
use crate::transport::TransportConfig;

/// Builds a [`Client`]; [`Client::builder`] makes one.
///
/// Nothing is checked before [`build`](Self::build), and nothing is sent before the first call.
#[must_use = "a builder does nothing until `build`"]
pub struct ClientBuilder {
    pub(super) url: String,
    pub(super) region: Option<String>,
    pub(super) service: Option<String>,
    /// Region and service to use where the host contains none.
    pub(super) fallback_scope: Option<(Option<String>, String)>,
    pub(super) target: Option<Target>,
    pub(super) collection_type: Option<CollectionType>,
    pub(super) connect_to: Option<String>,
    pub(super) allows_cleartext: bool,
    pub(super) login: Option<Login>,
    pub(super) clock: Option<Arc<dyn Clock>>,
    pub(super) transport: TransportConfig,
    pub(super) over: Option<OwnTransport>,
    pub(super) config: StackConfig,
    pub(super) records_query_text: bool,
}

impl Client {
    /// Starts building a client for the domain at this URL, which
    /// [`Endpoint::parse`](crate::endpoint::Endpoint::parse) reads.
    pub fn builder(url: impl Into<String>) -> ClientBuilder {
        ClientBuilder::new(url)
    }
}

impl ClientBuilder {
    pub(super) fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            region: None,
            service: None,
            fallback_scope: None,
            target: None,
            collection_type: None,
            connect_to: None,
            allows_cleartext: false,
            login: None,
            clock: None,
            transport: TransportConfig::new(),
            over: None,
            config: StackConfig::new(),
            records_query_text: false,
        }
    }

    /// Signs for this region.
    ///
    /// Required when the host does not contain its region; an error when it contains a different one.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// Signs for this service: `es` for a domain, `aoss` for a serverless collection.
    ///
    /// Required when the host does not contain its service; an error when it contains a different
    /// one.
    pub fn service(mut self, service: impl Into<String>) -> Self {
        self.service = Some(service.into());
        self
    }

    /// Says what the client talks to: a domain, a collection, or a cluster of your own.
    ///
    /// Needed where the host does not say it: for a custom domain name, a proxy, or a port on localhost. It is an error
    /// if the host is one of AWS's and says something else. Where no [`service`](Self::service) is given and the host
    /// contains none, requests are signed for that of the target.
    pub fn target(mut self, target: Target) -> Self {
        self.target = Some(target);
        self
    }

    /// Says that the client talks to a collection of OpenSearch Serverless of this type.
    ///
    /// Then ids of documents are refused before they are sent where the type has none. Without this, the client learns
    /// it from the first id that the collection refuses.
    ///
    /// ```
    /// use sigtower::Credentials;
    /// use sigtower::opensearch::{Client, CollectionType};
    ///
    /// let client = Client::builder("https://abc123.eu-west-1.aoss.amazonaws.com")
    ///     .collection_type(CollectionType::VectorSearch)
    ///     .credentials(Credentials::new("AKIDEXAMPLE", "secret", None))
    ///     .build()?;
    /// assert_eq!(client.supports_document_ids(), Some(false));
    /// # Ok::<(), sigtower::opensearch::BuildError>(())
    /// ```
    pub fn collection_type(mut self, collection_type: CollectionType) -> Self {
        self.collection_type = Some(collection_type);
        self
    }

    /// Signs with the credentials of this provider.
    ///
    /// The client caches them and fetches new ones before they expire. To share a cache with other
    /// clients or signers, use [`credentials_cache`](Self::credentials_cache).
    pub fn credentials(self, provider: impl ProvideCredentials + 'static) -> Self {
        let cache = CachedCredentials::new(provider);
        self.credentials_cache(cache.with_timer(tokio::time::sleep))
    }

    /// Signs with the credentials of this cache, which other clients and signers may share: clone it.
    pub fn credentials_cache(mut self, cache: CachedCredentials) -> Self {
        self.login = Some(Login::SigV4(cache));
        self
    }

    /// Signs with the credentials that this async function returns.
    ///
    /// If it returns them [with an expiry](crate::Credentials::with_expiry), it is called again
    /// before they expire.
    ///
    /// ```
    /// # use std::io;
    /// # use sigtower::Credentials;
    /// # use sigtower::opensearch::Client;
    /// # async fn ask_vault() -> io::Result<Credentials> { Err(io::ErrorKind::Other.into()) }
    /// let client = Client::builder("https://search-x.us-east-1.es.amazonaws.com")
    ///     .credentials_from(|| async { ask_vault().await })
    ///     .build()?;
    /// # Ok::<(), sigtower::opensearch::BuildError>(())
    /// ```
    pub fn credentials_from<F, Fut, C, E>(self, function: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<C, E>> + Send + 'static,
        C: Into<aws_credential_types::Credentials> + 'static,
        E: Into<BoxError> + 'static,
    {
        self.credentials(credentials::from_fn(function))
    }

    /// Sends this user name and password with each request, instead of a signature.
    ///
    /// For a container, or for the master user of a domain with fine-grained access control. Region and service are
    /// not needed then. The password is sent over `https` or to loopback only, also with
    /// [`allow_cleartext`](Self::allow_cleartext).
    ///
    /// ```
    /// # use sigtower::opensearch::Client;
    /// let client = Client::builder("https://localhost:9200").basic_auth("admin", "hunter2").build()?;
    /// # Ok::<(), sigtower::opensearch::BuildError>(())
    /// ```
    pub fn basic_auth(mut self, user: impl Into<String>, password: impl Into<String>) -> Self {
        self.login = Some(Login::Basic {
            user: user.into(),
            password: Zeroizing::new(password.into()),
        });
        self
    }

    /// Sends the bearer token that this async function returns with each request, instead of a signature.
    ///
    /// The token is kept, and replaced before its expiry or when the server rejects it; see
    /// [`Authentication::bearer`](crate::authentication::Authentication::bearer). It is sent over `https` or to
    /// loopback only.
    ///
    /// ```
    /// # use std::io;
    /// # use sigtower::opensearch::Client;
    /// # async fn read_token() -> io::Result<String> { Err(io::ErrorKind::Other.into()) }
    /// let client = Client::builder("https://search.example.com")
    ///     .bearer_auth_from(|| async { read_token().await })
    ///     .build()?;
    /// # Ok::<(), sigtower::opensearch::BuildError>(())
    /// ```
    pub fn bearer_auth_from<F, Fut, T, E>(mut self, function: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<T, E>> + Send + 'static,
        T: Into<BearerToken> + 'static,
        E: Into<BoxError> + 'static,
    {
        let cache = CachedCredentials::new(authentication::token_provider(function));
        self.login = Some(Login::Bearer(cache.with_timer(tokio::time::sleep)));
        self
    }

    /// Sends requests without signature, password or token: to a server without access control.
    pub fn unauthenticated(mut self) -> Self {
        self.login = Some(Login::None);
        self
    }

    /// Opens connections to this `host:port`, for example the local end of a tunnel.
    ///
    /// The `host` header, TLS and the signature keep the URL's host.
    pub fn connect_to(mut self, address: impl Into<String>) -> Self {
        self.connect_to = Some(address.into());
        self
    }

    /// Whether `http` is allowed to hosts that are not on loopback; `false` by default.
    pub fn allow_cleartext(mut self, allow: bool) -> Self {
        self.allows_cleartext = allow;
        self
    }

    /// Takes the time of signatures from this clock.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }

    /// How often a request is sent at most: 3 times by default; 1 turns retries off.
    ///
    /// See [`retry`](crate::retry) for when a request is sent again.
    pub fn max_attempts(self, attempts: u32) -> Self {
        self.configure(|config| config.with_max_attempts(attempts))
    }

    /// Whether signatures follow the service's clock when this machine's clock is wrong; `true` by
    /// default. See [`StackConfig::with_clock_skew_correction`].
    pub fn clock_skew_correction(self, on: bool) -> Self {
        self.configure(|config| config.with_clock_skew_correction(on))
    }

    /// How long a call may take with all its attempts and waits; 120 seconds by default.
    pub fn total_timeout(self, limit: Duration) -> Self {
        self.configure(|config| config.with_total_timeout(limit))
    }

    /// How long one attempt may take, from sending to the last byte of the response; 60 seconds by
    /// default.
    ///
    /// It must be less than 5 minutes, because AWS rejects older signatures.
    pub fn attempt_timeout(self, limit: Duration) -> Self {
        self.configure(|config| config.with_attempt_timeout(limit))
    }

    /// How long opening a connection may take; see [`TransportConfig::with_connect_timeout`].
    pub fn connect_timeout(self, limit: Duration) -> Self {
        self.transport(|config| config.with_connect_timeout(limit))
    }

    /// The most bytes of a response body, before and after decompression; 100 MiB by default.
    pub fn response_limit(self, bytes: usize) -> Self {
        self.configure(|config| config.with_response_limit(bytes))
    }

    /// How many requests are in flight at most; 64 by default. The others wait for their turn, within
    /// their total timeout. There is no limit [over](Self::over) a service of yours by default. See
    /// [`StackConfig::with_max_concurrent_requests`].
    pub fn max_concurrent_requests(self, limit: usize) -> Self {
        self.configure(|config| config.with_max_concurrent_requests(limit))
    }

    /// Compresses request bodies of more bytes than this with gzip, where that makes them smaller.
    ///
    /// Off by default: a domain accepts gzip only with HTTP compression enabled, as on new domains,
    /// and a serverless collection may reject it. 8 KiB is a good threshold.
    #[cfg(feature = "compression")]
    pub fn compress_requests_over(self, bytes: usize) -> Self {
        self.configure(|config| config.with_requests_compressed_over(bytes))
    }

    /// Whether to offer HTTP/2; see [`TransportConfig::with_http2`].
    pub fn http2(self, on: bool) -> Self {
        self.transport(|config| config.with_http2(on))
    }

    /// Also trusts these certificates; see [`TransportConfig::with_root_certificate_pem`].
    pub fn root_certificate_pem(self, pem: impl Into<Bytes>) -> Self {
        self.transport(|config| config.with_root_certificate_pem(pem))
    }

    /// Identifies the client by a certificate; see [`TransportConfig::with_client_certificate_pem`].
    pub fn client_certificate_pem(self, chain: impl Into<Bytes>, key: impl Into<Bytes>) -> Self {
        self.transport(|config| config.with_client_certificate_pem(chain, key))
    }

    /// Whether to accept any certificate of the server; see
    /// [`TransportConfig::danger_accept_invalid_certificates`].
    pub fn danger_accept_invalid_certificates(self, accept: bool) -> Self {
        self.transport(|config| config.danger_accept_invalid_certificates(accept))
    }

    /// Connects through this proxy instead of the environment's; see [`TransportConfig::with_proxy`].
    pub fn proxy(self, url: impl Into<String>) -> Self {
        self.transport(|config| config.with_proxy(url))
    }

    /// Connects directly, whatever the environment says; see [`TransportConfig::without_proxy`].
    pub fn no_proxy(self) -> Self {
        self.transport(TransportConfig::without_proxy)
    }

    /// Changes how connections are made and kept.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use sigtower::opensearch::Client;
    /// let builder = Client::builder("https://search-x.us-east-1.es.amazonaws.com")
    ///     .transport(|config| config.with_max_connection_age(Duration::from_secs(60)));
    /// ```
    pub fn transport(mut self, change: impl FnOnce(TransportConfig) -> TransportConfig) -> Self {
        self.transport = change(self.transport);
        self
    }

    /// Whether the spans of searches, counts and calls by query contain the query, as
    /// `db.query.text`.
    ///
    /// `false` by default, because a query may be personal. Documents are never recorded.
    pub fn record_query_text(mut self, on: bool) -> Self {
        self.records_query_text = on;
        self
    }

    /// Sends over this tower service instead of the transport of this crate.
    ///
    /// The service gets signed requests. It must not change method, URI, headers or body, and must
    /// not follow redirects. Settings about connections do not apply to it, and the number of requests
    /// in flight has a limit only if [`max_concurrent_requests`](Self::max_concurrent_requests) sets
    /// one.
    pub fn over(mut self, service: impl HttpService) -> Self {
        let erased = service
            .map_response(|response| response.map(|body| body.map_err(Into::into).boxed_unsync()))
            .map_err(Into::into);
        self.over = Some(BoxCloneSyncService::new(erased));
        self
    }

    /// Uses this region and service where the host contains none.
    pub(super) fn fallback_scope(mut self, region: Option<String>, service: String) -> Self {
        self.fallback_scope = Some((region, service));
        self
    }

    fn configure(mut self, change: impl FnOnce(StackConfig) -> StackConfig) -> Self {
        self.config = change(self.config);
        self
    }
}

/// Leaves out credentials, password and token.
impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("endpoint", &self.endpoint())
            .field("transport", &self.transport)
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

/// How the client identifies itself; the last choice counts.
pub(super) enum Login {
    SigV4(CachedCredentials),
    Basic {
        user: String,
        password: Zeroizing<String>,
    },
    Bearer(CachedCredentials),
    None,
}

type OwnTransport =
    BoxCloneSyncService<Request<Body>, Response<UnsyncBoxBody<Bytes, BoxError>>, BoxError>;
