//! What goes wrong, and with which request.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use bytes::Bytes;
use http::header::LOCATION;
use http::{HeaderValue, Response};

use super::super::received::Received;
use super::super::response::{self, status};
use super::connection::Cut;

/// What goes wrong with a request, for [`Domain::every`](super::Domain::every).
#[derive(Clone, Debug)]
pub struct Fault(pub(super) Kind);

#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// Nothing.
    Pass,
    /// This is the answer; the backend never hears of the request.
    Answer(Response<Bytes>),
    /// The answer comes late.
    Delay(Duration),
    /// The answer ends after so many bytes.
    Cut(Cut, usize),
    /// The connection ends before anything is done.
    Drop,
}

/// How often something went wrong, by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FaultCounts {
    /// Answered with a status instead of being carried out.
    pub answered: usize,
    /// Dropped with their connection instead of being carried out.
    pub dropped: usize,
    /// Carried out, and answered in part or not at all.
    pub cut: usize,
    /// Carried out, and answered late.
    pub delayed: usize,
}

impl Fault {
    /// It is answered with a status and the body AWS sends with it, and not carried out.
    pub fn response(number: u16) -> Self {
        let status = status(number);
        let body = match number {
            413 => r#"{"Message":"Request size exceeded 10485760 bytes"}"#.to_owned(),
            _ => format!(
                r#"{{"message":"{}"}}"#,
                status.canonical_reason().unwrap_or("Unknown")
            ),
        };
        Self(Kind::Answer(response::json(status, body)))
    }

    /// It is answered with this, and not carried out.
    pub fn answer(answer: Response<impl Into<Bytes>>) -> Self {
        Self(Kind::Answer(answer.map(Into::into)))
    }

    /// Its connection is reset before it is carried out.
    pub fn dropped() -> Self {
        Self(Kind::Drop)
    }

    /// It is carried out, and the connection reset after so many bytes of the answer.
    pub fn reset_at(byte: usize) -> Self {
        Self(Kind::Cut(Cut::Reset, byte))
    }

    /// It is carried out, and the connection closed after so many bytes of the answer.
    pub fn close_at(byte: usize) -> Self {
        Self(Kind::Cut(Cut::Close, byte))
    }

    /// It is carried out, and nothing comes after so many bytes of the answer.
    pub fn stall_at(byte: usize) -> Self {
        Self(Kind::Cut(Cut::Stall, byte))
    }

    /// It is carried out, and answered after a delay of tokio's clock.
    pub fn delay(delay: Duration) -> Self {
        Self(Kind::Delay(delay))
    }

    pub(in crate::testing) fn pass() -> Self {
        Self(Kind::Pass)
    }

    pub(in crate::testing) fn redirect(location: &str) -> Self {
        let mut answer = response::json(http::StatusCode::TEMPORARY_REDIRECT, Bytes::new());
        let location = HeaderValue::from_str(location).expect("a location is a header value");
        answer.headers_mut().insert(LOCATION, location);
        Self::answer(answer)
    }
}

/// The script.
#[derive(Default)]
pub(in crate::testing) struct Faults {
    seen: usize,
    next: VecDeque<Fault>,
    nth: HashMap<usize, Fault>,
    /// The rarest first.
    every: Vec<Recurring>,
    items: VecDeque<Vec<u16>>,
    counts: FaultCounts,
}

struct Recurring {
    period: usize,
    seen: usize,
    concerns: Concerns,
    fault: Fault,
}

/// Which requests count.
pub(in crate::testing) type Concerns = Box<dyn Fn(&Received) -> bool + Send>;

impl Faults {
    pub(in crate::testing) fn push(&mut self, fault: Fault) {
        self.next.push_back(fault);
    }

    pub(in crate::testing) fn nth(&mut self, n: usize, fault: Fault) {
        self.nth.insert(n, fault);
    }

    pub(in crate::testing) fn every(&mut self, period: usize, concerns: Concerns, fault: Fault) {
        assert!(period > 0, "every 0th request is none");
        let rarer = |other: &Recurring| other.period >= period;
        let at = self.every.partition_point(rarer);
        let recurring = Recurring {
            period,
            seen: 0,
            concerns,
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

    /// The fate of the request that has just been verified.
    pub(super) fn take(&mut self, received: &Received) -> Fault {
        self.seen += 1;
        let recurring = self.recurring(received);
        let nth = self.nth.remove(&self.seen);
        let fault = nth.or_else(|| self.next.pop_front()).or(recurring);
        let fault = fault.unwrap_or_else(Fault::pass);
        match fault.0 {
            Kind::Pass => {}
            Kind::Answer(_) => self.counts.answered += 1,
            Kind::Drop => self.counts.dropped += 1,
            Kind::Cut(..) => self.counts.cut += 1,
            Kind::Delay(_) => self.counts.delayed += 1,
        }
        fault
    }

    /// The fates of the items of the bulk request that is about to run.
    pub(super) fn take_items(&mut self) -> Vec<u16> {
        self.items.pop_front().unwrap_or_default()
    }

    /// The rarest of those that are due; all of them count the request.
    fn recurring(&mut self, received: &Received) -> Option<Fault> {
        let due = self.every.iter_mut().filter_map(|recurring| {
            let counts = (recurring.concerns)(received);
            recurring.seen += usize::from(counts);
            let is_due = counts && recurring.seen.is_multiple_of(recurring.period);
            is_due.then_some(&recurring.fault)
        });
        due.collect::<Vec<_>>().first().copied().cloned()
    }
}
