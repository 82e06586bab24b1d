use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::{Sleep, sleep};

use super::error::TransportError;
use super::phase::Phase;

/// Notices when nothing moves for too long. It has a timer only once something has to wait.
#[derive(Debug)]
pub(super) struct Stall {
    phase: Phase,
    limit: Duration,
    timer: Option<Pin<Box<Sleep>>>,
    is_waiting: bool,
}

impl Stall {
    pub(super) fn new(phase: Phase, limit: Duration) -> Self {
        Self {
            phase,
            limit,
            timer: None,
            is_waiting: false,
        }
    }

    /// Passes on what was polled, or the error of having waited for too long.
    pub(super) fn watch<T>(
        &mut self,
        cx: &mut Context<'_>,
        polled: Poll<T>,
    ) -> Poll<Result<T, TransportError>> {
        if let Poll::Ready(moved) = polled {
            self.is_waiting = false;
            return Poll::Ready(Ok(moved));
        }
        ready!(self.wait(cx));
        Poll::Ready(Err(TransportError::timeout(self.phase, self.limit)))
    }

    fn wait(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let (limit, is_new) = (self.limit, !self.is_waiting);
        self.is_waiting = true;
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep(limit)));
        if is_new {
            timer.set(sleep(limit));
        }
        timer.as_mut().poll(cx)
    }
}
