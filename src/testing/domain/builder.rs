use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use tokio::net::TcpListener;

use super::super::backend::{Store, Upstream};
use super::super::clock::Clock;
use super::super::front::{Backend, Front, serve};
use super::super::principal::Principal;
use super::super::verify::Verifier;
use super::handle::Domain;

/// Says how a [`Domain`] differs from the usual.
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
/// assert_eq!(domain.client().region().as_str(), "eu-west-1");
/// # }
/// ```
#[must_use]
pub struct DomainBuilder {
    region: String,
    service: String,
    principals: Vec<Principal>,
    clock: Clock,
    backend: Backend,
    body_limit: usize,
    http2_only: bool,
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

    /// A domain that differs from the usual.
    pub fn builder() -> DomainBuilder {
        DomainBuilder::default()
    }
}

impl DomainBuilder {
    /// The region requests must be signed for; `us-east-1` if not called.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = region.into();
        self
    }

    /// The service requests must be signed for; `es` if not called.
    pub fn service(mut self, service: impl Into<String>) -> Self {
        self.service = service.into();
        self
    }

    /// Lets a principal in. The first takes the place of [`Principal::admin`].
    pub fn principal(mut self, principal: Principal) -> Self {
        self.principals.push(principal);
        self
    }

    /// Asks `clock` for the time instead of the system.
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Clock::new(clock);
        self
    }

    /// Hands verified requests on to an OpenSearch at this URL, `http://host:port`.
    ///
    /// The caller's identity goes along as the headers of the security plugin's proxy
    /// authentication: `x-forwarded-for`, `x-proxy-user` (the ARN) and `x-proxy-roles` (the
    /// role's ARN).
    ///
    /// # Panics
    ///
    /// If it is not such a URL.
    pub fn upstream(mut self, url: &str) -> Self {
        self.backend = Backend::Upstream(Box::new(Upstream::new(url)));
        self
    }

    /// Refuses bodies above this many bytes with 413; 10 MiB if not called, as small domains do.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// Speaks HTTP/2 (cleartext, with prior knowledge) and nothing else.
    pub fn http2_only(mut self) -> Self {
        self.http2_only = true;
        self
    }

    /// Starts the domain.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime, or if loopback has no free port.
    pub async fn start(mut self) -> Domain {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("loopback has a free port");
        let address = listener.local_addr().expect("a listener has an address");
        if self.principals.is_empty() {
            self.principals.push(Principal::admin());
        }
        let clock = self.clock.clone();
        let verifier = Verifier::new(self.region, self.service).with_clock(move || clock.now());
        for principal in &self.principals {
            verifier.add(principal.clone());
        }
        let first = self.principals.swap_remove(0);
        let front = Arc::new(Front::new(
            verifier,
            first,
            self.clock,
            self.backend,
            self.body_limit,
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
            backend: Backend::Memory(Store::default()),
            body_limit: 10 * 1024 * 1024,
            http2_only: false,
        }
    }
}

impl fmt::Debug for DomainBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DomainBuilder")
            .field("region", &self.region)
            .field("service", &self.service)
            .field("principals", &self.principals)
            .finish_non_exhaustive()
    }
}
