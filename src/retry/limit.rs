use std::pin::{Pin, pin};
use std::task::{Poll, ready};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::error::BoxError;
use crate::sigv4::SigningRecord;
use crate::transport::{Phase, TransportError};

/// The time limits of an attempt.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limit {
    /// When the call must have ended.
    pub(super) deadline: Instant,
    /// The time from the start of the call to its deadline.
    pub(super) total: Duration,
    /// How long the attempt may take once it is signed.
    pub(super) attempt: Duration,
}

impl Limit {
    /// Waits for an attempt within both limits. One timer serves both: it runs to the deadline until the attempt is
    /// signed, and then to the earlier of the two.
    pub(super) async fn keep<T>(
        self,
        mut attempt: Pin<&mut impl Future<Output = Result<T, BoxError>>>,
        record: &SigningRecord,
    ) -> Result<T, BoxError> {
        let mut timer = pin!(sleep_until(self.deadline));
        let mut is_signed = false;
        let (mut phase, mut limit) = (Phase::Total, self.total);
        std::future::poll_fn(|cx| {
            if let Poll::Ready(outcome) = attempt.as_mut().poll(cx) {
                return Poll::Ready(outcome);
            }
            if !is_signed && record.is_sent() {
                is_signed = true;
                let now = Instant::now();
                if self.attempt < self.deadline.saturating_duration_since(now) {
                    timer.as_mut().reset(now + self.attempt);
                    (phase, limit) = (Phase::Attempt, self.attempt);
                }
            }
            ready!(timer.as_mut().poll(cx));
            Poll::Ready(Err(TransportError::timeout(phase, limit).into()))
        })
        .await
    }
}
