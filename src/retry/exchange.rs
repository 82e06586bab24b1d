use std::future::poll_fn;
use std::mem;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::TRANSFER_ENCODING;
use http::request::Parts;
use http::{Request, Response};
use tokio::time::Instant;
use tower_service::Service;
use tracing::Instrument;

use super::backoff::{self, Pace};
use super::classify::{self, Verdict};
use super::clock::ServiceClock;
use super::limit::Limit;
use super::observe::{Again, Attempt, Stop};
use super::{Failed, Idempotency, Report, Shared, clock};
use crate::body::Body;
use crate::error::BoxError;
use crate::metrics;
use crate::sigv4::{ClockSkew, Payload, PayloadSigning, SigningOverride, SigningRecord};
use crate::transport::NewConnection;

/// One request, and all attempts at it.
pub(super) struct Exchange<S> {
    inner: S,
    shared: Arc<Shared>,
    head: Parts,
    body: Body,
    deadline: Instant,
    attempts: u32,
    /// What the last retry cost.
    charge: Option<u32>,
    may_have_been_applied: bool,
    has_lost_its_connection: bool,
    /// The clock of where it goes, if that is followed.
    clock: Option<Arc<ServiceClock>>,
    skew: ClockSkew,
    has_followed_the_clock: bool,
    has_renewed_credentials: bool,
}

type Outcome = Result<Response<Bytes>, BoxError>;

/// An answer, and what it took to get it.
#[derive(Debug)]
pub(crate) struct Reported {
    pub(crate) response: Response<Bytes>,
    pub(crate) report: Report,
}

impl<S> Exchange<S>
where
    S: Service<Request<Body>, Response = Response<Bytes>, Error = BoxError>,
{
    pub(super) fn new(inner: S, shared: Arc<Shared>, request: Request<Body>) -> Self {
        let (head, body) = request.into_parts();
        let total = shared.settings.total.min(A_YEAR);
        let clock = shared.clocks.of(&head.uri);
        Self {
            skew: clock.as_ref().map_or(ClockSkew::ZERO, |clock| clock.skew()),
            clock,
            inner,
            shared,
            head,
            body,
            deadline: Instant::now() + total,
            attempts: 0,
            charge: None,
            may_have_been_applied: false,
            has_lost_its_connection: false,
            has_followed_the_clock: false,
            has_renewed_credentials: false,
        }
    }

    pub(super) async fn run(&mut self) -> Result<Reported, BoxError> {
        let mut again = None;
        loop {
            let record = SigningRecord::new(self.skew);
            let attempt = Attempt::begin(&self.head, self.attempts + 1, again, self.skew);
            let outcome = self.attempt(&record).instrument(attempt.span()).await;
            attempt.end(&self.head, &outcome);
            let verdict = match &outcome {
                Ok(response) => classify::answer(response),
                Err(error) => classify::error(error, record.signed().is_some()),
            };
            self.may_have_been_applied |= matches!(verdict, Verdict::Lost | Verdict::Unreadable);
            self.has_lost_its_connection = outcome.is_err();
            match self.retry(&outcome, verdict, &record).await {
                Ok(wait) => {
                    let reason = verdict.reason();
                    let next = again.insert(Again { reason, wait });
                    next.report(self.attempts);
                    tokio::time::sleep(wait).await;
                }
                Err(stop) => {
                    stop.report(self.attempts, verdict);
                    return self.finish(outcome, verdict, &record);
                }
            }
        }
    }

    async fn attempt(&mut self, record: &SigningRecord) -> Outcome {
        self.attempts += 1;
        self.shared.counter.count_attempt(self.attempts);
        let limit = Limit {
            deadline: self.deadline,
            total: self.shared.settings.total,
            attempt: self.shared.settings.attempt,
        };
        let answering = pin!(async {
            poll_fn(|cx| self.inner.poll_ready(cx)).await?;
            let request = self.request(record);
            self.inner.call(request).await
        });
        limit.keep(answering, record).await
    }

    /// What is sent next. It gets the head that there is, which may have room for more headers, and
    /// a copy is kept.
    fn request(&mut self, record: &SigningRecord) -> Request<Body> {
        let kept = self.head.clone();
        let head = mem::replace(&mut self.head, kept);
        let mut request = Request::from_parts(head, self.body.clone());
        request.extensions_mut().insert(record.clone());
        if self.has_lost_its_connection {
            // The server closes them, it seems: the next one of the pool may be as dead.
            request.extensions_mut().insert(NewConnection);
        }
        request
    }

    fn is_not_idempotent(&self) -> bool {
        (self.shared.settings.idempotency)(&self.head) == Idempotency::NotIdempotent
    }

    /// How long to wait before the next attempt, which is paid for then, or why there is none.
    async fn retry(
        &mut self,
        outcome: &Outcome,
        verdict: Verdict,
        record: &SigningRecord,
    ) -> Result<Duration, Stop> {
        let measured = self.read_clock(outcome, verdict, record);
        let is_renewable = verdict == Verdict::Credentials && self.gives_up_credentials(record);
        let is_attempt_left = self.attempts < self.shared.settings.max_attempts;
        let pace = match verdict {
            Verdict::Final | Verdict::Unreadable => return Err(Stop::Final),
            Verdict::Lost if self.is_not_idempotent() => {
                return Err(Stop::NotIdempotent);
            }
            _ if !is_attempt_left => return Err(Stop::Attempts),
            Verdict::Declined(pace) => pace,
            Verdict::Lost => Pace::Transient,
            Verdict::Time { outright, .. } => {
                if !self.has_another_time(outright, measured, record) {
                    return Err(Stop::Unhelpful);
                }
                Pace::Transient
            }
            Verdict::Credentials => {
                if !is_renewable || !self.has_other_credentials(record).await {
                    return Err(Stop::Unhelpful);
                }
                Pace::Transient
            }
        };
        let asked = outcome.as_ref().ok().and_then(|response| {
            let now = self.skew.apply(self.shared.signer.now());
            backoff::asked(response.headers(), now)
        });
        let wait = backoff::wait(pace, self.attempts - 1, asked);
        if Instant::now() + wait >= self.deadline {
            return Err(Stop::Deadline);
        }
        let quota = &self.shared.quota;
        self.charge = Some(match verdict {
            // Bounded to once a request, and known to be of use: what it is signed with differs.
            // So a thousand requests that fail for one reason at once are all sent again.
            Verdict::Time { .. } | Verdict::Credentials => quota.take_up_to(pace.cost()),
            _ => quota.take(pace.cost()).ok_or(Stop::Quota)?,
        });
        self.keep_hash(record);
        Ok(wait)
    }

    /// Learns from an answer how far the service's clock is ahead.
    fn read_clock(
        &mut self,
        outcome: &Outcome,
        verdict: Verdict,
        record: &SigningRecord,
    ) -> Option<ClockSkew> {
        let (response, signed) = (outcome.as_ref().ok()?, record.signed()?);
        let clock = self.clock.as_ref()?;
        let said = match verdict {
            Verdict::Time { said, .. } => said,
            _ => None,
        };
        let received = self.shared.signer.now();
        let skew = clock::measure(response.headers(), said, signed.local_time, received)?;
        self.shared.clocks.learn(clock, skew);
        metrics::clock_skew(&self.head.uri, skew.as_millis() as f64 / 1000.0);
        self.skew = skew;
        Some(skew)
    }

    /// Whether the next signature would have another time, by enough to matter. It is compared with
    /// what *this* request was signed with: others may have learned of the skew before it.
    fn has_another_time(
        &mut self,
        outright: bool,
        measured: Option<ClockSkew>,
        record: &SigningRecord,
    ) -> bool {
        let Some(signed) = record.signed() else {
            return false;
        };
        let by_skew = measured.is_some_and(|skew| skew.distance(record.skew()) > THRESHOLD);
        // The machine, or this task, slept between signing and sending.
        let late = self.shared.signer.now().duration_since(signed.local_time);
        let by_sleep = outright && late.is_ok_and(|late| late > THRESHOLD);
        let is_first_time = !mem::replace(&mut self.has_followed_the_clock, true);
        is_first_time && (by_skew || by_sleep)
    }

    /// Tells the cache that the service rejected these credentials, once for each request; says
    /// whether others may be had. The next request profits, even if this one has no attempt left.
    fn gives_up_credentials(&mut self, record: &SigningRecord) -> bool {
        let Some(signed) = record.signed() else {
            return false;
        };
        let is_first_time = !mem::replace(&mut self.has_renewed_credentials, true);
        let credentials = self.shared.signer.credentials();
        let now = self.shared.signer.now();
        is_first_time && credentials.invalidate(&signed.identity, now)
    }

    /// Waits for the credentials that take the place of the rejected ones.
    async fn has_other_credentials(&mut self, record: &SigningRecord) -> bool {
        let Some(signed) = record.signed() else {
            return false;
        };
        let now = self.shared.signer.now();
        let renewing = self.shared.signer.credentials().get(now, self.skew);
        let renewed = tokio::time::timeout_at(self.deadline, renewing).await;
        let rejected = signed.identity.generation();
        matches!(renewed, Ok(Ok(identity)) if identity.generation() != rejected)
    }

    /// Lets all further attempts be signed with the hash of the first: the bytes are the same.
    fn keep_hash(&mut self, record: &SigningRecord) {
        let hash = record
            .signed()
            .and_then(|signed| signed.payload_hash.clone());
        if let Some(hash) = hash.filter(|_| self.attempts == 1) {
            let extensions = &mut self.head.extensions;
            let overrides = extensions.remove::<SigningOverride>().unwrap_or_default();
            extensions.insert(overrides.with_payload_signing(PayloadSigning::Precomputed(hash)));
            self.head.headers.remove(TRANSFER_ENCODING);
        }
    }

    fn finish(
        &self,
        outcome: Outcome,
        verdict: Verdict,
        record: &SigningRecord,
    ) -> Result<Reported, BoxError> {
        let withheld = verdict == Verdict::Lost && self.is_not_idempotent();
        match outcome {
            Ok(response) => {
                if matches!(verdict, Verdict::Final) {
                    self.shared.quota.give(self.charge.unwrap_or(1));
                }
                let report = Report {
                    attempts: self.attempts,
                    may_have_been_applied: self.may_have_been_applied,
                    withheld,
                    canonical_request: self.canonical_request(&response, record),
                };
                Ok(Reported { response, report })
            }
            Err(source) => Err(Failed {
                attempts: self.attempts,
                may_have_been_applied: self.may_have_been_applied,
                withheld,
                source,
            }
            .into()),
        }
    }

    /// What was signed, where the service tells what it saw instead.
    fn canonical_request(
        &self,
        response: &Response<Bytes>,
        record: &SigningRecord,
    ) -> Option<Arc<str>> {
        let is_refusal = matches!(response.status().as_u16(), 400 | 401 | 403);
        let marker = SAW.as_bytes();
        if !is_refusal
            || !response
                .body()
                .windows(marker.len())
                .any(|part| part == marker)
        {
            return None;
        }
        let signed = record.signed()?;
        let payload = match &signed.payload_hash {
            Some(hash) => Payload::Hash(hash),
            None => Payload::Unsigned,
        };
        let time = record.skew().apply(signed.local_time);
        let signer = &self.shared.signer;
        let explained = signer.explain_with(&self.head, payload, &signed.identity, time);
        Some(explained.ok()?.canonical_request().into())
    }
}

const SAW: &str = "Canonical String for this request";
const THRESHOLD: Duration = Duration::from_secs(4 * 60);
const A_YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);
