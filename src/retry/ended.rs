use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{Response, StatusCode};

use super::verdict::Verdict;
use super::{backoff, clock};
use crate::error::BoxError;
use crate::service_error::{Service, ServiceError};
use crate::sigv4::{ClockSkew, Scope, SigningRecord};

/// How an attempt ended.
pub(super) struct Ended {
    pub(super) outcome: Result<Response<Bytes>, BoxError>,
    /// What the response says, if its status is 400 or more.
    pub(super) error: Option<Arc<ServiceError>>,
    pub(super) verdict: Verdict,
    /// What the attempt was signed with.
    pub(super) record: SigningRecord,
}

impl Ended {
    /// Judges an outcome. `scope` is what the attempt was signed for.
    pub(super) fn judge(
        outcome: Result<Response<Bytes>, BoxError>,
        record: SigningRecord,
        scope: impl FnOnce() -> Scope,
    ) -> Self {
        let (verdict, error) = match &outcome {
            Ok(response) if response.status().as_u16() < 400 => (Verdict::Final, None),
            Ok(response) => {
                let error = read_error(response, &scope());
                let verdict = match Verdict::of_response(response.status(), &error) {
                    // A token that has expired or was revoked; another one may be accepted.
                    _ if record.has_token() && response.status() == StatusCode::UNAUTHORIZED => {
                        Verdict::CredentialsRejected
                    }
                    verdict => verdict,
                };
                (verdict, Some(Arc::new(error)))
            }
            Err(failure) => {
                let was_sent = record.is_sent();
                (Verdict::of_failure(failure, was_sent), None)
            }
        };
        Self {
            outcome,
            error,
            verdict,
            record,
        }
    }

    /// How far the service's clock is ahead by this response, received at this time of ours.
    pub(super) fn measured_skew(&self, received: SystemTime) -> Option<ClockSkew> {
        let (response, signed) = (self.outcome.as_ref().ok()?, self.record.signed()?);
        let stated = match self.verdict {
            Verdict::SignatureRejected { server_time, .. } => server_time,
            _ => None,
        };
        clock::measure(response.headers(), stated, signed.local_time, received)
    }

    /// Whether a signature that is made now would have a different time, by enough to matter. The measure is compared
    /// with what *this* attempt was signed with: other requests may have learned of the skew before it.
    pub(super) fn would_sign_a_different_time(
        &self,
        measured: Option<ClockSkew>,
        now: SystemTime,
    ) -> bool {
        let (
            Verdict::SignatureRejected {
                is_for_its_time, ..
            },
            Some(signed),
        ) = (self.verdict, self.record.signed())
        else {
            return false;
        };
        let by_skew = measured.is_some_and(|skew| skew.distance(self.record.skew()) > THRESHOLD);
        // The machine, or this task, slept between signing and sending.
        let late = now.duration_since(signed.local_time);
        by_skew || is_for_its_time && late.is_ok_and(|late| late > THRESHOLD)
    }

    /// How long the service asks to wait.
    pub(super) fn requested_wait(&self, now: SystemTime) -> Option<Duration> {
        let response = self.outcome.as_ref().ok()?;
        backoff::requested_wait(response.headers(), now)
    }
}

fn read_error(response: &Response<Bytes>, scope: &Scope) -> ServiceError {
    let service = match scope.service().as_str() {
        "es" | "aoss" | "opensearch" => Service::OpenSearch,
        _ => Service::Other,
    };
    let (status, headers) = (response.status(), response.headers());
    ServiceError::read(status, headers, response.body(), service)
}

/// AWS accepts a signature for five minutes.
const THRESHOLD: Duration = Duration::from_secs(4 * 60);
