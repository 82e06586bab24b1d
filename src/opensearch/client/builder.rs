use std::fmt;
use std::sync::Arc;

use super::client::Client;
use super::parts::{Login, OwnTransport};
use crate::opensearch::target::{CollectionType, Target};
use crate::sigv4::Clock;
use crate::stack::StackConfig;
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

    /// Whether the spans of searches, counts and calls by query contain the query, as
    /// `db.query.text`.
    ///
    /// `false` by default, because a query may be personal. Documents are never recorded.
    pub fn record_query_text(mut self, on: bool) -> Self {
        self.records_query_text = on;
        self
    }

    /// Uses this region and service where the host contains none.
    pub(super) fn fallback_scope(mut self, region: Option<String>, service: String) -> Self {
        self.fallback_scope = Some((region, service));
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
