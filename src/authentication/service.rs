use std::mem;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::header::AUTHORIZATION;
use http::{HeaderValue, Request};
use tower_layer::Layer;
use tower_service::Service;

use super::authentication::{Authentication, Kind};
use super::future::AuthenticateFuture;
use super::login::BasicLogin;
use super::token;
use crate::clock_skew::ClockSkew;
use crate::error::BoxError;
use crate::origin::Origin;
use crate::sigv4::{Sent, SigV4, SignError, SignableBody, Signer, SigningRecord};
use crate::transport::TransportError;

/// Authenticates each request and passes it on.
#[derive(Clone)]
pub(crate) enum Authenticate<S> {
    SigV4(SigV4<S>),
    // Boxed, because a client clones its services for each request.
    Header { inner: S, header: Box<Header> },
}

/// What stands in the `authorization` header, if not a signature.
#[derive(Clone)]
pub(crate) struct Header {
    source: Source,
    is_tunneled: bool,
}

#[derive(Clone)]
enum Source {
    Nothing,
    Basic(Arc<BasicLogin>),
    Bearer(Signer),
}

impl<S> Authenticate<S> {
    pub(crate) fn new(inner: S, authentication: &Authentication) -> Self {
        let source = match &authentication.kind {
            Kind::SigV4(layer) => return Self::SigV4(layer.layer(inner)),
            Kind::Basic { login, .. } => Source::Basic(Arc::clone(login)),
            Kind::Bearer { tokens } => Source::Bearer(tokens.clone()),
            Kind::None { .. } => Source::Nothing,
        };
        let header = Box::new(Header {
            source,
            is_tunneled: authentication.is_tunneled,
        });
        Self::Header { inner, header }
    }
}

impl<S, B> Service<Request<B>> for Authenticate<S>
where
    S: Service<Request<B>> + Clone + Send + 'static,
    S::Response: 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
    B: SignableBody + Send + 'static,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = AuthenticateFuture<S, B>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        match self {
            Self::SigV4(service) => service.poll_ready(cx),
            Self::Header { inner, .. } => inner.poll_ready(cx).map_err(Into::into),
        }
    }

    #[inline]
    fn call(&mut self, request: Request<B>) -> Self::Future {
        match self {
            Self::SigV4(service) => AuthenticateFuture::SigV4 {
                future: service.call(request),
            },
            Self::Header { inner, header } => {
                // `inner` was polled ready and its clone was not, so the request goes to `inner`.
                let clone = inner.clone();
                let inner = mem::replace(inner, clone);
                AuthenticateFuture::Header {
                    future: Box::pin(send(inner, header.clone(), request)),
                }
            }
        }
    }
}

async fn send<S, B>(
    mut inner: S,
    header: Box<Header>,
    mut request: Request<B>,
) -> Result<S::Response, BoxError>
where
    S: Service<Request<B>>,
    S::Error: Into<BoxError>,
{
    let sent = header.apply(&mut request).await?;
    if let Some(record) = request.extensions().get::<SigningRecord>() {
        record.fill_sent(sent);
    }
    inner.call(request).await.map_err(Into::into)
}

impl Header {
    async fn apply<B>(&self, request: &mut Request<B>) -> Result<Sent, BoxError> {
        let (value, sent) = match &self.source {
            Source::Nothing => return Ok(Sent::Unauthenticated),
            Source::Basic(login) => {
                self.check(request)?;
                (login.header.clone(), Sent::Login(login.secrets.clone()))
            }
            Source::Bearer(tokens) => {
                self.check(request)?;
                let loading = tokens.credentials().get(tokens.now(), ClockSkew::ZERO);
                let identity = loading.await.map_err(SignError::Credentials)?;
                (token::header(&identity), Sent::Token(identity))
            }
        };
        let value: HeaderValue = value;
        request.headers_mut().insert(AUTHORIZATION, value);
        Ok(sent)
    }

    /// A password or token is never sent where others can read it.
    fn check<B>(&self, request: &Request<B>) -> Result<(), TransportError> {
        let origin = Origin::of(request.uri());
        if self.is_tunneled || origin.as_ref().is_some_and(Origin::is_protected) {
            return Ok(());
        }
        Err(TransportError::cleartext_login(origin))
    }
}
