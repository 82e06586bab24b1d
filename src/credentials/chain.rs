use std::sync::Arc;

use arc_swap::ArcSwapOption;
use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_credential_types::provider::{ProvideCredentials, Result as ProviderResult, future};

/// AWS's default chain: environment, profile (assume-role, SSO, process), web identity, ECS and EKS,
/// then EC2's instance metadata.
///
/// ```no_run
/// # async fn example() {
/// let provider = sigtower::credentials::default_chain().await;
/// # let _ = provider;
/// # }
/// ```
pub async fn default_chain() -> DefaultChain {
    DefaultChain(ArcSwapOption::from_pointee(build().await))
}

/// See [`default_chain`].
///
/// The SDK's chain reads its files once. This one is made anew after it handed out keys that do not
/// expire, or none: somebody may have replaced or written the file since.
#[derive(Debug)]
pub struct DefaultChain(ArcSwapOption<DefaultCredentialsChain>);

impl DefaultChain {
    async fn provide(&self) -> ProviderResult {
        let chain = match self.0.load_full() {
            Some(chain) => chain,
            None => Arc::new(build().await),
        };
        let provided = chain.provide_credentials().await;
        let expire = matches!(&provided, Ok(credentials) if credentials.expiry().is_some());
        self.0.store(expire.then_some(chain));
        provided
    }
}

impl ProvideCredentials for DefaultChain {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.provide())
    }
}

async fn build() -> DefaultCredentialsChain {
    DefaultCredentialsChain::builder().build().await
}
