use bytes::Bytes;
use http_body::Body;

use crate::error::BoxError;

/// A request body that [`SigV4Layer`](super::SigV4Layer) can sign.
///
/// The layer collects the body, hashes the bytes, and makes a new body of them. So a body must be an
/// [`http_body::Body`] and must be made [`From<Bytes>`]. Every type that is both has this trait:
/// `http_body_util::Full<Bytes>`, `axum::body::Body`, `reqwest::Body`, and this crate's own `Body`.
///
/// Any other body, such as `BoxBody`, needs a function: [`SigV4Layer::with_body_from`](super::SigV4Layer::with_body_from).
///
/// For a method call such as `service.oneshot(..)`, the compiler only says that trait bounds were not
/// satisfied. It names the body when the service is passed to a function, for example to
/// `tower::util::BoxCloneService::new(service)`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be signed as a request body",
    label = "this body is not `http_body::Body + From<Bytes>`",
    note = "`SigV4Layer` collects a body to hash it, and makes a new body of the bytes",
    note = "for a body of any other type, such as `BoxBody`, use `SigV4Layer::with_body_from`",
    note = "use `http_body_util::Full<Bytes>`, `axum::body::Body`, `reqwest::Body` or `sigtower::body::Body`"
)]
pub trait SignableBody: Body<Error: Into<BoxError>> + From<Bytes> {}

#[diagnostic::do_not_recommend]
impl<B> SignableBody for B where B: Body<Error: Into<BoxError>> + From<Bytes> {}
