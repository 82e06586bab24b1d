use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use http::uri::Scheme;
use tower_service::Service;

use super::dial::Dial;
use super::line::Line;
use super::tls::{Stream, Tls, cleartext};
use super::{Phase, TlsError, TransportConfig, TransportError};
use crate::endpoint::Endpoint;
use crate::error::BoxError;

/// Makes connections ready to use: TCP, TLS where the scheme asks for it, one time limit over both.
///
/// Each request's future has several of it, so it is a pointer.
#[derive(Clone, Debug)]
pub(super) struct Connector(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    dial: Dial,
    tls: Option<Tls>,
    limit: Duration,
    stall_limit: Duration,
}

impl Connector {
    /// Roots are loaded only for an endpoint that needs them: a machine may have none.
    pub(super) fn new(endpoint: &Endpoint, config: &TransportConfig) -> Result<Self, TlsError> {
        let dial = Dial::new(endpoint);
        let is_https = *endpoint.scheme() == Scheme::HTTPS;
        let tls = is_https
            .then(|| Tls::new(dial.clone(), config))
            .transpose()?;
        Ok(Self(Arc::new(Inner {
            dial,
            tls,
            limit: config.connect_timeout,
            stall_limit: config.stall_timeout,
        })))
    }

    async fn connect(self, uri: Uri) -> Result<Stream, BoxError> {
        if uri.scheme() == Some(&Scheme::HTTPS) {
            let tls = self.0.tls.clone();
            tls.ok_or(TlsError::Disabled)?.connect(uri).await
        } else {
            let mut dial = self.0.dial.clone();
            std::future::poll_fn(|cx| dial.poll_ready(cx)).await?;
            Ok(cleartext(dial.call(uri).await?))
        }
    }
}

impl Service<Uri> for Connector {
    type Response = Line<Stream>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let (limit, stall_limit) = (self.0.limit, self.0.stall_limit);
        let connecting = self.clone().connect(uri);
        Box::pin(async move {
            let connected = tokio::time::timeout(limit, connecting).await;
            let stream = connected.unwrap_or_else(|_| {
                let phase = Phase::Connect;
                Err(TransportError::Timeout { phase, limit }.into())
            })?;
            Ok(Line::new(stream, stall_limit))
        })
    }
}
