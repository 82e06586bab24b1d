//! What goes wrong, and with which request.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use bytes::Bytes;
use http::header::LOCATION;
use http::{HeaderValue, Response};

use super::answer;
use super::domain::status;
use super::line::Cut;

/// The script: what goes wrong, and with which request.
#[derive(Default)]
pub(super) struct Faults {
    seen: usize,
    next: VecDeque<Fault>,
    nth: HashMap<usize, Fault>,
    items: VecDeque<Vec<u16>>,
}

/// What goes wrong with one request.
pub(super) enum Fault {
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

impl Faults {
    pub(super) fn push(&mut self, fault: Fault) {
        self.next.push_back(fault);
    }

    pub(super) fn nth(&mut self, n: usize, fault: Fault) {
        self.nth.insert(n, fault);
    }

    pub(super) fn items(&mut self, statuses: Vec<u16>) {
        self.items.push_back(statuses);
    }

    /// The fate of the request that has just been verified.
    pub(super) fn take(&mut self) -> Fault {
        self.seen += 1;
        let nth = self.nth.remove(&self.seen);
        nth.or_else(|| self.next.pop_front()).unwrap_or(Fault::Pass)
    }

    /// The fates of the items of the bulk request that is about to run.
    pub(super) fn take_items(&mut self) -> Vec<u16> {
        self.items.pop_front().unwrap_or_default()
    }
}

impl Fault {
    /// The status with the body that AWS sends along.
    pub(super) fn status(number: u16) -> Self {
        let status = status(number);
        let body = match number {
            413 => r#"{"Message":"Request size exceeded 10485760 bytes"}"#.to_owned(),
            _ => format!(
                r#"{{"message":"{}"}}"#,
                status.canonical_reason().unwrap_or("Unknown")
            ),
        };
        Self::Answer(answer::json(status, body))
    }

    pub(super) fn redirect(location: &str) -> Self {
        let mut answer = answer::json(http::StatusCode::TEMPORARY_REDIRECT, Bytes::new());
        let location = HeaderValue::from_str(location).expect("a location is a header value");
        answer.headers_mut().insert(LOCATION, location);
        Self::Answer(answer)
    }
}
