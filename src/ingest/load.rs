use std::fmt;
use std::future::poll_fn;
use std::sync::{Arc, MutexGuard};
use std::task::{Context, Poll};

use futures_util::{Stream, StreamExt};
use serde::Serialize;

use super::closed::Closed;
use super::outcome::Report;
use super::shared::Shared;
use super::state::{Phase, Room, State};
use super::statistics::Statistics;
use super::watch::Watch;
use crate::opensearch::bulk::Operation;

/// A load that runs: takes operations, and in the end reports what became of them.
///
/// Every operation that [`push`](Self::push) took gets exactly one outcome, also if the load is
/// aborted or dropped. Dropping is the same as [`abort`](Self::abort), without a report.
#[must_use = "dropping a load aborts it"]
pub struct Load {
    pub(super) shared: Arc<Shared>,
}

impl Load {
    /// Takes an operation, and returns its position among all of them. Waits while memory is full.
    ///
    /// An operation that cannot be sent, because its id is too long for instance, is taken too and
    /// is [rejected](super::Outcome::Rejected). If the future is dropped before it is ready, the
    /// operation was not taken. A panic of `D::serialize` passes through; the load stays usable.
    ///
    /// # Errors
    ///
    /// When the load is [`Closed`]. The error contains the operation.
    pub async fn push<D: Serialize>(&self, operation: Operation<D>) -> Result<u64, Closed> {
        poll_fn(|cx| self.poll_push(cx, &operation)).await
    }

    /// Pushes all operations of a stream, then [finishes](Self::finish). For an iterator, use
    /// [`futures_util::stream::iter`].
    ///
    /// If the load closes early, because its runtime is gone, the operation that was taken from the stream
    /// last is [rejected](super::Outcome::Rejected), and the rest of the stream is not read.
    pub async fn run<D: Serialize>(self, operations: impl Stream<Item = Operation<D>>) -> Report {
        let mut operations = std::pin::pin!(operations);
        while let Some(operation) = operations.next().await {
            if let Err(closed) = self.push(operation).await {
                self.refuse(closed);
                break;
            }
        }
        self.finish().await
    }

    /// Pushes all operations of an iterator, and waits whenever memory is full.
    ///
    /// # Errors
    ///
    /// When the load is [`Closed`]. The error contains the first operation that was not taken; those
    /// before it were taken.
    pub async fn push_all<D: Serialize>(
        &self,
        operations: impl IntoIterator<Item = Operation<D>>,
    ) -> Result<(), Closed> {
        for operation in operations {
            self.push(operation).await?;
        }
        Ok(())
    }

    /// Sends what was pushed so far without waiting for more, and waits until every operation has its
    /// outcome. The load takes more operations afterwards.
    pub async fn flush(&self) {
        poll_fn(|cx| self.poll_settled(cx)).await;
    }

    /// Sends what there is, and waits until every operation has its outcome.
    pub async fn finish(self) -> Report {
        self.shared.close(Phase::Closing);
        poll_fn(|cx| self.poll_finished(cx)).await;
        self.shared.take_report()
    }

    /// Sends nothing more. Waits for requests in flight, at most as long as
    /// [`grace`](super::IngestBuilder::grace) allows; what they carry is unknown after that.
    pub async fn abort(self) -> Report {
        self.shared.close(Phase::Aborting);
        poll_fn(|cx| self.poll_finished(cx)).await;
        self.shared.take_report()
    }

    /// The load in numbers, so far.
    pub fn statistics(&self) -> Statistics {
        self.shared.lock().statistics()
    }

    /// A handle that can look at the load from elsewhere.
    pub fn watch(&self) -> Watch {
        Watch(Arc::clone(&self.shared))
    }

    fn poll_push<D: Serialize>(
        &self,
        cx: &mut Context<'_>,
        operation: &Operation<D>,
    ) -> Poll<Result<u64, Closed>> {
        match self.poll_room(cx) {
            Poll::Ready(Some(state)) => Poll::Ready(Ok(self.take_into(state, operation))),
            Poll::Ready(None) => Poll::Ready(Err(Closed::new(operation))),
            Poll::Pending => Poll::Pending,
        }
    }

    /// Waits until an operation can be taken. `None` if the load is closed.
    pub(super) fn poll_room(&self, cx: &mut Context<'_>) -> Poll<Option<MutexGuard<'_, State>>> {
        let mut state = self.shared.lock();
        let is_news = match state.room() {
            Room::Yes => return Poll::Ready(Some(state)),
            Room::Closed => return Poll::Ready(None),
            Room::AfterYield => {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            Room::Wait { is_news } => is_news,
        };
        state.buffers.wait(cx.waker());
        drop(state);
        if is_news {
            self.shared.work.notify_one();
        }
        Poll::Pending
    }

    /// Takes an operation for which there was room.
    pub(super) fn take<D: Serialize>(&self, operation: &Operation<D>) -> Result<u64, Closed> {
        let state = self.shared.lock();
        if state.phase != Phase::Open {
            drop(state);
            return Err(Closed::new(operation));
        }
        Ok(self.take_into(state, operation))
    }

    /// Gives an outcome to an operation that the load has taken from a stream and cannot carry out.
    pub(super) fn refuse(&self, closed: Closed) {
        self.shared.lock().refuse(closed);
        self.shared.work.notify_one();
        self.shared.deliver_if_alone();
    }

    fn take_into<D: Serialize>(
        &self,
        mut state: MutexGuard<'_, State>,
        operation: &Operation<D>,
    ) -> u64 {
        let position = state.submitted();
        let has_work = state.push(operation, &self.shared.settings);
        drop(state);
        if has_work {
            self.shared.work.notify_one();
        }
        position
    }

    pub(super) fn poll_settled(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut state = self.shared.lock();
        if !state.has_work() && !state.has_outcomes() || state.phase == Phase::Finished {
            return Poll::Ready(());
        }
        state.flush();
        state.buffers.wait(cx.waker());
        drop(state);
        self.shared.work.notify_one();
        Poll::Pending
    }

    pub(super) fn poll_finished(&self, cx: &mut Context<'_>) -> Poll<()> {
        let state = self.shared.lock();
        if state.phase == Phase::Finished {
            return Poll::Ready(());
        }
        state.buffers.wait(cx.waker());
        Poll::Pending
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.shared.close(Phase::Aborting);
    }
}

impl fmt::Debug for Load {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Load")
            .field("index", &self.shared.settings.index)
            .field("statistics", &self.statistics())
            .finish_non_exhaustive()
    }
}
