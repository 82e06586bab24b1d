use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Response;
use tokio::task::AbortHandle;

use super::super::front::{Fault, FaultCounts, Front};
use super::super::principal::Principal;
use super::super::received::Received;
use crate::credentials::Credentials;
use crate::opensearch::{Client, ClientBuilder};

/// An OpenSearch domain on loopback, with the front end of AWS before it.
///
/// It speaks HTTP/1.1 and cleartext HTTP/2, verifies every signature, and answers refusals in
/// the words of AWS. What is verified goes to an in-memory store, or to a real OpenSearch
/// ([`DomainBuilder::upstream`](super::DomainBuilder::upstream)).
///
/// Clones are handles on one domain, which stops when the last is dropped.
///
/// ```
/// use sigtower::opensearch::cluster;
/// use sigtower::testing::Domain;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), sigtower::opensearch::Error> {
/// let domain = Domain::start().await;
/// let client = domain.client();
/// domain.next_response(400).next_response(503);
/// assert!(client.send(cluster::Info::new()).await.is_err());
/// client.send(cluster::Info::new()).await?; // sent again after the 503
///
/// domain.verify_next(|r| {
///     assert_eq!(r.signed_headers, ["host", "x-amz-content-sha256", "x-amz-date"]);
/// });
/// assert_eq!(client.send(cluster::Info::new()).await?.version.number, "2.19.4");
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Domain(Arc<Inner>);

struct Inner {
    address: SocketAddr,
    front: Arc<Front>,
    server: AbortHandle,
}

impl Domain {
    pub(super) fn new(address: SocketAddr, front: Arc<Front>, server: AbortHandle) -> Self {
        Self(Arc::new(Inner {
            address,
            front,
            server,
        }))
    }

    /// Where it listens: `http://127.0.0.1:` and a port.
    pub fn url(&self) -> String {
        format!("http://{}", self.0.address)
    }

    /// The region it wants requests signed for.
    pub fn region(&self) -> &str {
        self.0.front.verifier.region()
    }

    /// The service it wants requests signed for.
    pub fn service(&self) -> &str {
        self.0.front.verifier.service()
    }

    /// The keys of its first principal, as they are after the last [`rotate`](Self::rotate).
    pub fn credentials(&self) -> Credentials {
        self.0.front.first().credentials()
    }

    /// A client that signs with [`credentials`](Self::credentials), as they are now.
    ///
    /// Its time is that of the domain, whatever the domain's offset.
    pub fn client(&self) -> Client {
        self.client_with(self.credentials())
    }

    /// A client that signs as `principal`, who is let in if the access key is not known yet.
    pub fn client_as(&self, principal: &Principal) -> Client {
        self.0.front.verifier.add_unknown(principal);
        self.client_with(principal.credentials())
    }

    /// Lets another principal in.
    pub fn add(&self, principal: Principal) -> &Self {
        self.0.front.verifier.add(principal);
        self
    }

    /// Issues new keys: from now on the same ARN's older keys are refused as expired.
    pub fn rotate(&self, principal: Principal) -> &Self {
        self.0.front.rotate(principal);
        self
    }

    /// Sets the domain's clock this many seconds ahead, or behind if negative.
    pub fn set_clock_offset(&self, seconds: i64) -> &Self {
        self.0.front.clock.set_offset(seconds);
        self
    }

    /// The verified requests so far, oldest first.
    pub fn requests(&self) -> Vec<Received> {
        self.0.front.log.requests()
    }

    /// Forgets the requests so far, which would fill memory in a long run.
    pub fn forget_requests(&self) -> &Self {
        self.0.front.log.forget();
        self
    }

    /// How many requests came, refused ones and all.
    pub fn request_count(&self) -> usize {
        self.0.front.log.count()
    }

    /// Shows the next verified request to `check`.
    ///
    /// If `check` panics, that request is answered with status 500 and the last handle on the
    /// domain repeats the panic when it is dropped. It panics as well if no request came.
    pub fn verify_next(&self, check: impl FnOnce(&Received) + Send + 'static) -> &Self {
        self.0.front.log.expect(Box::new(check));
        self
    }

    /// Answers the next verified request with a status, and the body AWS sends with it.
    ///
    /// Calls of the `next_…` family queue up: each is for one request more, in order.
    pub fn next_response(&self, status: u16) -> &Self {
        self.next(Fault::response(status))
    }

    /// Answers the next verified request with this.
    pub fn next_answer(&self, answer: Response<impl Into<Bytes>>) -> &Self {
        self.next(Fault::answer(answer))
    }

    /// Lets the next verified request through untouched.
    pub fn next_passes(&self) -> &Self {
        self.next(Fault::pass())
    }

    /// Answers the `n`th verified request (the first is 1) with a status.
    pub fn nth_response(&self, n: usize, status: u16) -> &Self {
        self.0.front.faults().nth(n, Fault::response(status));
        self
    }

    /// Refuses items of the next bulk request with these statuses; 200 lets one through.
    ///
    /// Items beyond the list go through. Works on the in-memory backend.
    pub fn next_items(&self, statuses: impl IntoIterator<Item = u16>) -> &Self {
        self.0.front.faults().items(statuses.into_iter().collect());
        self
    }

    /// Redirects the next verified request.
    pub fn redirect_next(&self, location: &str) -> &Self {
        self.next(Fault::redirect(location))
    }

    /// Carries the next verified request out, and answers after a delay of tokio's clock.
    pub fn delay_next(&self, delay: Duration) -> &Self {
        self.next(Fault::delay(delay))
    }

    /// Carries the next verified request out, and never answers.
    pub fn stall_next(&self) -> &Self {
        self.stall_next_at(0)
    }

    /// Carries the next verified request out, and stops for good after `byte` bytes of answer.
    pub fn stall_next_at(&self, byte: usize) -> &Self {
        self.next(Fault::stall_at(byte))
    }

    /// Carries the next verified request out, and resets the connection after `byte` bytes.
    ///
    /// The bytes are those on the wire: status line (or frames), headers and body. An answer
    /// that is shorter arrives whole.
    pub fn reset_next_at(&self, byte: usize) -> &Self {
        self.next(Fault::reset_at(byte))
    }

    /// Like [`reset_next_at`](Self::reset_next_at), with an orderly end of the connection.
    pub fn close_next_at(&self, byte: usize) -> &Self {
        self.next(Fault::close_at(byte))
    }

    /// Drops the connection of the next verified request, which is not carried out.
    pub fn drop_next(&self) -> &Self {
        self.next(Fault::dropped())
    }

    /// Does this to every `n`th verified request from now on.
    ///
    /// ```
    /// use sigtower::testing::{Domain, Fault, Received};
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// let domain = Domain::start().await;
    /// domain
    ///     .every(10, Fault::response(429))
    ///     .every(20, Fault::dropped())
    ///     .every_of(50, Received::is_idempotent, Fault::reset_at(0));
    /// # }
    /// ```
    ///
    /// Where several are due it is the rarest that happens; what is scripted for one request goes
    /// before all of them.
    ///
    /// # Panics
    ///
    /// If `n` is 0.
    pub fn every(&self, n: usize, fault: Fault) -> &Self {
        self.every_of(n, |_| true, fault)
    }

    /// Does this to every `n`th of those verified requests that `concerns` says yes to.
    ///
    /// # Panics
    ///
    /// If `n` is 0.
    pub fn every_of(
        &self,
        n: usize,
        concerns: impl Fn(&Received) -> bool + Send + 'static,
        fault: Fault,
    ) -> &Self {
        self.0.front.faults().every(n, Box::new(concerns), fault);
        self
    }

    /// What has gone wrong so far.
    pub fn fault_counts(&self) -> FaultCounts {
        self.0.front.faults().counts()
    }

    /// The builder of [`client`](Self::client), to be changed first: `.max_attempts(1)` for instance,
    /// to see every fault.
    pub fn client_builder(&self) -> ClientBuilder {
        self.builder_with(self.credentials())
    }

    fn client_with(&self, credentials: Credentials) -> Client {
        self.builder_with(credentials)
            .build()
            .expect("the domain's own URL, region and service fit together")
    }

    fn builder_with(&self, credentials: Credentials) -> ClientBuilder {
        Client::builder(self.url())
            .region(self.region())
            .service(self.service())
            .credentials(credentials)
            .clock(self.0.front.clock.without_offset())
    }

    fn next(&self, fault: Fault) -> &Self {
        self.0.front.faults().push(fault);
        self
    }
}

impl fmt::Debug for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Domain")
            .field("url", &self.url())
            .field("verifier", &self.0.front.verifier)
            .finish_non_exhaustive()
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.server.abort();
        if !std::thread::panicking() {
            self.front.log.settle();
        }
    }
}
