use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::Request;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use super::chunked_error::ChunkedBodyError;
use super::chunked_payload::ChunkedPayload;
use super::chunks::Sending;
use super::overrides::SigningOverride;
use super::payload::PayloadSigning;
use crate::error::BoxError;

pin_project! {
    /// A body that is uploaded to S3 in signed chunks, as it arrives: `STREAMING-AWS4-HMAC-SHA256-PAYLOAD`.
    ///
    /// It is for uploads that are too large to be collected and hashed before they are sent. The signature of the head
    /// covers the length, and each chunk has a signature over its data and the signature before it
    /// ([AWS](https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html)). One chunk is in memory at a time,
    /// besides the frame that the source yielded last.
    ///
    /// **S3 only.** OpenSearch (`es`, `aoss`) does not accept such bodies, and other services are not known to. Signing
    /// for them fails with [`SignError::ChunkedUnsupported`](super::SignError::ChunkedUnsupported). Signatures of
    /// version 4a and chunks with trailers are not supported.
    ///
    /// ```
    /// use bytes::Bytes;
    /// use http::{Request, Response};
    /// use http_body_util::combinators::UnsyncBoxBody;
    /// use http_body_util::{BodyExt, Full};
    /// use sigtower::sigv4::ChunkedBody;
    /// use sigtower::{BoxError, Credentials, Scope, SigV4Layer};
    /// use tower::{ServiceBuilder, ServiceExt, service_fn};
    ///
    /// type Body = UnsyncBoxBody<Bytes, BoxError>;
    ///
    /// # async fn example() -> Result<(), BoxError> {
    /// # let any_tower_service = service_fn(|request: Request<Body>| async move {
    /// #     let sent = request.into_body().collect().await?.to_bytes();
    /// #     assert!(sent.starts_with(b"5;chunk-signature="));
    /// #     Ok::<_, BoxError>(Response::new(()))
    /// # });
    /// # let (file, length) = (Full::<Bytes>::from("bytes"), 5);
    /// let credentials = Credentials::new("AKIDEXAMPLE", "secret", None);
    /// let sign = SigV4Layer::new(Scope::new("us-east-1", "s3")?, credentials);
    /// let boxed = |bytes| Body::new(Full::new(bytes).map_err(|never| match never {}));
    /// let service = ServiceBuilder::new()
    ///     .layer(sign.with_body_from(boxed))
    ///     .service(any_tower_service);
    ///
    /// let put = Request::put("https://my-bucket.s3.us-east-1.amazonaws.com/backup.tar").body(())?;
    /// let request = ChunkedBody::new(file, length).into_request(put);
    /// let response = service.oneshot(request.map(|body| Body::new(body.map_err(Into::into)))).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The body ends with a [`ChunkedBodyError`] before its last chunk if the source fails, or has fewer or more bytes
    /// than declared. The upload is then incomplete, and S3 discards it.
    ///
    /// # Retries
    ///
    /// A stream cannot be read twice, so [`RetryLayer`](../stack/struct.RetryLayer.html) and `Stack` do not send such
    /// bodies. If the source is [`Clone`], the body is too: a retry of the caller's own clones the request, and signs
    /// each clone before it reads its body. Send clones one after another, not at the same time.
    #[derive(Clone)]
    pub struct ChunkedBody<B> {
        #[pin]
        source: B,
        payload: ChunkedPayload,
        state: State,
        // How many bytes are still to be sent.
        unsent: u64,
    }
}

#[derive(Clone)]
enum State {
    Unread,
    Sending(Box<Sending>),
    Ended,
}

impl<B> ChunkedBody<B> {
    /// A body of exactly this many bytes from this source, in chunks of 64 KiB.
    pub fn new(source: B, length: u64) -> Self {
        Self::of(source, ChunkedPayload::new(length, DEFAULT_CHUNK))
    }

    /// Sends chunks of this many bytes. A size below 8 KiB, the
    /// [smallest](https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html) that S3 accepts, counts as 8 KiB,
    /// and one above 1 MiB as 1 MiB.
    ///
    /// Call it before [`payload`](Self::payload).
    #[must_use]
    pub fn with_chunk_size(self, bytes: usize) -> Self {
        let size = bytes.clamp(LEAST_CHUNK, MOST_CHUNK);
        let payload = ChunkedPayload::new(self.payload.decoded_length(), size);
        Self::of(self.source, payload)
    }

    /// What a head must be signed with, so that this body can be sent after it.
    ///
    /// For a [`Signer`](super::Signer): `signer.sign(&mut parts, Payload::Chunked(&body.payload()))`.
    pub fn payload(&self) -> ChunkedPayload {
        self.payload.clone()
    }

    /// The request that [`SigV4Layer`](super::SigV4Layer) signs for this body.
    ///
    /// The body may be mapped afterwards, for example boxed. No layer between the caller and the signature may read it.
    pub fn into_request(self, head: Request<()>) -> Request<Self> {
        let (mut head, ()) = head.into_parts();
        let overrides = head.extensions.remove::<SigningOverride>();
        let payload = PayloadSigning::Chunked(self.payload());
        let overrides = overrides.unwrap_or_default().with_payload_signing(payload);
        head.extensions.insert(overrides);
        Request::from_parts(head, self)
    }

    fn of(source: B, payload: ChunkedPayload) -> Self {
        Self {
            source,
            unsent: payload.encoded_length(),
            payload,
            state: State::Unread,
        }
    }
}

impl<B> Body for ChunkedBody<B>
where
    B: Body<Error: Into<BoxError>>,
{
    type Data = Bytes;
    type Error = ChunkedBodyError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, ChunkedBodyError>>> {
        let this = self.project();
        if let State::Unread = this.state {
            let Some(signer) = this.payload.take_signer() else {
                *this.state = State::Ended;
                return Poll::Ready(Some(Err(ChunkedBodyError::NotSigned)));
            };
            let sending = Sending::new(signer, this.payload);
            *this.state = State::Sending(Box::new(sending));
        }
        let State::Sending(sending) = this.state else {
            return Poll::Ready(None);
        };
        let chunk = ready!(sending.poll_chunk(this.source, cx));
        if sending.has_ended() || chunk.is_err() {
            *this.state = State::Ended;
        }
        Poll::Ready(Some(chunk.map(|chunk| {
            *this.unsent = this.unsent.saturating_sub(chunk.len() as u64);
            Frame::data(chunk)
        })))
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.state, State::Ended)
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.unsent)
    }
}

/// Leaves out the source, whose data may be secret.
impl<B> fmt::Debug for ChunkedBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChunkedBody")
            .field("payload", &self.payload)
            .field("unsent", &self.unsent)
            .finish_non_exhaustive()
    }
}

const DEFAULT_CHUNK: usize = 64 * 1024;
const LEAST_CHUNK: usize = 8 * 1024;
/// Hashing more in one poll would delay other tasks by more than a millisecond.
const MOST_CHUNK: usize = 1024 * 1024;

#[cfg(test)]
mod tests;
