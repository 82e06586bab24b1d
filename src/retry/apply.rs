//! Does what was decided about an attempt.

use std::sync::Arc;
use std::time::Duration;

use http::header::TRANSFER_ENCODING;
use tokio::time::Instant;

use super::backoff::{self, Pace};
use super::decide::{Decision, Stop};
use super::ended::Ended;
use super::exchange::Exchange;
use super::shared::Shared;
use crate::sigv4::{ClockSkew, PayloadSigning, SigningOverride, SigningRecord};

impl<S> Exchange<S> {
    /// Returns how long to wait before the next attempt, which is paid for then, or why there is none.
    pub(super) async fn apply(
        &mut self,
        decision: Decision,
        ended: &Ended,
    ) -> Result<Duration, Stop> {
        self.history.record_decision(decision);
        match decision {
            Decision::Stop(stop) => Err(stop),
            Decision::Resend(pace) => {
                let wait = self.wait(pace, ended)?;
                let charge = self.shared.quota.take(pace.cost());
                self.prepare(charge.ok_or(Stop::Quota)?, &ended.record);
                Ok(wait)
            }
            Decision::FollowClock => self.sign_differently(ended),
            Decision::RenewCredentials { is_attempt_left } => {
                let can_be_renewed = self.invalidate_credentials(&ended.record);
                if !is_attempt_left {
                    return Err(Stop::Attempts);
                }
                let (shared, record) = (Arc::clone(&self.shared), &ended.record);
                let fetching = fetch_other_credentials(&shared, self.skew, record, self.deadline);
                if !can_be_renewed || !fetching.await {
                    return Err(Stop::Unhelpful);
                }
                self.sign_differently(ended)
            }
        }
    }

    /// Such a retry is bounded to once a request, and is known to help. So it takes what tokens there are: a thousand
    /// requests that fail at once for one reason are all sent again.
    fn sign_differently(&mut self, ended: &Ended) -> Result<Duration, Stop> {
        let pace = Pace::Transient;
        let wait = self.wait(pace, ended)?;
        let charge = self.shared.quota.take_up_to(pace.cost());
        self.prepare(charge, &ended.record);
        Ok(wait)
    }

    fn wait(&self, pace: Pace, ended: &Ended) -> Result<Duration, Stop> {
        let now = self.skew.apply(self.shared.signer.now());
        let retry = self.history.attempts - 1;
        let wait = backoff::wait(pace, retry, ended.requested_wait(now));
        match Instant::now() + wait < self.deadline {
            true => Ok(wait),
            false => Err(Stop::Deadline),
        }
    }

    /// Notes what the next attempt costs, and makes it sign with the hash of the first one: the bytes are the same.
    fn prepare(&mut self, charge: u32, record: &SigningRecord) {
        self.history.charge = Some(charge);
        let hash = record
            .signed()
            .and_then(|signed| signed.payload_hash.clone());
        if let Some(hash) = hash.filter(|_| self.history.attempts == 1) {
            let extensions = &mut self.head.extensions;
            let overrides = extensions.remove::<SigningOverride>().unwrap_or_default();
            extensions.insert(overrides.with_payload_signing(PayloadSigning::Precomputed(hash)));
            self.head.headers.remove(TRANSFER_ENCODING);
        }
    }

    /// Reports to the cache that the service rejected these credentials. Returns whether it may have others.
    fn invalidate_credentials(&self, record: &SigningRecord) -> bool {
        let signer = &self.shared.signer;
        let credentials = signer.credentials();
        record
            .identity()
            .is_some_and(|identity| credentials.invalidate(identity, signer.now()))
    }
}

/// Waits for the credentials that replace the rejected ones. Returns whether there are any.
async fn fetch_other_credentials(
    shared: &Shared,
    skew: ClockSkew,
    record: &SigningRecord,
    deadline: Instant,
) -> bool {
    let Some(rejected) = record.identity() else {
        return false;
    };
    let now = shared.signer.now();
    let renewing = shared.signer.credentials().get(now, skew);
    let renewed = tokio::time::timeout_at(deadline, renewing).await;
    matches!(renewed, Ok(Ok(identity)) if identity.generation() != rejected.generation())
}
