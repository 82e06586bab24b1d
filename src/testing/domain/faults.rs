//! Faults that a test asks for: the next request, the nth, or every nth.

use std::time::Duration;

use bytes::Bytes;
use http::Response;

use super::super::front::{Fault, FaultCounts};
use super::super::received::ReceivedRequest;
use super::handle::Domain;

impl Domain {
    /// Responds to the next verified request with a status, and the body that AWS sends with it.
    ///
    /// The methods named after the next request form one queue: each call concerns one more
    /// request, in order.
    ///
    /// # Panics
    ///
    /// If HTTP has no such status.
    pub fn next_response(&self, status: u16) -> &Self {
        self.next(Fault::response(status))
    }

    /// Responds to the next verified request with this response.
    pub fn next_full_response(&self, response: Response<impl Into<Bytes>>) -> &Self {
        self.next(Fault::full_response(response))
    }

    /// Carries the next verified request out without a fault.
    pub fn next_passes(&self) -> &Self {
        self.next(Fault::pass())
    }

    /// Responds to the `n`th verified request (the first is 1) with a status.
    ///
    /// # Panics
    ///
    /// If HTTP has no such status.
    pub fn nth_response(&self, n: usize, status: u16) -> &Self {
        self.front().faults().nth(n, Fault::response(status));
        self
    }

    /// Rejects items of the next bulk request with these statuses; 200 accepts an item.
    ///
    /// Items beyond the end of the list are accepted. This works on the in-memory store only.
    pub fn next_items(&self, statuses: impl IntoIterator<Item = u16>) -> &Self {
        self.front().faults().items(statuses.into_iter().collect());
        self
    }

    /// Redirects the next verified request to `location`.
    pub fn redirect_next(&self, location: &str) -> &Self {
        self.next(Fault::redirect(location))
    }

    /// Carries the next verified request out, and delays the response by tokio's clock.
    pub fn delay_next(&self, delay: Duration) -> &Self {
        self.next(Fault::delay(delay))
    }

    /// Carries the next verified request out, and sends no response.
    pub fn stall_next(&self) -> &Self {
        self.stall_next_at(0)
    }

    /// Carries the next verified request out, and sends only `byte` bytes of the response.
    pub fn stall_next_at(&self, byte: usize) -> &Self {
        self.next(Fault::stall_at(byte))
    }

    /// Carries the next verified request out, and resets the connection after `byte` bytes of the
    /// response.
    ///
    /// Bytes are counted on the wire: status line (or frames), headers and body. A shorter
    /// response arrives whole.
    pub fn reset_next_at(&self, byte: usize) -> &Self {
        self.next(Fault::reset_at(byte))
    }

    /// Like [`reset_next_at`](Self::reset_next_at), but closes the connection in order.
    pub fn close_next_at(&self, byte: usize) -> &Self {
        self.next(Fault::close_at(byte))
    }

    /// Resets the connection of the next verified request, which is not carried out.
    pub fn drop_next(&self) -> &Self {
        self.next(Fault::dropped())
    }

    /// Applies a fault to every `n`th verified request from now on.
    ///
    /// ```
    /// use sigtower::testing::{Domain, Fault, ReceivedRequest};
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// let domain = Domain::start().await;
    /// domain
    ///     .every(10, Fault::response(429))
    ///     .every(20, Fault::dropped())
    ///     .every_of(50, ReceivedRequest::is_idempotent, Fault::reset_at(0));
    /// # }
    /// ```
    ///
    /// If several recurring faults are due, the rarest one happens. A fault for one particular
    /// request takes precedence over all of them.
    ///
    /// # Panics
    ///
    /// If `n` is 0.
    pub fn every(&self, n: usize, fault: Fault) -> &Self {
        self.every_of(n, |_| true, fault)
    }

    /// Applies a fault to every `n`th of the verified requests for which `filter` returns `true`.
    ///
    /// # Panics
    ///
    /// If `n` is 0.
    pub fn every_of(
        &self,
        n: usize,
        filter: impl Fn(&ReceivedRequest) -> bool + Send + 'static,
        fault: Fault,
    ) -> &Self {
        self.front().faults().every(n, Box::new(filter), fault);
        self
    }

    /// How many requests failed so far, by kind of fault.
    pub fn fault_counts(&self) -> FaultCounts {
        self.front().faults().counts()
    }

    fn next(&self, fault: Fault) -> &Self {
        self.front().faults().push(fault);
        self
    }
}
