use crate::credentials::CredentialsError;
use crate::error::BoxError;

/// Why a request was not signed. The request has not been sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// The provider had no usable credentials.
    #[error("no usable credentials: {0}")]
    Credentials(#[source] CredentialsError),
    /// The URI is relative and there is no `host` header: there is no host to sign.
    #[error("request has neither an absolute URI nor a host header")]
    MissingHost,
    /// The URI carries `user:password@`, which a signature would replace or break.
    #[error("request URI carries user information; remove it")]
    UserInfo,
    /// The port in the URI or the `host` header is not a number from 1 to 65535.
    #[error("port {0:?} is not a number from 1 to 65535; correct the request URI or host header")]
    Port(String),
    /// The path cannot be signed so that every verifier agrees; what is wrong follows.
    #[error("path cannot be signed: {0}")]
    Path(&'static str),
    /// The query cannot be signed so that every verifier agrees; what is wrong follows.
    #[error("query cannot be signed: {0}")]
    Query(&'static str),
    /// A header that must be signed has a value that signers read in different ways.
    #[error("header `{name}` cannot be signed: {reason}")]
    Header {
        /// The header's name.
        name: String,
        /// What is wrong with its value.
        reason: &'static str,
    },
    /// The `host` header contradicts the URI's authority, which HTTP/2 would send.
    #[error("host header contradicts the request URI")]
    HostMismatch,
    /// The request has no room for the headers that signing adds.
    #[error("request has too many headers to add a signature")]
    TooManyHeaders,
    /// OpenSearch refuses the parameters of a presigned URL.
    #[error("service {0} does not take presigned URLs; sign headers instead")]
    PresignUnsupported(crate::sigv4::ServiceName),
    /// CONNECT has no path to sign.
    #[error("method CONNECT cannot be signed")]
    Method,
    /// The body is larger than may be collected for hashing.
    #[error("request body is larger than the {limit}-byte signing limit")]
    BodyTooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
    /// The body failed while it was being collected.
    #[error("could not read the request body")]
    Body(#[source] BoxError),
    /// The `content-length` header differs from the body.
    #[error("the content-length header does not say that the body has {actual} bytes")]
    ContentLength {
        /// What the header says, if it is a number.
        declared: Option<u64>,
        /// The body's length in bytes.
        actual: u64,
    },
    /// The body has trailers, which SigV4 cannot sign.
    #[error("request body has trailers, which cannot be signed")]
    Trailers,
    /// `UNSIGNED-PAYLOAD` goes over TLS only, unless
    /// [`Signer::with_unsigned_cleartext`](super::Signer::with_unsigned_cleartext) allows more.
    #[error("refusing to send an unsigned payload over http; use https or with_unsigned_cleartext")]
    UnsignedOverCleartext,
    /// The time is outside the years 1970 to 9999.
    #[error("signing time is outside the years 1970 to 9999")]
    Time,
    /// A presigned URL may live 1 to 604,800 seconds.
    #[error("a presigned URL may live 1 to 604800 seconds, not {0}")]
    Expires(u64),
}
