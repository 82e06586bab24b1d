use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::task::AbortHandle;

use super::super::front::FrontEnd;
use super::super::principal::Principal;
use super::super::received::ReceivedRequest;
use crate::credentials::Credentials;
use crate::opensearch::{Client, ClientBuilder};

/// An OpenSearch domain on loopback, behind a front end like that of AWS.
///
/// The domain speaks HTTP/1.1 and cleartext HTTP/2. It verifies every signature and refuses
/// requests in the words of AWS. Verified requests go to an in-memory store, or to a real
/// OpenSearch ([`DomainBuilder::upstream`](super::DomainBuilder::upstream)).
///
/// Clones are handles on the same domain. The domain stops when the last handle is dropped.
///
/// ```
/// use sigtower::opensearch::cluster::Info;
/// use sigtower::testing::Domain;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), sigtower::opensearch::Error> {
/// let domain = Domain::start().await;
/// let client = domain.client();
/// domain.next_response(400).next_response(503);
/// assert!(client.send(Info::new()).await.is_err());
/// client.send(Info::new()).await?; // the client retries after the 503
///
/// domain.verify_next(|request| {
///     assert_eq!(request.signed_headers, ["host", "x-amz-content-sha256", "x-amz-date"]);
/// });
/// assert_eq!(client.send(Info::new()).await?.version.number, "2.19.4");
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Domain(Arc<Inner>);

struct Inner {
    address: SocketAddr,
    front: Arc<FrontEnd>,
    server: AbortHandle,
}

impl Domain {
    pub(super) fn new(address: SocketAddr, front: Arc<FrontEnd>, server: AbortHandle) -> Self {
        Self(Arc::new(Inner {
            address,
            front,
            server,
        }))
    }

    /// The URL of the domain: `http://127.0.0.1:` and a port.
    pub fn url(&self) -> String {
        format!("http://{}", self.0.address)
    }

    /// The region that requests must be signed for.
    pub fn region(&self) -> &str {
        self.front().verifier.region()
    }

    /// The service that requests must be signed for.
    pub fn service(&self) -> &str {
        self.front().verifier.service()
    }

    /// The keys of the first principal. After [`rotate`](Self::rotate), these are the new ones.
    pub fn credentials(&self) -> Credentials {
        self.front().first_principal().credentials()
    }

    /// A client that signs with the current [`credentials`](Self::credentials).
    ///
    /// The client reads the clock of the domain, without the domain's offset.
    pub fn client(&self) -> Client {
        self.client_with(self.credentials())
    }

    /// A client that signs as `principal`. A principal with an unknown access key is added.
    pub fn client_as(&self, principal: &Principal) -> Client {
        self.front().verifier.add_unknown(principal);
        self.client_with(principal.credentials())
    }

    /// The builder of [`client`](Self::client), so that a test can change its settings first: for
    /// example `.max_attempts(1)`, to see every fault.
    pub fn client_builder(&self) -> ClientBuilder {
        self.builder_with(self.credentials())
    }

    /// Adds a principal.
    pub fn add_principal(&self, principal: Principal) -> &Self {
        self.front().verifier.add_principal(principal);
        self
    }

    /// Issues new keys: from now on, older keys of the same ARN are refused as expired.
    pub fn rotate(&self, principal: Principal) -> &Self {
        self.front().rotate(principal);
        self
    }

    /// Sets the domain's clock this many seconds ahead, or behind if negative.
    pub fn set_clock_offset(&self, seconds: i64) -> &Self {
        self.front().clock.set_offset(seconds);
        self
    }

    /// All verified requests, oldest first.
    pub fn requests(&self) -> Vec<ReceivedRequest> {
        self.front().log.requests()
    }

    /// Removes the requests that were kept for [`requests`](Self::requests). Long tests call this
    /// to save memory.
    pub fn clear_requests(&self) -> &Self {
        self.front().log.clear();
        self
    }

    /// How many requests came, including those that were refused.
    pub fn request_count(&self) -> usize {
        self.front().log.count()
    }

    /// Runs `check` on the next verified request.
    ///
    /// If `check` panics, the response has status 500, and the panic is repeated when the last
    /// handle on the domain is dropped. That drop also panics if no request came.
    pub fn verify_next(&self, check: impl FnOnce(&ReceivedRequest) + Send + 'static) -> &Self {
        self.front().log.check_next(Box::new(check));
        self
    }

    pub(super) fn front(&self) -> &FrontEnd {
        &self.0.front
    }

    fn client_with(&self, credentials: Credentials) -> Client {
        self.builder_with(credentials)
            .build()
            .expect("the domain's own URL, region and service are consistent")
    }

    fn builder_with(&self, credentials: Credentials) -> ClientBuilder {
        Client::builder(self.url())
            .region(self.region())
            .service(self.service())
            .credentials(credentials)
            .clock(self.front().clock.without_offset())
    }
}

impl fmt::Debug for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Domain")
            .field("url", &self.url())
            .field("verifier", &self.front().verifier)
            .finish_non_exhaustive()
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.server.abort();
        if !std::thread::panicking() {
            self.front.log.finish();
        }
    }
}
