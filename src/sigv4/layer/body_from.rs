use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf, Bytes};
use http::Request;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use super::future::ResponseFuture;
use super::service::SigV4;
use super::sigv4_layer::SigV4Layer;
use crate::error::BoxError;

/// A [`SigV4Layer`] for services whose body cannot be made [`From<Bytes>`].
/// [`SigV4Layer::with_body_from`] makes it.
#[derive(Clone, Debug)]
#[must_use]
pub struct BodyFromLayer<F> {
    sign: SigV4Layer,
    make: F,
}

impl SigV4Layer {
    /// Signs requests with a body of any type. This function makes such a body of the bytes that were signed.
    ///
    /// For `BoxBody`, `UnsyncBoxBody`, `tonic::body::Body`, or a type of your own. Bodies that are [`From<Bytes>`], such
    /// as `Full<Bytes>`, `axum::body::Body` and `reqwest::Body`, need no such function. An upload in signed chunks is
    /// passed on as it is: see [`ChunkedBody`](crate::sigv4::ChunkedBody).
    ///
    /// ```
    /// use bytes::Bytes;
    /// use http::{Request, Response};
    /// use http_body_util::combinators::BoxBody;
    /// use http_body_util::{BodyExt, Full};
    /// use sigtower::{Credentials, Scope, SigV4Layer};
    /// use tower::{ServiceBuilder, ServiceExt, service_fn};
    ///
    /// # async fn example() -> Result<(), tower::BoxError> {
    /// # let any_tower_service = service_fn(|request: Request<BoxBody<Bytes, std::io::Error>>| async move {
    /// #     assert!(request.headers().contains_key("authorization"));
    /// #     Ok::<_, std::io::Error>(Response::new(()))
    /// # });
    /// let credentials = Credentials::new("AKIDEXAMPLE", "secret", None);
    /// let sign = SigV4Layer::new(Scope::new("us-east-1", "execute-api")?, credentials);
    /// let boxed = |bytes| Full::new(bytes).map_err(|never| match never {}).boxed();
    /// let service = ServiceBuilder::new()
    ///     .layer(sign.with_body_from(boxed))
    ///     .service(any_tower_service);
    /// let uri = "https://abc.execute-api.us-east-1.amazonaws.com/users";
    /// service.oneshot(Request::post(uri).body(boxed("{}".into()))?).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn with_body_from<F, B>(self, make: F) -> BodyFromLayer<F>
    where
        F: Fn(Bytes) -> B + Clone,
    {
        BodyFromLayer { sign: self, make }
    }
}

impl<S, F: Clone> Layer<S> for BodyFromLayer<F> {
    type Service = SignedFrom<S, F>;

    fn layer(&self, inner: S) -> SignedFrom<S, F> {
        let make = self.make.clone();
        SignedFrom(self.sign.layer(MakeBody { inner, make }))
    }
}

/// The service of a [`BodyFromLayer`].
#[derive(Clone, Debug)]
pub struct SignedFrom<S, F>(SigV4<MakeBody<S, F>>);

impl<S, F, B> Service<Request<B>> for SignedFrom<S, F>
where
    S: Service<Request<B>> + Clone,
    S::Error: Into<BoxError>,
    F: Fn(Bytes) -> B + Clone,
    B: Body<Error: Into<BoxError>>,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = ResponseFuture<MakeBody<S, F>, GivenOrSigned<B>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        self.0.call(request.map(|body| GivenOrSigned::given(body)))
    }
}

/// Makes the body that the service inside takes.
#[derive(Clone, Debug)]
pub struct MakeBody<S, F> {
    inner: S,
    make: F,
}

impl<S, F, B> Service<Request<GivenOrSigned<B>>> for MakeBody<S, F>
where
    S: Service<Request<B>>,
    F: Fn(Bytes) -> B,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<GivenOrSigned<B>>) -> S::Future {
        self.inner.call(request.map(|body| match body.state {
            State::Given { body } => body,
            State::Signed { bytes } => (self.make)(bytes),
        }))
    }
}

pin_project! {
    /// The body that a caller gave, or the bytes that were signed.
    #[derive(Debug)]
    pub struct GivenOrSigned<B> {
        #[pin]
        state: State<B>,
    }
}

pin_project! {
    #[derive(Debug)]
    #[project = Projection]
    enum State<B> {
        // The signature does not cover it, or its hash was given.
        Given { #[pin] body: B },
        Signed { bytes: Bytes },
    }
}

impl<B> GivenOrSigned<B> {
    fn given(body: B) -> Self {
        let state = State::Given { body };
        Self { state }
    }
}

impl<B> From<Bytes> for GivenOrSigned<B> {
    fn from(bytes: Bytes) -> Self {
        let state = State::Signed { bytes };
        Self { state }
    }
}

impl<B: Body> Body for GivenOrSigned<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        match self.project().state.project() {
            Projection::Given { body } => {
                let whole = |mut data: B::Data| data.copy_to_bytes(data.remaining());
                let frame = body.poll_frame(cx);
                frame.map_ok(|frame| frame.map_data(whole))
            }
            Projection::Signed { bytes } => {
                let rest = std::mem::take(bytes);
                Poll::Ready((!rest.is_empty()).then(|| Ok(Frame::data(rest))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.state {
            State::Given { body } => body.is_end_stream(),
            State::Signed { bytes } => bytes.is_empty(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.state {
            State::Given { body } => body.size_hint(),
            State::Signed { bytes } => SizeHint::with_exact(bytes.len() as u64),
        }
    }
}
