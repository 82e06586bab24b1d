use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::Sink;
use serde::Serialize;

use super::closed::Closed;
use super::load::Load;
use super::state::Phase;
use crate::opensearch::bulk::Operation;

/// For programs with a loop of their own. `flush` and `close` wait until every operation has its outcome;
/// the outcomes go to the callback of [`on_outcome`](super::IngestBuilder::on_outcome).
///
/// A closed load is ready, and then fails to take the operation: so the error contains it.
impl<D: Serialize> Sink<Operation<D>> for Load {
    type Error = Closed;

    fn poll_ready(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Closed>> {
        self.poll_room(cx).map(|_| Ok(()))
    }

    fn start_send(self: Pin<&mut Self>, operation: Operation<D>) -> Result<(), Closed> {
        self.take(&operation).map(drop)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Closed>> {
        self.poll_settled(cx).map(Ok)
    }

    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Closed>> {
        self.shared.close(Phase::Closing);
        self.poll_finished(cx).map(Ok)
    }
}
