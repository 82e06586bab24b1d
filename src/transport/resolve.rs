use std::fmt;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::vec;

use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use tower::ServiceExt;
use tower::util::BoxCloneSyncService;
use tower_service::Service;

use crate::error::BoxError;

/// Asks the system's resolver or the caller's own, and marks its errors as those of a lookup.
#[derive(Clone, Debug)]
pub(super) enum Resolver {
    System(GaiResolver),
    Own(OwnResolver),
}

/// A resolver that a caller gave.
#[derive(Clone)]
pub(super) struct OwnResolver(BoxCloneSyncService<String, Vec<SocketAddr>, BoxError>);

impl Resolver {
    pub(super) fn new(own: Option<OwnResolver>) -> Self {
        own.map_or_else(|| Self::System(GaiResolver::new()), Self::Own)
    }

    async fn resolve(self, name: Name) -> Result<vec::IntoIter<SocketAddr>, BoxError> {
        let addresses: Vec<_> = match self {
            Self::System(mut system) => {
                poll_fn(|cx| system.poll_ready(cx)).await?;
                system.call(name).await?.collect()
            }
            Self::Own(own) => {
                let host = name.as_str().to_owned();
                let found = own.0.oneshot(host.clone()).await?;
                if found.is_empty() {
                    return Err(format!("the resolver returned no address for {host}").into());
                }
                found
            }
        };
        Ok(addresses.into_iter())
    }
}

impl OwnResolver {
    pub(super) fn new<S, A>(resolver: S) -> Self
    where
        S: Service<String, Response = A> + Clone + Send + Sync + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send + 'static,
        A: IntoIterator<Item = SocketAddr> + 'static,
    {
        let erased = resolver
            .map_response(|addresses: A| addresses.into_iter().collect())
            .map_err(Into::into);
        Self(BoxCloneSyncService::new(erased))
    }
}

impl fmt::Debug for OwnResolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnResolver").finish_non_exhaustive()
    }
}

/// A host name was not resolved.
#[derive(Debug, thiserror::Error)]
#[error("DNS lookup failed")]
pub(super) struct LookupFailed(#[source] BoxError);

impl Service<Name> for Resolver {
    type Response = vec::IntoIter<SocketAddr>;
    type Error = LookupFailed;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, LookupFailed>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), LookupFailed>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let resolving = self.clone().resolve(name);
        Box::pin(async move { resolving.await.map_err(LookupFailed) })
    }
}
