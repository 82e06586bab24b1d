use std::future::poll_fn;
use std::mem;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response, StatusCode};
use tokio::time::Instant;
use tower_service::Service;
use tracing::Instrument;

use super::caller_retries::CallerRetries;
use super::clock::ServiceClock;
use super::decide::{Decision, Facts, Stop, decide};
use super::ended::Ended;
use super::failed::Failed;
use super::history::History;
use super::idempotency::Idempotency;
use super::limit::Limit;
use super::observe::{self, Attempt, Resending};
use super::report::{Evidence, Report, Reported};
use super::request_limits::RequestLimits;
use super::shared::Shared;
use super::verdict::Verdict;
use crate::body::Body;
use crate::error::BoxError;
use crate::metrics;
use crate::service_error::Meaning;
use crate::sigv4::{ClockSkew, Payload, Scope, SigningRecord};
use crate::transport::{NewConnection, TransportError};

/// One request, and all attempts at it.
pub(super) struct Exchange<S> {
    inner: S,
    pub(super) shared: Arc<Shared>,
    pub(super) head: Parts,
    body: Body,
    pub(super) deadline: Instant,
    total: Duration,
    max_attempts: u32,
    attempt_limit: Duration,
    pub(super) history: History,
    /// The clock of the origin that the request goes to, if it is followed.
    clock: Option<Arc<ServiceClock>>,
    /// How far that clock is ahead.
    pub(super) skew: ClockSkew,
}

impl<S> Exchange<S>
where
    S: Service<Request<Body>, Response = Response<Bytes>, Error = BoxError>,
{
    pub(super) fn new(inner: S, shared: Arc<Shared>, request: Request<Body>) -> Self {
        let (head, body) = request.into_parts();
        let limits: RequestLimits = head.extensions.get().copied().unwrap_or_default();
        let (max_attempts, total, attempt_limit) = limits.or(&shared.settings);
        let clock = shared.clocks.of(&head.uri);
        Self {
            skew: clock.as_ref().map_or(ClockSkew::ZERO, |clock| clock.skew()),
            clock,
            inner,
            shared,
            head,
            body,
            deadline: Instant::now() + total.min(A_YEAR),
            total,
            max_attempts,
            attempt_limit,
            history: History::default(),
        }
    }

    pub(super) async fn run(&mut self) -> Result<Reported, BoxError> {
        let mut resending = None;
        loop {
            let record = SigningRecord::new(self.skew);
            let number = self.history.attempts + 1;
            let attempt = Attempt::begin(&self.head, number, resending, self.skew);
            let outcome = self.attempt(&record).instrument(attempt.span()).await;
            attempt.end(&self.head, &outcome);

            let ended = Ended::judge(outcome, record, || self.scope());
            let verdict = ended.verdict;
            self.history
                .record_outcome(verdict, lost_its_connection(&ended.outcome));
            let measured = self.learn_clock(&ended);
            let decision = match verdict {
                Verdict::Final => Decision::Stop(Stop::Final),
                verdict => decide(verdict, self.facts(&ended, measured)),
            };
            match self.apply(decision, &ended).await {
                Ok(wait) => {
                    drop(ended);
                    let reason = verdict.reason();
                    let next = resending.insert(Resending { reason, wait });
                    next.report(self.history.attempts);
                    tokio::time::sleep(wait).await;
                }
                Err(stop) => {
                    observe::report_stop(stop, self.history.attempts, verdict);
                    return self.finish(ended, stop);
                }
            }
        }
    }

    async fn attempt(&mut self, record: &SigningRecord) -> Result<Response<Bytes>, BoxError> {
        self.history.attempts += 1;
        self.shared.counter.count_attempt(self.history.attempts);
        let limit = Limit {
            deadline: self.deadline,
            total: self.total,
            attempt: self.attempt_limit,
        };
        let responding = pin!(async {
            poll_fn(|cx| self.inner.poll_ready(cx)).await?;
            let request = self.request(record);
            self.inner.call(request).await
        });
        limit.keep(responding, record).await
    }

    /// The request to send next. It takes the head itself, which may have room for more headers; a copy is kept.
    fn request(&mut self, record: &SigningRecord) -> Request<Body> {
        let kept = self.head.clone();
        let head = mem::replace(&mut self.head, kept);
        let mut request = Request::from_parts(head, self.body.clone());
        request.extensions_mut().insert(record.clone());
        if self.history.lost_its_connection {
            // A server that closes one connection has often closed the others of the pool.
            request.extensions_mut().insert(NewConnection);
        }
        request
    }

    /// Learns from a response how far the service's clock is ahead, and returns it.
    fn learn_clock(&mut self, ended: &Ended) -> Option<ClockSkew> {
        let clock = self.clock.as_ref()?;
        let skew = ended.measured_skew(self.shared.signer.now())?;
        self.shared.clocks.learn(clock, skew);
        metrics::clock_skew(&self.head.uri, skew.as_millis() as f64 / 1000.0);
        self.skew = skew;
        Some(skew)
    }

    fn facts(&self, ended: &Ended, measured: Option<ClockSkew>) -> Facts {
        let idempotency = (self.shared.settings.idempotency)(&self.head);
        let now = self.shared.signer.now();
        Facts {
            is_idempotent: idempotency == Idempotency::Idempotent,
            has_a_different_time: ended.would_sign_a_different_time(measured, now),
            caller_retries: self.head.extensions.get::<CallerRetries>().is_some(),
            ..self.history.facts(self.max_attempts)
        }
    }

    fn finish(&self, ended: Ended, stop: Stop) -> Result<Reported, BoxError> {
        let withheld = stop == Stop::NotIdempotent;
        let retryable = ended.verdict.is_passing() && !withheld;
        let attempts = self.history.attempts;
        let may_have_been_applied = self.history.may_have_been_applied;
        if let Err(source) = ended.outcome {
            return Err(Failed {
                attempts,
                may_have_been_applied,
                withheld,
                retryable,
                source,
            }
            .into());
        }
        if ended.verdict == Verdict::Final {
            self.shared.quota.give(self.history.charge.unwrap_or(1));
        }
        let report = Report {
            attempts,
            may_have_been_applied,
            withheld,
            retryable,
            canonical_request: self.canonical_request(&ended),
            evidence: Evidence {
                scope: self.rejected_scope(&ended),
                record: ended.record,
                body_len: self.body.as_bytes().len(),
                is_safe: self.head.method.is_safe(),
                error: ended.error,
            },
        };
        let response = ended.outcome?;
        Ok(Reported { response, report })
    }

    /// What was signed, where the service shows what it received instead.
    fn canonical_request(&self, ended: &Ended) -> Option<Arc<str>> {
        let error = ended.error.as_ref()?;
        let is_mismatch = error.meaning == Some(Meaning::SignatureMismatch);
        if !is_mismatch || !error.reason.as_deref()?.contains(SHOWS_CANONICAL_REQUEST) {
            return None;
        }
        let signed = ended.record.signed()?;
        let payload = match &signed.payload_hash {
            Some(hash) => Payload::Hash(hash),
            None => Payload::Unsigned,
        };
        let time = ended.record.skew().apply(signed.local_time);
        let signer = &self.shared.signer;
        let explained = signer.explain_with(&self.head, payload, &signed.identity, time);
        Some(explained.ok()?.canonical_request().into())
    }

    fn rejected_scope(&self, ended: &Ended) -> Option<Scope> {
        let meaning = ended.error.as_ref()?.meaning.as_ref();
        // OpenSearch Serverless does not say what it rejects.
        let is_of_serverless = matches!(&ended.outcome, Ok(response)
            if response.status() == StatusCode::FORBIDDEN
                && response.headers().contains_key("x-aoss-response-hint"));
        let is_rejected = is_of_serverless || matches!(meaning, Some(Meaning::WrongScope(_)));
        is_rejected.then(|| self.scope())
    }

    fn scope(&self) -> Scope {
        self.shared.signer.scope_of(&self.head).into_owned()
    }
}

/// Whether an attempt had a connection and lost it. Without one, nothing is known of the others of the pool.
fn lost_its_connection(outcome: &Result<Response<Bytes>, BoxError>) -> bool {
    let Err(error) = outcome else {
        return false;
    };
    !TransportError::within(&**error).is_some_and(TransportError::is_without_connection)
}

const SHOWS_CANONICAL_REQUEST: &str = "Canonical String for this request";
const A_YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);
