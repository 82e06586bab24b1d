use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::{Stream, stream};

use super::error::WaitError;
use super::reader::Reader;
use crate::opensearch::tasks::GetResponse;

/// The states of a task, one after the other, until it is complete.
///
/// The last item is the complete task, or an error. Dropping the stream changes nothing: the task
/// goes on.
#[must_use = "streams do nothing unless polled"]
pub struct Follow(Pin<Box<dyn Stream<Item = Result<GetResponse, WaitError>> + Send>>);

impl Follow {
    pub(super) fn new(reader: Reader) -> Self {
        Self(Box::pin(stream::unfold(Some(reader), |reader| async {
            let mut reader = reader?;
            let state = reader.next().await;
            let goes_on = matches!(&state, Ok(state) if !state.completed);
            Some((state, goes_on.then_some(reader)))
        })))
    }
}

impl Stream for Follow {
    type Item = Result<GetResponse, WaitError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(cx)
    }
}

impl fmt::Debug for Follow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Follow").finish_non_exhaustive()
    }
}
