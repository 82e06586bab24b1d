use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::Response;
use pin_project_lite::pin_project;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower_service::Service;

use super::collect::Pending;

/// Bounds how many requests are in flight: the others wait until it is their turn, first come, first
/// served.
///
/// It is ready once a request may be sent, so a request is signed after it has waited, and a waiting
/// retry holds no place. A response whose body is read as it arrives holds its place until the body has ended.
pub(crate) struct InFlight<S> {
    inner: S,
    places: Arc<Semaphore>,
    waiting: Option<Waiting>,
    place: Option<OwnedSemaphorePermit>,
}

type Waiting = Pin<Box<dyn Future<Output = Option<OwnedSemaphorePermit>> + Send + Sync>>;

impl<S> InFlight<S> {
    /// Clones share the limit, which is 1 at least.
    pub(crate) fn new(inner: S, limit: usize) -> Self {
        let limit = limit.clamp(1, Semaphore::MAX_PERMITS);
        Self {
            inner,
            places: Arc::new(Semaphore::new(limit)),
            waiting: None,
            place: None,
        }
    }

    fn poll_place(&mut self, cx: &mut Context<'_>) -> Poll<Option<OwnedSemaphorePermit>> {
        if let Some(waiting) = &mut self.waiting {
            let place = ready!(waiting.as_mut().poll(cx));
            self.waiting = None;
            return Poll::Ready(place);
        }
        // Fails while others wait: a place that becomes free is given to the first of them.
        if let Ok(place) = Arc::clone(&self.places).try_acquire_owned() {
            return Poll::Ready(Some(place));
        }
        let places = Arc::clone(&self.places);
        let mut waiting: Waiting = Box::pin(async { places.acquire_owned().await.ok() });
        let polled = waiting.as_mut().poll(cx);
        if polled.is_pending() {
            self.waiting = Some(waiting);
        }
        polled
    }
}

/// A clone has no place yet.
impl<S: Clone> Clone for InFlight<S> {
    fn clone(&self) -> Self {
        Self {
            inner: self.inner.clone(),
            places: Arc::clone(&self.places),
            waiting: None,
            place: None,
        }
    }
}

impl<S, R> Service<R> for InFlight<S>
where
    S: Service<R, Response = Response<Bytes>>,
{
    type Response = Response<Bytes>;
    type Error = S::Error;
    type Future = InFlightFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        if self.place.is_none() {
            // None only if the semaphore were closed, which it never is.
            self.place = ready!(self.poll_place(cx));
        }
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: R) -> Self::Future {
        InFlightFuture {
            inner: self.inner.call(request),
            place: self.place.take(),
        }
    }
}

impl<S: fmt::Debug> fmt::Debug for InFlight<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InFlight")
            .field("inner", &self.inner)
            .field("free_places", &self.places.available_permits())
            .finish_non_exhaustive()
    }
}

pin_project! {
    /// The future of an [`InFlight`].
    pub(crate) struct InFlightFuture<F> {
        #[pin]
        inner: F,
        // Given back when the response has been read, or the request is abandoned.
        place: Option<OwnedSemaphorePermit>,
    }
}

impl<F, E> Future for InFlightFuture<F>
where
    F: Future<Output = Result<Response<Bytes>, E>>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let outcome = ready!(this.inner.poll(cx));
        let place = this.place.take();
        if let Ok(response) = &outcome
            && let Some(body) = response.extensions().get::<Pending>()
        {
            body.hold(place);
        }
        Poll::Ready(outcome)
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::task::Waker;

    use tower_test::mock::{self, Handle};

    use super::*;

    type Sent = tokio::task::JoinHandle<Bytes>;
    type Mock = Handle<u32, Response<Bytes>>;

    /// Sends these numbers at once, through clones of one service.
    async fn send(limit: usize, numbers: std::ops::Range<u32>) -> (Vec<Sent>, Mock) {
        let (inner, mut handle) = mock::pair();
        handle.allow(u64::MAX);
        let service = InFlight::new(inner, limit);
        let send = |number| {
            let mut service = service.clone();
            tokio::spawn(async move {
                poll_fn(|cx| service.poll_ready(cx)).await.unwrap();
                service.call(number).await.unwrap().into_body()
            })
        };
        let sent = numbers.map(send).collect();
        settle().await;
        (sent, handle)
    }

    /// Lets all tasks run as far as they can.
    async fn settle() {
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
    }

    fn response(number: u32) -> Response<Bytes> {
        Response::new(number.to_string().into())
    }

    fn is_idle(handle: &mut Mock) -> bool {
        let mut next = std::pin::pin!(handle.next_request());
        next.as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
            .is_pending()
    }

    #[tokio::test]
    async fn requests_beyond_the_limit_wait_and_are_sent_in_order() {
        let (sent, mut handle) = send(2, 0..6).await;
        let mut flying = std::collections::VecDeque::new();
        for number in 0..6 {
            let (request, respond) = handle.next_request().await.unwrap();
            assert_eq!(request, number);
            flying.push_back((number, respond));
            if flying.len() == 2 {
                assert!(is_idle(&mut handle), "{number}");
                let (number, respond) = flying.pop_front().unwrap();
                respond.send_response(response(number));
                settle().await;
            }
        }
        let (number, respond) = flying.pop_front().unwrap();
        respond.send_response(response(number));
        for (number, sent) in (0..).zip(sent) {
            assert_eq!(sent.await.unwrap(), number.to_string());
        }
    }

    #[tokio::test]
    async fn a_request_that_is_abandoned_gives_its_place_back() {
        let (sent, mut handle) = send(1, 0..3).await;
        let (_, _respond) = handle.next_request().await.unwrap();
        sent[1].abort(); // waits
        sent[0].abort(); // has the place
        settle().await;
        assert_eq!(handle.next_request().await.unwrap().0, 2);
    }

    #[tokio::test]
    async fn a_limit_of_any_size_lets_a_request_pass() {
        for limit in [0, 1, usize::MAX - 1, usize::MAX] {
            let (sent, mut handle) = send(limit, 0..1).await;
            let (number, respond) = handle.next_request().await.unwrap();
            respond.send_response(response(number));
            for sent in sent {
                assert_eq!(sent.await.unwrap(), "0", "{limit}");
            }
        }
    }
}
