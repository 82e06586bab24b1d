use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::net::TcpListener;

use super::super::backend::{Store, Upstream};
use super::super::clock::Clock;
use super::super::front::{Backend, Collection, Exchange, FrontEnd, Gate, OnExchange, serve};
use super::super::principal::Principal;
use super::super::verify::Verifier;
use super::handle::Domain;

/// Builds a [`Domain`] whose settings differ from the defaults.
///
/// ```
/// use sigtower::testing::{Domain, Principal};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let domain = Domain::builder()
///     .region("eu-west-1")
///     .service("aoss")
///     .principal(Principal::admin().with_token("a session token"))
///     .start()
///     .await;
/// assert_eq!(domain.client().region().unwrap().as_str(), "eu-west-1");
/// # }
/// ```
#[must_use]
pub struct DomainBuilder {
    region: String,
    service: String,
    principals: Vec<Principal>,
    clock: Clock,
    upstream: Option<Upstream>,
    body_limit: usize,
    http2_only: bool,
    refresh_interval: Duration,
    port: u16,
    on_exchange: Option<OnExchange>,
    collection: Option<Collection>,
}

impl Domain {
    /// Starts a domain for region `us-east-1` and service `es` that knows [`Principal::admin`].
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime, or if loopback has no free port.
    pub async fn start() -> Self {
        Self::builder().start().await
    }

    /// A builder, for other settings than those of [`start`](Self::start).
    pub fn builder() -> DomainBuilder {
        DomainBuilder::default()
    }
}

impl DomainBuilder {
    /// The region that requests must be signed for. The default is `us-east-1`.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = region.into();
        self
    }

    /// The service that requests must be signed for. The default is `es`.
    pub fn service(mut self, service: impl Into<String>) -> Self {
        self.service = service.into();
        self
    }

    /// Adds a principal. Without any, the domain knows [`Principal::admin`].
    pub fn principal(mut self, principal: Principal) -> Self {
        self.principals.push(principal);
        self
    }

    /// The clock of the domain. The default is the system's clock.
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Clock::new(clock);
        self
    }

    /// Forwards verified requests to an OpenSearch at this URL, `http://host:port`, instead of the
    /// in-memory store.
    ///
    /// The identity of the caller is sent in the headers of the security plugin's proxy
    /// authentication: `x-forwarded-for`, `x-proxy-user` (the ARN) and `x-proxy-roles` (the ARN of
    /// the role).
    ///
    /// # Panics
    ///
    /// If `url` has a different form.
    pub fn upstream(mut self, url: &str) -> Self {
        self.upstream = Some(Upstream::new(url));
        self
    }

    /// The largest body in bytes; a larger one is refused with status 413. The default is 10 MiB,
    /// the limit of small domains.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// Whether the domain speaks only HTTP/2 (cleartext, with prior knowledge). The default is
    /// `false`: both versions.
    pub fn http2_only(mut self, http2_only: bool) -> Self {
        self.http2_only = http2_only;
        self
    }

    /// How long after a write searches and counts see it, unless it is refreshed before. The default
    /// is 1 second, as on a real domain.
    ///
    /// The time passes by [`clock`](Self::clock), without the offset of
    /// [`set_clock_offset`](Domain::set_clock_offset). With [`Duration::ZERO`], searches see every
    /// write at once, which no real domain does. A get by id sees every write at once in any case.
    ///
    /// This works on the in-memory store only.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use sigtower::opensearch::{Refresh, document, search};
    /// use sigtower::testing::Domain;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), sigtower::opensearch::Error> {
    /// // Nothing is refreshed unless a call asks for it.
    /// let domain = Domain::builder().refresh_interval(Duration::MAX).start().await;
    /// let client = domain.client();
    /// let movie = serde_json::json!({ "title": "Alien" });
    ///
    /// client.send(document::Index::new("movies", &movie).id("1")).await?;
    /// assert_eq!(client.send(search::Count::new("movies")).await?.count, 0);
    ///
    /// let write = document::Index::new("movies", &movie).id("1").refresh(Refresh::WaitFor);
    /// client.send(write).await?;
    /// assert_eq!(client.send(search::Count::new("movies")).await?.count, 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn refresh_interval(mut self, interval: Duration) -> Self {
        self.refresh_interval = interval;
        self
    }

    /// The port on 127.0.0.1. The default is 0: any free port.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Calls this function with each request that the domain has answered, refused ones included.
    ///
    /// ```
    /// # use sigtower::testing::Domain;
    /// let builder = Domain::builder().on_exchange(|exchange| {
    ///     println!("{} {} {}", exchange.status, exchange.method, exchange.target);
    /// });
    /// # let _ = builder;
    /// ```
    pub fn on_exchange(mut self, call: impl Fn(&Exchange<'_>) + Send + Sync + 'static) -> Self {
        self.on_exchange = Some(Arc::new(call));
        self
    }

    /// Makes the domain behave as a collection of OpenSearch Serverless: it signs for `aoss`, lacks some calls
    /// (404), refuses some parameters, and has the delays and rules of [`Collection`].
    ///
    /// The throttling of a collection is scripted as for any domain, for example with
    /// [`next_items`](Domain::next_items) for items of 429 in a response of 200.
    pub fn collection(mut self, collection: Collection) -> Self {
        self.service = "aoss".to_owned();
        self.refresh_interval = collection.visible_after;
        self.collection = Some(collection);
        self
    }

    /// Starts the domain.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime, or if the port is in use, or loopback has no free port.
    pub async fn start(mut self) -> Domain {
        let listener = TcpListener::bind(("127.0.0.1", self.port)).await;
        let listener = match listener {
            Ok(listener) => listener,
            Err(error) => panic!("no domain on 127.0.0.1:{}: {error}", self.port),
        };
        let address = listener.local_addr().expect("a listener has an address");
        if self.principals.is_empty() {
            self.principals.push(Principal::admin());
        }
        let clock = self.clock.clone();
        let verifier = Verifier::new(self.region, self.service).with_clock(move || clock.now());
        for principal in &self.principals {
            verifier.add_principal(principal.clone());
        }
        let backend = match self.upstream {
            Some(upstream) => Backend::Upstream(Box::new(upstream)),
            None => {
                let clock = self.clock.without_offset();
                Backend::Memory(Store::new(clock, self.refresh_interval))
            }
        };
        let clock = self.clock.without_offset();
        let gate = self.collection.map(|settings| Gate::new(settings, clock));
        let first = self.principals.swap_remove(0);
        let front = Arc::new(FrontEnd::new(
            verifier,
            first,
            self.clock,
            backend,
            gate,
            self.body_limit,
            self.on_exchange,
        ));
        let server = tokio::spawn(serve(listener, Arc::clone(&front), self.http2_only));
        Domain::new(address, front, server.abort_handle())
    }
}

impl Default for DomainBuilder {
    fn default() -> Self {
        Self {
            region: "us-east-1".to_owned(),
            service: "es".to_owned(),
            principals: Vec::new(),
            clock: Clock::new(SystemTime::now),
            upstream: None,
            body_limit: 10 * 1024 * 1024,
            http2_only: false,
            refresh_interval: Duration::from_secs(1),
            port: 0,
            on_exchange: None,
            collection: None,
        }
    }
}

impl fmt::Debug for DomainBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DomainBuilder")
            .field("region", &self.region)
            .field("service", &self.service)
            .field("principals", &self.principals)
            .field("upstream", &self.upstream)
            .field("body_limit", &self.body_limit)
            .field("http2_only", &self.http2_only)
            .field("refresh_interval", &self.refresh_interval)
            .field("collection", &self.collection)
            .finish_non_exhaustive()
    }
}
