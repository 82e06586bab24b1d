use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use http::uri::{Authority, Scheme};
use tokio::sync::Mutex;
use tower_service::Service;

use super::chain::find;
use super::config::TransportConfig;
use super::destination::Destination;
use super::diagnose::is_out_of_descriptors;
use super::dial::Dial;
use super::error::TransportError;
use super::line::Line;
use super::phase::Phase;
use super::proxies::Proxies;
use super::tls::{Stream, Tls, cleartext};
use super::tls_error::TlsError;
use crate::endpoint::Endpoint;
use crate::error::BoxError;
use crate::origin::{Origin, is_loopback};

/// Makes connections ready to use: TCP, TLS where the scheme asks for it, one timeout for both.
///
/// Each request's future holds several copies, so it is a pointer.
#[derive(Clone, Debug)]
pub(super) struct Connector(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    dial: Dial,
    tls: Option<Tls>,
    is_cleartext_allowed: bool,
    /// Held by the connection attempt that waits for a file descriptor.
    descriptor_wait: Mutex<()>,
    limit: Duration,
    stall_limit: Duration,
}

impl Connector {
    /// Roots are loaded only for an endpoint that needs them: a machine may have none.
    pub(super) fn new(endpoint: &Endpoint, config: &TransportConfig) -> Result<Self, TlsError> {
        let dial = Dial::new(endpoint, config)?;
        let is_https = *endpoint.scheme() == Scheme::HTTPS;
        let tls = is_https
            .then(|| Tls::new(dial.clone(), config))
            .transpose()?;
        Ok(Self(Arc::new(Inner {
            dial,
            tls,
            descriptor_wait: Mutex::new(()),
            is_cleartext_allowed: endpoint.is_cleartext_allowed(),
            limit: config.connect_timeout,
            stall_limit: config.stall_timeout,
        })))
    }

    /// The address that connections are opened to in place of the request's own.
    pub(super) fn via(&self) -> Option<&Authority> {
        self.0.dial.instead()
    }

    /// The proxies that may get requests as they are. They need a login with each request.
    pub(super) fn forwarding(&self) -> Option<Arc<Proxies>> {
        self.0.dial.forwarding().cloned()
    }

    async fn connect(&self, uri: Uri) -> Result<Stream, BoxError> {
        if uri.scheme() == Some(&Scheme::HTTPS) {
            let tls = self.0.tls.clone();
            return tls.ok_or(TlsError::Disabled)?.connect(uri).await;
        }
        self.check_cleartext(&uri)?;
        let mut dial = self.0.dial.clone();
        std::future::poll_fn(|cx| dial.poll_ready(cx)).await?;
        Ok(cleartext(dial.call(uri).await?))
    }

    /// Whether an unencrypted connection may be opened: the last place to find out.
    fn check_cleartext(&self, uri: &Uri) -> Result<(), TransportError> {
        let host = match self.via() {
            Some(via) => via.host(),
            None => uri.host().unwrap_or_default(),
        };
        if self.0.is_cleartext_allowed || is_loopback(host) {
            return Ok(());
        }
        let origin = Origin::of(uri);
        let to = Destination {
            origin: origin.as_ref(),
            via: self.via(),
        };
        Err(TransportError::Cleartext {
            origin: to.to_string(),
            has_login: false,
        })
    }

    /// Connects; while there is no file descriptor, waits for one. Meanwhile a pooled connection may
    /// become free, which is then used instead.
    async fn connect_or_wait_for_descriptor(
        &self,
        uri: Uri,
        lack: &mut Option<BoxError>,
    ) -> Result<Stream, BoxError> {
        let mut turn = None;
        loop {
            match self.connect(uri.clone()).await {
                Err(error) if find(&*error).is_some_and(is_out_of_descriptors) => {
                    *lack = Some(error);
                    // Only one attempt tries again at a time: a thousand would keep the processor busy.
                    if turn.is_none() {
                        turn = Some(self.0.descriptor_wait.lock().await);
                    }
                    tokio::time::sleep(PAUSE).await;
                }
                connected => return connected,
            }
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
        let connector = self.clone();
        Box::pin(async move {
            let limit = connector.0.limit;
            let mut lack = None;
            let is_forwarded = connector.0.dial.is_forwarded(&uri);
            let connecting = connector.connect_or_wait_for_descriptor(uri, &mut lack);
            let stream = match tokio::time::timeout(limit, connecting).await {
                Ok(connected) => connected?,
                Err(_) => {
                    let late = || TransportError::timeout(Phase::Connect, limit).into();
                    return Err(lack.unwrap_or_else(late));
                }
            };
            Ok(Line::new(stream, connector.0.stall_limit).forwarded(is_forwarded))
        })
    }
}

const PAUSE: Duration = Duration::from_millis(50);
