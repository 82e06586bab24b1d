use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::Stream;
use pin_project_lite::pin_project;
use serde::Serialize;

use super::load::Load;
use super::outcome::Outcome;
use super::state::Phase;
use super::watch::Watch;
use crate::opensearch::bulk::Operation;

pin_project! {
    /// The outcomes of a stream of operations, as they come; not in the order of the operations.
    ///
    /// It takes operations only while it is polled. Dropping it aborts the load.
    #[must_use = "streams do nothing unless polled"]
    pub struct Outcomes<S> {
        #[pin]
        operations: S,
        has_ended: bool,
        load: Load,
    }
}

impl<S> Outcomes<S> {
    pub(super) fn new(load: Load, operations: S) -> Self {
        Self {
            operations,
            has_ended: false,
            load,
        }
    }

    /// A handle that can look at the load.
    pub fn watch(&self) -> Watch {
        self.load.watch()
    }
}

impl<S, D> Stream for Outcomes<S>
where
    S: Stream<Item = Operation<D>>,
    D: Serialize,
{
    type Item = Outcome;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Outcome>> {
        let mut this = self.project();
        loop {
            {
                let mut state = this.load.shared.lock();
                if let Some(outcome) = state.next_outcome() {
                    return Poll::Ready(Some(outcome));
                }
                if state.phase == Phase::Finished {
                    return Poll::Ready(None);
                }
                state.buffers.wait(cx.waker());
            }
            if *this.has_ended {
                return Poll::Pending;
            }
            let has_room = match this.load.poll_room(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(room) => room.is_some(),
            };
            if !has_room {
                *this.has_ended = true;
                continue;
            }
            match this.operations.as_mut().poll_next(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Some(operation)) => {
                    if let Err(closed) = this.load.take(&operation) {
                        // The load was closed in between.
                        this.load.refuse(closed);
                        *this.has_ended = true;
                    }
                }
                Poll::Ready(None) => {
                    *this.has_ended = true;
                    this.load.shared.close(Phase::Closing);
                }
            }
        }
    }
}

impl<S> fmt::Debug for Outcomes<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outcomes")
            .field("load", &self.load)
            .finish_non_exhaustive()
    }
}
