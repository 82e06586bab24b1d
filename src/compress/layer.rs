use std::pin::Pin;
use std::task::{Context, Poll};

use http::Request;
use http::header::{ACCEPT_ENCODING, HeaderValue};
use tower_service::Service;

use super::deflate::Deflate;
use crate::body::Body;

/// Compresses requests with gzip, and asks for responses in gzip.
#[derive(Clone, Debug)]
pub(crate) struct Compress<S> {
    inner: S,
    over: Option<usize>,
}

impl<S> Compress<S> {
    /// Compresses request bodies of more than `over` bytes.
    pub(crate) fn new(inner: S, over: Option<usize>) -> Self {
        Self { inner, over }
    }
}

type Boxed<T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send>>;

/// The inner service boxes its futures anyway: only a body that takes long gets a second box.
impl<S, T, E> Service<Request<Body>> for Compress<S>
where
    S: Service<Request<Body>, Response = T, Error = E, Future = Boxed<T, E>>,
    S: Clone + Send + 'static,
{
    type Response = T;
    type Error = E;
    type Future = Boxed<T, E>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), E>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        request.headers_mut().entry(ACCEPT_ENCODING).or_insert(GZIP);
        let Some(mut deflate) = self.over.and_then(|over| Deflate::of(&request, over)) else {
            return self.inner.call(request);
        };
        if deflate.step() {
            deflate.apply(&mut request);
            return self.inner.call(request);
        }
        // `self.inner` was polled ready, its clone was not: send with the ready one.
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        Box::pin(async move {
            loop {
                tokio::task::yield_now().await;
                if deflate.step() {
                    break;
                }
            }
            deflate.apply(&mut request);
            inner.call(request).await
        })
    }
}

const GZIP: HeaderValue = HeaderValue::from_static("gzip");
