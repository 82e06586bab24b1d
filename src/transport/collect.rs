use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::Response;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tower_service::Service;

use super::TransportError;
use crate::BoxError;

/// Reads each response's body to its end, up to a limit.
#[derive(Clone, Debug)]
pub(crate) struct Collect<S> {
    inner: S,
    limit: usize,
}

impl<S> Collect<S> {
    pub(crate) fn new(inner: S, limit: usize) -> Self {
        Self { inner, limit }
    }
}

impl<S, R, B> Service<R> for Collect<S>
where
    S: Service<R, Response = Response<B>>,
    S::Error: Into<BoxError>,
    S::Future: Send + 'static,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Response<Bytes>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Bytes>, BoxError>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx).map_err(ours)
    }

    fn call(&mut self, request: R) -> Self::Future {
        let limit = self.limit;
        let answering = self.inner.call(request);
        Box::pin(async move {
            let (head, body) = answering.await.map_err(ours)?.into_parts();
            let body = collect(body, limit).await?;
            Ok(Response::from_parts(head, body))
        })
    }
}

async fn collect<B>(body: B, limit: usize) -> Result<Bytes, TransportError>
where
    B: http_body::Body<Data = Bytes>,
    B::Error: Into<BoxError>,
{
    // Said to be too large: not worth reading the first byte.
    if body.size_hint().lower() > limit as u64 {
        return Err(TransportError::ResponseTooLarge { limit });
    }
    let body = std::pin::pin!(Limited::new(body, limit));
    match body.collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => {
            Err(TransportError::ResponseTooLarge { limit })
        }
        Err(error) => Err(TransportError::found_in(error)),
    }
}

/// An error of a caller's own service is one of ours too: who sent what is unknown.
fn ours(error: impl Into<BoxError>) -> BoxError {
    TransportError::found_in(error.into()).into()
}
