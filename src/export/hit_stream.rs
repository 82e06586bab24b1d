use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::vec;

use futures_util::{Stream, stream};

use super::error::ExportError;
use crate::opensearch::search::Hit;

/// The hits of an export. After an error the stream ends.
///
/// Dropping the stream deletes the point in time or the scroll, in a task of its own.
#[must_use = "streams do nothing unless polled"]
pub struct HitStream<T> {
    pages: Pages<T>,
    page: vec::IntoIter<Hit<T>>,
}

type Pages<T> = Pin<Box<dyn Stream<Item = Result<Vec<Hit<T>>, ExportError>> + Send>>;

impl<T: Send + 'static> HitStream<T> {
    pub(super) fn new(
        pages: impl Stream<Item = Result<Vec<Hit<T>>, ExportError>> + Send + 'static,
    ) -> Self {
        Self {
            pages: Box::pin(pages),
            page: Vec::new().into_iter(),
        }
    }
}

/// No field is ever pinned in place.
impl<T> Unpin for HitStream<T> {}

impl<T: Send + 'static> Stream for HitStream<T> {
    type Item = Result<Hit<T>, ExportError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(hit) = self.page.next() {
                return Poll::Ready(Some(Ok(hit)));
            }
            match ready!(self.pages.as_mut().poll_next(cx)) {
                Some(Ok(page)) => self.page = page.into_iter(),
                end => {
                    // The other slices stop too, and what the server keeps is deleted.
                    self.pages = Box::pin(stream::empty());
                    return Poll::Ready(end.and_then(Result::err).map(Err));
                }
            }
        }
    }
}

impl<T> fmt::Debug for HitStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HitStream")
            .field("buffered", &self.page.len())
            .finish_non_exhaustive()
    }
}
