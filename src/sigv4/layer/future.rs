use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use http::Request;
use http::request::Parts;
use pin_project_lite::pin_project;
use tower_service::Service;

use super::collect::Collect;
use super::hash::Hashing;
use super::head::{Loading, frame_as_known_length};
use super::settings::Settings;
use super::signable_body::SignableBody;
use crate::error::BoxError;
use crate::sigv4::chunked_payload::ChunkedPayload;
use crate::sigv4::payload::{Payload, PayloadHash, PayloadSigning};

pin_project! {
    /// Collects the body, hashes it, signs the request and sends it.
    ///
    /// When the body is in memory and credentials are cached, the first poll does all of it.
    pub struct ResponseFuture<S, B>
    where
        S: Service<Request<B>>,
    {
        settings: Arc<Settings>,
        // Both are taken when the request is sent.
        inner: Option<S>,
        head: Option<Parts>,
        #[pin]
        state: State<B, S::Future>,
    }
}

pin_project! {
    // The future is as large as its largest state, so rarely used parts are boxed.
    #[project = StateProjection]
    enum State<B, F> {
        Collect { #[pin] body: B, collect: Collect },
        Hash { hashing: Box<Hashing> },
        // The body is taken when the request is sent. If nothing is known of it, it is not signed.
        Sign { body: Option<B>, known: Option<Box<Known>>, loading: Option<Loading> },
        Send { #[pin] response: F },
    }
}

impl<S, B> ResponseFuture<S, B>
where
    S: Service<Request<B>>,
{
    /// Inlined, so that the request is moved once: into the future.
    #[inline]
    pub(super) fn new(inner: S, settings: Arc<Settings>, request: Request<B>) -> Self {
        let payload = settings.payload_of(request.extensions()).clone();
        let collect = Collect::new(settings.body_limit);
        let (head, body) = request.into_parts();
        let state = match payload {
            PayloadSigning::Hash => State::Collect { body, collect },
            PayloadSigning::Precomputed(hash) => State::unread(body, Some(Known::Hash(hash))),
            PayloadSigning::Chunked(chunked) => State::unread(body, Some(Known::Chunked(chunked))),
            PayloadSigning::Unsigned => State::unread(body, None),
        };
        Self {
            settings,
            inner: Some(inner),
            head: Some(head),
            state,
        }
    }
}

impl<B, F> State<B, F> {
    /// A body that is passed on without being read, or has been hashed already.
    fn unread(body: B, known: Option<Known>) -> Self {
        Self::Sign {
            body: Some(body),
            known: known.map(Box::new),
            loading: None,
        }
    }
}

/// What is signed for a body that is not read.
enum Known {
    Hash(PayloadHash),
    Chunked(ChunkedPayload),
}

impl Known {
    fn payload(&self) -> Payload<'_> {
        match self {
            Self::Hash(hash) => Payload::Hash(hash),
            Self::Chunked(chunked) => Payload::Chunked(chunked),
        }
    }
}

impl<S, B> Future for ResponseFuture<S, B>
where
    S: Service<Request<B>>,
    S::Error: Into<BoxError>,
    B: SignableBody,
{
    type Output = Result<S::Response, BoxError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        loop {
            let settings = &**this.settings;
            let next = match this.state.as_mut().project() {
                StateProjection::Collect { body, collect } => {
                    let bytes = ready!(collect.poll(body, cx))?;
                    let head = this.head.as_mut().expect(NOT_SENT);
                    frame_as_known_length(head, bytes.len())?;
                    if Hashing::takes_turns(&bytes) {
                        let hashing = Box::new(Hashing::new(bytes));
                        State::Hash { hashing }
                    } else {
                        let hash = PayloadHash::of(&bytes);
                        if settings.sign_at_once(head, Payload::Hash(&hash))? {
                            let response = send(this.inner, this.head, bytes.into());
                            State::Send { response }
                        } else {
                            State::unread(bytes.into(), Some(Known::Hash(hash)))
                        }
                    }
                }
                StateProjection::Hash { hashing } => {
                    let (bytes, hash) = ready!(hashing.poll(cx));
                    State::unread(bytes.into(), Some(Known::Hash(hash)))
                }
                StateProjection::Sign {
                    body,
                    known,
                    loading,
                } => {
                    let head = this.head.as_mut().expect(NOT_SENT);
                    let payload = known.as_deref().map_or(Payload::Unsigned, Known::payload);
                    ready!(settings.poll_sign(head, payload, loading, cx))?;
                    let body = body.take().expect(NOT_SENT);
                    let response = send(this.inner, this.head, body);
                    State::Send { response }
                }
                StateProjection::Send { response } => {
                    return response.poll(cx).map_err(Into::into);
                }
            };
            this.state.set(next);
        }
    }
}

/// Inlined, so that the head is moved once: from the future into the request.
#[inline]
fn send<S, B>(inner: &mut Option<S>, head: &mut Option<Parts>, body: B) -> S::Future
where
    S: Service<Request<B>>,
{
    let mut inner = inner.take().expect(NOT_SENT);
    let head = head.take().expect(NOT_SENT);
    inner.call(Request::from_parts(head, body))
}

impl<S, B> fmt::Debug for ResponseFuture<S, B>
where
    S: Service<Request<B>>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}

const NOT_SENT: &str = "a request is sent once, together with its head";
