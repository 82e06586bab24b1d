//! Which requests fail, and how.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use bytes::Bytes;
use http::header::LOCATION;
use http::{HeaderValue, Response, StatusCode};

use super::super::received::ReceivedRequest;
use super::super::response::{self, status};
use super::connection::Cut;

/// How a request fails, for [`Domain::every`](crate::testing::Domain::every).
#[derive(Clone, Debug)]
pub struct Fault(pub(super) FaultKind);

#[derive(Clone, Debug)]
pub(super) enum FaultKind {
    /// The request succeeds.
    Pass,
    /// This is the response; the backend does not see the request.
    Respond(Response<Bytes>),
    /// The backend carries the request out, and the response is sent after a delay.
    Delay(Duration),
    /// The backend carries the request out, and the response is cut after this many bytes.
    Cut(Cut, usize),
    /// The connection is reset before the backend sees the request.
    Drop,
}

/// How many requests failed, by kind of fault.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FaultCounts {
    /// Requests that got a response from the test instead of being carried out.
    pub responses: usize,
    /// Requests whose connection was reset before they were carried out.
    pub dropped: usize,
    /// Requests that were carried out, and whose response was cut or never sent.
    pub cut: usize,
    /// Requests that were carried out, and whose response was delayed.
    pub delayed: usize,
}

impl Fault {
    /// The request is not carried out. The response has this status and the body that AWS sends
    /// with it.
    ///
    /// # Panics
    ///
    /// If HTTP has no such status.
    pub fn response(number: u16) -> Self {
        let status = status(number);
        let body = match number {
            413 => r#"{"Message":"Request size exceeded 10485760 bytes"}"#.to_owned(),
            // A collection of OpenSearch Serverless at the limit of its capacity.
            402 => r#"{"error":{"type":"service_quota_exceeded_exception","reason":"capacity limit reached"},"status":402}"#.to_owned(),
            _ => format!(
                r#"{{"message":"{}"}}"#,
                status.canonical_reason().unwrap_or("Unknown")
            ),
        };
        Self(FaultKind::Respond(response::json(status, body)))
    }

    /// The request is not carried out. This is the response.
    pub fn full_response(response: Response<impl Into<Bytes>>) -> Self {
        Self(FaultKind::Respond(response.map(Into::into)))
    }

    /// The request is not carried out. The connection is reset.
    pub fn dropped() -> Self {
        Self(FaultKind::Drop)
    }

    /// The request is carried out. The connection is reset after this many bytes of the response.
    pub fn reset_at(byte: usize) -> Self {
        Self(FaultKind::Cut(Cut::Reset, byte))
    }

    /// The request is carried out. The connection is closed after this many bytes of the response.
    pub fn close_at(byte: usize) -> Self {
        Self(FaultKind::Cut(Cut::Close, byte))
    }

    /// The request is carried out. After this many bytes of the response, nothing more is sent.
    pub fn stall_at(byte: usize) -> Self {
        Self(FaultKind::Cut(Cut::Stall, byte))
    }

    /// The request is carried out. The response is sent after a delay by tokio's clock.
    pub fn delay(delay: Duration) -> Self {
        Self(FaultKind::Delay(delay))
    }

    pub(in crate::testing) fn pass() -> Self {
        Self(FaultKind::Pass)
    }

    pub(in crate::testing) fn redirect(location: &str) -> Self {
        let mut response = response::json(StatusCode::TEMPORARY_REDIRECT, Bytes::new());
        let location = HeaderValue::from_str(location)
            .unwrap_or_else(|_| panic!("{location:?} cannot be the value of a location header"));
        response.headers_mut().insert(LOCATION, location);
        Self::full_response(response)
    }
}

/// The faults that a test asked for, and how many happened.
#[derive(Default)]
pub(in crate::testing) struct Faults {
    seen: usize,
    next: VecDeque<Fault>,
    nth: HashMap<usize, Fault>,
    /// Sorted by period, the longest first.
    every: Vec<Recurring>,
    items: VecDeque<Vec<u16>>,
    counts: FaultCounts,
}

struct Recurring {
    period: usize,
    seen: usize,
    filter: Filter,
    fault: Fault,
}

/// Whether a recurring fault counts a request.
pub(in crate::testing) type Filter = Box<dyn Fn(&ReceivedRequest) -> bool + Send>;

impl Faults {
    pub(in crate::testing) fn push(&mut self, fault: Fault) {
        self.next.push_back(fault);
    }

    pub(in crate::testing) fn nth(&mut self, n: usize, fault: Fault) {
        self.nth.insert(n, fault);
    }

    pub(in crate::testing) fn every(&mut self, period: usize, filter: Filter, fault: Fault) {
        assert!(period > 0, "a fault cannot recur every 0 requests");
        let is_rarer = |other: &Recurring| other.period >= period;
        let at = self.every.partition_point(is_rarer);
        let recurring = Recurring {
            period,
            seen: 0,
            filter,
            fault,
        };
        self.every.insert(at, recurring);
    }

    pub(in crate::testing) fn items(&mut self, statuses: Vec<u16>) {
        self.items.push_back(statuses);
    }

    pub(in crate::testing) fn counts(&self) -> FaultCounts {
        self.counts
    }

    /// The fault of the request that has just been verified.
    pub(super) fn take(&mut self, request: &ReceivedRequest) -> Fault {
        self.seen += 1;
        let recurring = self.recurring(request);
        let nth = self.nth.remove(&self.seen);
        let fault = nth.or_else(|| self.next.pop_front()).or(recurring);
        let fault = fault.unwrap_or_else(Fault::pass);
        match fault.0 {
            FaultKind::Pass => {}
            FaultKind::Respond(_) => self.counts.responses += 1,
            FaultKind::Drop => self.counts.dropped += 1,
            FaultKind::Cut(..) => self.counts.cut += 1,
            FaultKind::Delay(_) => self.counts.delayed += 1,
        }
        fault
    }

    /// The statuses for the items of the bulk request that is about to be carried out.
    pub(super) fn take_items(&mut self) -> Vec<u16> {
        self.items.pop_front().unwrap_or_default()
    }

    /// The rarest of the faults that are due. Every recurring fault counts the request.
    fn recurring(&mut self, request: &ReceivedRequest) -> Option<Fault> {
        let due = self.every.iter_mut().filter_map(|recurring| {
            let counts = (recurring.filter)(request);
            recurring.seen += usize::from(counts);
            let is_due = counts && recurring.seen.is_multiple_of(recurring.period);
            is_due.then_some(&recurring.fault)
        });
        due.collect::<Vec<_>>().first().copied().cloned()
    }
}
