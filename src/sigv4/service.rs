use std::fmt;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::SystemTime;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use http::request::Parts;
use http::{HeaderValue, Request};
use http_body::Body;
use pin_project_lite::pin_project;
use tower_service::Service;

use super::collect::Collect;
use super::hash::Hashing;
use super::layer::Settings;
use super::scope::ServiceKind;
use super::{
    ClockSkew, Payload, PayloadHash, PayloadSigning, SignError, Signed, SigningOverride,
    SigningRecord,
};
use crate::BoxError;
use crate::credentials::{CredentialsError, Identity};

/// Signs requests and hands them to the service it wraps. Made by a
/// [`SigV4Layer`](super::SigV4Layer).
///
/// Its error is the inner service's, or a [`SignError`] to downcast to, in which case nothing has
/// been sent.
#[derive(Clone, Debug)]
pub struct SigV4<S> {
    inner: S,
    settings: Arc<Settings>,
}

impl<S> SigV4<S> {
    pub(super) fn new(inner: S, settings: Arc<Settings>) -> Self {
        Self { inner, settings }
    }

    /// The service that sends what was signed.
    pub fn inner(&self) -> &S {
        &self.inner
    }
}

impl<S, B> Service<Request<B>> for SigV4<S>
where
    S: Service<Request<B>> + Clone,
    S::Error: Into<BoxError>,
    B: Body + From<Bytes>,
    B::Error: Into<BoxError>,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = ResponseFuture<S, B>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // `self.inner` was polled ready, its clone was not: send with the ready one.
        let clone = self.inner.clone();
        let inner = mem::replace(&mut self.inner, clone);
        ResponseFuture::new(inner, Arc::clone(&self.settings), request)
    }
}

pin_project! {
    /// A request on its way: collected, hashed, signed, sent.
    ///
    /// When the body is in memory and credentials are at hand, the first poll does it all.
    pub struct ResponseFuture<S, B>
    where
        S: Service<Request<B>>,
    {
        // Taken when the request is sent.
        head: Option<Head<S>>,
        #[pin]
        state: State<B, S::Future>,
    }
}

struct Head<S> {
    inner: S,
    settings: Arc<Settings>,
    parts: Parts,
}

pin_project! {
    #[project = StateProjection]
    enum State<B, F> {
        Collect { #[pin] body: B, collect: Collect },
        Hash { hashing: Hashing },
        // The body is taken when the request is sent.
        Sign { body: Option<B>, payload: PayloadSigning, loading: Option<Loading> },
        Send { #[pin] response: F },
    }
}

type Loading = Pin<Box<dyn Future<Output = Result<Arc<Identity>, CredentialsError>> + Send>>;

impl<S, B> ResponseFuture<S, B>
where
    S: Service<Request<B>>,
{
    fn new(inner: S, settings: Arc<Settings>, request: Request<B>) -> Self {
        let (parts, body) = request.into_parts();
        let scope = settings.signer.scope_of(&parts);
        let payload = if scope.service().kind() == ServiceKind::Lattice {
            &PayloadSigning::Unsigned
        } else {
            let overrides = parts.extensions.get::<SigningOverride>();
            let payload = overrides.and_then(SigningOverride::payload_signing);
            payload.unwrap_or(&settings.payload)
        };
        let state = match payload {
            PayloadSigning::Hash => State::Collect {
                body,
                collect: Collect::new(settings.body_limit),
            },
            as_it_comes => State::Sign {
                body: Some(body),
                payload: as_it_comes.clone(),
                loading: None,
            },
        };
        Self {
            head: Some(Head {
                inner,
                settings,
                parts,
            }),
            state,
        }
    }
}

impl<S, B> Future for ResponseFuture<S, B>
where
    S: Service<Request<B>>,
    S::Error: Into<BoxError>,
    B: Body + From<Bytes>,
    B::Error: Into<BoxError>,
{
    type Output = Result<S::Response, BoxError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        loop {
            let head = this.head.as_mut();
            let next = match this.state.as_mut().project() {
                StateProjection::Collect { body, collect } => {
                    let bytes = ready!(collect.poll(body, cx))?;
                    let head = head.expect(NOT_SENT);
                    frame_as_known_length(&mut head.parts, bytes.len())?;
                    let now = head.now();
                    match head.identity(now) {
                        // Nothing to wait for: no state in between.
                        Some(identity) if !Hashing::takes_turns(&bytes) => {
                            let hash = PayloadHash::of(&bytes);
                            head.sign(Payload::Hash(&hash), &identity, now)?;
                            let head = this.head.take().expect(NOT_SENT);
                            State::Send {
                                response: head.send(bytes.into()),
                            }
                        }
                        _ => State::Hash {
                            hashing: Hashing::new(bytes),
                        },
                    }
                }
                StateProjection::Hash { hashing } => {
                    let (bytes, hash) = ready!(hashing.poll(cx));
                    State::Sign {
                        body: Some(bytes.into()),
                        payload: PayloadSigning::Precomputed(hash),
                        loading: None,
                    }
                }
                StateProjection::Sign {
                    body,
                    payload,
                    loading,
                } => {
                    let head = head.expect(NOT_SENT);
                    let identity = ready!(head.poll_identity(loading, cx))?;
                    let payload = match payload {
                        PayloadSigning::Precomputed(hash) => Payload::Hash(hash),
                        PayloadSigning::Unsigned => Payload::Unsigned,
                        PayloadSigning::Hash => Payload::Empty, // never: it is collected
                    };
                    head.sign(payload, &identity, head.now())?;
                    let head = this.head.take().expect(NOT_SENT);
                    State::Send {
                        response: head.send(body.take().expect(NOT_SENT)),
                    }
                }
                StateProjection::Send { response } => {
                    return response.poll(cx).map_err(Into::into);
                }
            };
            this.state.set(next);
        }
    }
}

impl<S> Head<S> {
    fn now(&self) -> SystemTime {
        self.settings.signer.now()
    }

    /// The credentials at hand.
    fn identity(&self, now: SystemTime) -> Option<Arc<Identity>> {
        let now = self.skew().apply(now);
        self.settings.signer.credentials().current(now)
    }

    /// The credentials at hand, or else those that are being fetched.
    fn poll_identity(
        &self,
        loading: &mut Option<Loading>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Arc<Identity>, SignError>> {
        let now = self.now();
        if loading.is_none()
            && let Some(identity) = self.identity(now)
        {
            return Poll::Ready(Ok(identity));
        }
        let loading = loading.get_or_insert_with(|| {
            let credentials = self.settings.signer.credentials().clone();
            let now = self.skew().apply(now);
            Box::pin(async move { credentials.get(now).await })
        });
        loading.as_mut().poll(cx).map_err(SignError::Credentials)
    }

    fn sign(
        &mut self,
        payload: Payload<'_>,
        identity: &Arc<Identity>,
        now: SystemTime,
    ) -> Result<(), SignError> {
        let signer = &self.settings.signer;
        let time = self.skew().apply(now);
        signer.sign_with(&mut self.parts, payload, identity, time)?;
        if let Some(record) = self.parts.extensions.get::<SigningRecord>() {
            record.fill(Signed {
                identity: Arc::clone(identity),
                local_time: now,
                payload_hash: match payload {
                    Payload::Hash(hash) => Some(hash.clone()),
                    _ => None,
                },
            });
        }
        Ok(())
    }

    /// How far the service's clock is known to be ahead.
    fn skew(&self) -> ClockSkew {
        let record = self.parts.extensions.get::<SigningRecord>();
        record.map_or(ClockSkew::ZERO, SigningRecord::skew)
    }

    fn send<B>(mut self, body: B) -> S::Future
    where
        S: Service<Request<B>>,
    {
        self.inner.call(Request::from_parts(self.parts, body))
    }
}

/// A collected body is sent with a known length: not chunked, and as long as the request says.
fn frame_as_known_length(parts: &mut Parts, actual: usize) -> Result<(), SignError> {
    let actual = actual as u64;
    let mut is_chunked = false;
    // Looking at each name costs less than two look-ups, unless there are very many.
    for (name, value) in &parts.headers {
        if *name == CONTENT_LENGTH {
            let declared = declared_length(value);
            if declared != Some(actual) {
                return Err(SignError::ContentLength { declared, actual });
            }
        }
        is_chunked |= *name == TRANSFER_ENCODING;
    }
    if is_chunked {
        parts.headers.remove(TRANSFER_ENCODING);
    }
    Ok(())
}

fn declared_length(value: &HeaderValue) -> Option<u64> {
    let digits = value.to_str().ok()?;
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten()
}

impl<S, B> fmt::Debug for ResponseFuture<S, B>
where
    S: Service<Request<B>>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}

const NOT_SENT: &str = "a request is sent once, and the head goes with it";
