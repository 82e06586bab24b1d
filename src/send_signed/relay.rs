//! Lends a provider to a signer for the duration of one request.

use std::convert::Infallible;

use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{Result, future};
use tokio::sync::{mpsc, oneshot};

use crate::credentials::ProvideCredentials;

/// A provider for a signer, and a future that answers it from `provider` while it is polled.
///
/// A signer keeps its provider, so it cannot have one that is borrowed.
pub(super) fn relay(
    provider: &dyn ProvideCredentials,
) -> (Borrowed, impl Future<Output = Infallible>) {
    let (ask, mut asked) = mpsc::unbounded_channel::<oneshot::Sender<Result>>();
    let relay = async move {
        while let Some(reply) = asked.recv().await {
            let _ = reply.send(provider.provide_credentials().await);
        }
        std::future::pending().await
    };
    (Borrowed(ask), relay)
}

/// Asks the provider that is borrowed.
#[derive(Debug)]
pub(super) struct Borrowed(mpsc::UnboundedSender<oneshot::Sender<Result>>);

impl Borrowed {
    async fn ask(&self) -> Result {
        let (reply, replied) = oneshot::channel();
        let gone = |_| CredentialsError::not_loaded("the request has ended");
        self.0.send(reply).map_err(|_| gone(()))?;
        replied.await.map_err(|_| gone(()))?
    }
}

impl ProvideCredentials for Borrowed {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.ask())
    }
}
