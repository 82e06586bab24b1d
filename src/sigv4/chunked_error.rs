use crate::error::BoxError;

/// Why a [`ChunkedBody`](super::ChunkedBody) ended before its last chunk.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChunkedBodyError {
    /// The body was read before its request was signed.
    #[error(
        "a chunked body was read before its request was signed; send what `ChunkedBody::into_request` returns through \
         `SigV4Layer`, without a layer above it that reads bodies, such as `RetryLayer`"
    )]
    NotSigned,
    /// The source ended early.
    #[error(
        "the source of a chunked body ended after {actual} of {declared} bytes; declare the length that it has"
    )]
    #[non_exhaustive]
    TooShort {
        /// The length given to [`ChunkedBody::new`](super::ChunkedBody::new).
        declared: u64,
        /// How many bytes the source had.
        actual: u64,
    },
    /// The source has more bytes than declared.
    #[error(
        "the source of a chunked body has more than the declared {declared} bytes; declare the length that it has"
    )]
    #[non_exhaustive]
    TooLong {
        /// The length given to [`ChunkedBody::new`](super::ChunkedBody::new).
        declared: u64,
    },
    /// The source has trailers.
    #[error(
        "the source of a chunked body has trailers, which are not supported; send them as headers"
    )]
    Trailers,
    /// The source failed.
    #[error("could not read the source of a chunked body: {0}")]
    Source(#[source] BoxError),
}
