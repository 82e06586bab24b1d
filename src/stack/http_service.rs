use bytes::Bytes;
use http::{Request, Response};
use tower_service::Service;

use crate::body::Body;
use crate::error::BoxError;

/// A tower service that sends a signed request: [`Transport`](crate::transport::Transport), or your
/// own.
///
/// Every service that fits implements it: it takes a `Request<Body>`, returns a `Response` with a
/// body of `Bytes` frames, and is `Clone + Send + Sync + 'static`. Its errors convert into
/// [`BoxError`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot send the requests of sigtower",
    note = "it must be `Service<http::Request<sigtower::body::Body>, Response = http::Response<B>>`, \
            where `B: http_body::Body<Data = Bytes>`, and `Clone + Send + Sync + 'static`"
)]
pub trait HttpService:
    Service<
        Request<Body>,
        Response = Response<Self::ResponseBody>,
        Error: Into<BoxError>,
        Future: Send + 'static,
    > + Clone
    + Send
    + Sync
    + 'static
{
    /// The body of its responses.
    type ResponseBody: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static;
}

impl<S, B> HttpService for S
where
    S: Service<Request<Body>, Response = Response<B>> + Clone + Send + Sync + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send + 'static,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type ResponseBody = B;
}
