use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Limited};
use tower_layer::Layer;
use tower_service::Service;

use super::config::StackConfig;
use super::inflate::decoder;
use crate::body::Body;
use crate::error::BoxError;
use crate::retry::{self, Reported, Retry};
use crate::sigv4::{SignError, SignableBody, Signer};
use crate::transport::{Collect, Streamed, StreamingBody, into_streaming};

/// The retries of a [`Stack`](super::Stack) as a layer, around a signing layer and any service.
///
/// Put it above the [`SigV4Layer`](crate::SigV4Layer), so that each attempt is signed with the current time and
/// credentials. It follows the rules of [`retry`](crate::retry), with a quota and a clock that all its services share.
/// Give it the signer of the signing layer: retries judge by its clock, and renew its credentials.
///
/// The request's body is read first, up to 100 MiB, because an attempt may have to send it again. The response's head
/// decides. The body of a response of status 2xx then passes through frame by frame, decompressed; any other is read. An
/// error is a [`Failed`](crate::retry::Failed) to downcast to, and a response has a [`Report`](crate::retry::Report) in
/// its extensions.
///
/// ```
/// use bytes::Bytes;
/// use http::{Request, Response};
/// use http_body_util::Full;
/// use sigtower::stack::{RetryLayer, StackConfig};
/// use sigtower::{Credentials, Scope, SigV4Layer};
/// use tower::{ServiceBuilder, ServiceExt, service_fn};
///
/// # async fn example() -> Result<(), tower::BoxError> {
/// # let any_tower_service = service_fn(|_: Request<Full<Bytes>>| async move {
/// #     Ok::<_, std::io::Error>(Response::new(Full::<Bytes>::from("{}")))
/// # });
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret", None);
/// let sign = SigV4Layer::new(Scope::new("us-east-1", "execute-api")?, credentials);
/// let service = ServiceBuilder::new()
///     .layer(RetryLayer::new(sign.signer(), &StackConfig::new()))
///     .layer(sign)
///     .service(any_tower_service);
/// let uri = "https://abc.execute-api.us-east-1.amazonaws.com/users";
/// let mut response = service.oneshot(Request::get(uri).body(Full::from(""))?).await?;
/// while let Some(chunk) = response.body_mut().chunk().await? {
///     println!("{} bytes", chunk.len());
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct RetryLayer {
    shared: Arc<retry::Shared>,
    response_limit: usize,
}

impl RetryLayer {
    /// A layer with these attempts, timeouts and limits, for requests that this signer signs.
    ///
    /// The limit of requests in flight and the compression of requests do not count here: use tower's layers.
    pub fn new(signer: &Signer, config: &StackConfig) -> Self {
        Self {
            shared: Arc::new(retry::Shared::new(config.retry.clone(), signer.clone())),
            response_limit: config.response,
        }
    }

    /// How many requests have been sent through this layer, and in how many attempts.
    pub fn statistics(&self) -> retry::Statistics {
        self.shared.statistics()
    }
}

impl<S> Layer<S> for RetryLayer {
    type Service = Retrying<S>;

    fn layer(&self, inner: S) -> Retrying<S> {
        Retrying {
            inner,
            layer: self.clone(),
        }
    }
}

/// The service of a [`RetryLayer`].
#[derive(Clone, Debug)]
pub struct Retrying<S> {
    inner: S,
    layer: RetryLayer,
}

impl<S, B, R> Service<Request<B>> for Retrying<S>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
    B: SignableBody<Data: Send> + Send + 'static,
    R: http_body::Body<Data = Bytes> + Send + 'static,
    R::Error: Into<BoxError>,
{
    type Response = Response<StreamingBody>;
    type Error = BoxError;
    type Future = RetryFuture;

    /// Always ready: each attempt waits for the service inside, within the total timeout.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> RetryFuture {
        let inner = WithBody {
            inner: self.inner.clone(),
            body: PhantomData::<fn(B)>,
        };
        let inner = Collect::new(inner, self.layer.response_limit, decoder());
        let mut retry = Retry::new(inner, Arc::clone(&self.layer.shared));
        RetryFuture(Box::pin(async move {
            let (head, body) = request.into_parts();
            let body = Limited::new(body, REQUEST_LIMIT).collect().await;
            let body =
                body.map_err(
                    |error| match error.downcast::<http_body_util::LengthLimitError>() {
                        Ok(_) => SignError::BodyTooLarge {
                            limit: REQUEST_LIMIT,
                        },
                        Err(error) => SignError::Body(error),
                    },
                )?;
            let mut request = Request::from_parts(head, Body::from(body.to_bytes()));
            request.extensions_mut().insert(Streamed);
            let Reported { response, report } = retry.call(request).await?;
            let mut response = into_streaming(response);
            response.extensions_mut().insert(report);
            Ok(response)
        }))
    }
}

/// Sends requests with bytes as requests with the body of the service inside.
struct WithBody<S, B> {
    inner: S,
    body: PhantomData<fn(B)>,
}

impl<S: Clone, B> Clone for WithBody<S, B> {
    fn clone(&self) -> Self {
        Self {
            inner: self.inner.clone(),
            body: PhantomData,
        }
    }
}

impl<S, B> Service<Request<Body>> for WithBody<S, B>
where
    S: Service<Request<B>>,
    B: From<Bytes>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> S::Future {
        self.inner
            .call(request.map(|body| body.into_bytes().into()))
    }
}

/// The future of a [`Retrying`].
#[must_use = "futures do nothing unless polled"]
pub struct RetryFuture(Pin<Box<dyn Future<Output = Outcome> + Send>>);

type Outcome = Result<Response<StreamingBody>, BoxError>;

impl Future for RetryFuture {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome> {
        Poll::Ready(ready!(self.0.as_mut().poll(cx)))
    }
}

impl fmt::Debug for RetryFuture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RetryFuture").finish_non_exhaustive()
    }
}

/// The largest request that an OpenSearch domain accepts, and the limit of the signing layer.
const REQUEST_LIMIT: usize = 100 * 1024 * 1024;
