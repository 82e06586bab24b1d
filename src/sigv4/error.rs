use super::scope::ServiceName;
use crate::credentials::CredentialsError;
use crate::error::BoxError;

/// Why a request was not signed. The request has not been sent.
///
/// No message contains the path, the query or a header's value: these may be secrets.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// The provider had no usable credentials.
    #[error("no usable credentials: {0}")]
    Credentials(#[source] CredentialsError),
    /// The URI is relative and there is no `host` header.
    #[error("request has no host to sign; use an absolute URI or set the host header")]
    MissingHost,
    /// The URI contains `user:password@`, which a signature would replace or break.
    #[error("request URI contains a user name or password; remove them")]
    UserInfo,
    /// The port in the URI or the `host` header is not a number from 1 to 65535.
    #[error("port {0:?} is not a number from 1 to 65535; correct the request URI or host header")]
    Port(String),
    /// Verifiers disagree about how to read the path.
    #[error("request path cannot be signed: {0}")]
    Path(&'static str),
    /// Verifiers disagree about how to read the query.
    #[error("request query cannot be signed: {0}")]
    Query(&'static str),
    /// Verifiers disagree about how to read the value of a header that must be signed, or the request
    /// has `host` or `content-length` twice.
    #[error("header `{name}` cannot be signed: {reason}")]
    #[non_exhaustive]
    Header {
        /// The header's name.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The `host` header differs from the URI's authority, which HTTP/2 sends.
    #[error("host header differs from the request URI, whose host HTTP/2 sends; remove the header")]
    HostMismatch,
    /// The request has no room for the headers that signing adds.
    #[error("request has too many headers to add a signature; `http` allows 32768")]
    TooManyHeaders,
    /// OpenSearch refuses the parameters of a presigned URL.
    #[error("service {0} does not accept presigned URLs; sign headers instead")]
    PresignUnsupported(ServiceName),
    /// Only S3 accepts a body in signed chunks.
    #[error(
        "service {0} does not accept a body in signed chunks (STREAMING-AWS4-HMAC-SHA256-PAYLOAD): only S3 does, \
         OpenSearch does not; sign the whole body"
    )]
    ChunkedUnsupported(ServiceName),
    /// CONNECT has no path to sign.
    #[error("method CONNECT cannot be signed; sign the request that goes through the tunnel")]
    Method,
    /// The body is larger than the limit up to which bodies are collected for hashing.
    #[error(
        "request body is larger than the limit of {limit} bytes; send less, raise the body limit, or \
         sign a precomputed hash"
    )]
    #[non_exhaustive]
    BodyTooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
    /// The body failed while it was being collected.
    #[error("could not read the request body: {0}")]
    Body(#[source] BoxError),
    /// The `content-length` header differs from the body.
    #[error(
        "content-length header is {}, but the body has {actual} bytes; correct or remove the header",
        declared.map_or("not a number".to_owned(), |declared| declared.to_string())
    )]
    #[non_exhaustive]
    ContentLength {
        /// The header's value, if it is a number.
        declared: Option<u64>,
        /// The body's length in bytes.
        actual: u64,
    },
    /// The body has trailers, which SigV4 cannot sign.
    #[error("request body has trailers, which SigV4 cannot sign; send them as headers")]
    Trailers,
    /// `UNSIGNED-PAYLOAD` goes over TLS only, unless
    /// [`Signer::with_unsigned_cleartext`](super::Signer::with_unsigned_cleartext) allows more.
    #[error("refusing to send an unsigned payload over http; use https or with_unsigned_cleartext")]
    UnsignedOverCleartext,
    /// The time is outside the years 1970 to 9999.
    #[error("signing time is outside the years 1970 to 9999; correct the clock")]
    Time,
    /// A presigned URL can be valid for 1 to 604,800 seconds.
    #[error("a presigned URL can be valid for 1 to 604800 seconds, not {0}")]
    Expires(u64),
}
