use std::env;
use std::error::Error;
use std::fs;
use std::sync::Arc;

use arc_swap::ArcSwapOption;
use aws_config::Region;
use aws_config::environment::region::EnvironmentVariableRegionProvider;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::imds::region::ImdsRegionProvider;
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::ProfileFileRegionProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::web_identity_token::WebIdentityTokenCredentialsProvider;
use aws_credential_types::provider::error::CredentialsError as SdkError;
use aws_credential_types::provider::{ProvideCredentials, Result as ProviderResult, future};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::container::ContainerSource;
use super::profile::ProfileSource;
use super::profile_files::ProfileFiles;
use crate::credentials::error::Described;
use crate::credentials::provider::Environment;
use crate::credentials::reason;

/// AWS's default chain: environment, profile (role, SSO, process), web identity, container (ECS,
/// EKS), then EC2's instance metadata.
///
/// The first source that is configured is used. If it fails, the error names it and the reason; if
/// no source is configured, the error says so for each. Profile files are read as botocore reads
/// them: keys may be indented, a byte order mark and other line ends do not matter.
///
/// ```no_run
/// # async fn example() {
/// let provider = sigtower::credentials::default_chain().await;
/// # let _ = provider;
/// # }
/// ```
pub async fn default_chain() -> DefaultChain {
    DefaultChain(ArcSwapOption::from_pointee(Sources::new().await))
}

/// The provider that [`default_chain`] returns.
///
/// The SDK's sources read their files once. This chain makes them again after they returned keys
/// without an expiry, or none: the file may have been written or replaced since.
#[derive(Debug)]
pub struct DefaultChain(ArcSwapOption<Sources>);

impl DefaultChain {
    async fn provide(&self) -> ProviderResult {
        let sources = match self.0.load_full() {
            Some(sources) => sources,
            None => Arc::new(Sources::new().await),
        };
        let provided = sources.fetch().await;
        let expire = matches!(&provided, Ok(credentials) if credentials.expiry().is_some());
        self.0.store(expire.then_some(sources));
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

#[derive(Debug)]
struct Sources {
    /// The error names the file that cannot be read.
    profile: Result<ProfileSource, String>,
    web_identity: WebIdentityTokenCredentialsProvider,
    container: ContainerSource,
    instance: ImdsCredentialsProvider,
}

impl Sources {
    async fn new() -> Self {
        let files = ProfileFiles::read().await;
        let config =
            ProviderConfig::without_region().with_region(region(files.as_ref().ok()).await);
        let profile = match files {
            Ok(files) => Ok(ProfileSource::new(&files, &config).await),
            Err(error) => Err(error),
        };
        let web_identity = WebIdentityTokenCredentialsProvider::builder().configure(&config);
        let instance = ImdsCredentialsProvider::builder().configure(&config);
        Self {
            profile,
            web_identity: web_identity.build(),
            container: ContainerSource::new(&config),
            instance: instance.build(),
        }
    }

    /// The credentials of the first source that is configured.
    async fn fetch(&self) -> ProviderResult {
        // The futures are lazy: a source is asked only if none before it is configured.
        let sources: [(_, BoxFuture<'_, ProviderResult>); 5] = [
            ("environment", Environment.provide_credentials().boxed()),
            ("profile", self.profile().boxed()),
            ("web identity", self.web_identity().boxed()),
            ("container", self.container.fetch().boxed()),
            (
                "EC2 instance metadata",
                self.instance.provide_credentials().boxed(),
            ),
        ];
        let mut reasons = Vec::new();
        for (name, fetched) in sources {
            match fetched.await {
                Ok(credentials) => return Ok(credentials),
                Err(error @ SdkError::CredentialsNotLoaded(_)) => {
                    reasons.push(describe(name, &error));
                }
                Err(error) => {
                    let line = describe(name, &error);
                    return Err(SdkError::provider_error(Described(line)));
                }
            }
        }
        let reasons = reasons.join("; ");
        let line = format!("no source of credentials is configured: {reasons}");
        Err(SdkError::not_loaded(Described(line)))
    }

    async fn web_identity(&self) -> ProviderResult {
        let error = match self.web_identity.provide_credentials().await {
            Err(error) if !matches!(error, SdkError::CredentialsNotLoaded(_)) => error,
            ended => return ended,
        };
        let file = env::var("AWS_WEB_IDENTITY_TOKEN_FILE").unwrap_or_default();
        let token = fs::read_to_string(&file).unwrap_or_default();
        let reason = reason::one_line(&reason::texts(&error), &[token]);
        Err(SdkError::provider_error(Described(format!(
            "web identity (AWS_WEB_IDENTITY_TOKEN_FILE names {file}): {reason}"
        ))))
    }

    async fn profile(&self) -> ProviderResult {
        match &self.profile {
            Ok(profile) => profile.fetch().await,
            Err(error) => Err(SdkError::provider_error(Described(error.clone()))),
        }
    }
}

/// A failure, with the name of the source if the text does not contain it yet.
fn describe(name: &str, error: &SdkError) -> String {
    let source = error.source();
    match source.and_then(|source| source.downcast_ref()) {
        Some(Described(line)) => line.clone(),
        None => format!("{name}: {}", reason::of(error)),
    }
}

/// The region for calls to STS and SSO, from where AWS's tools take it.
async fn region(files: Option<&ProfileFiles>) -> Option<Region> {
    let variables = EnvironmentVariableRegionProvider::new();
    let mut chain = RegionProviderChain::first_try(variables);
    if let Some(files) = files {
        let profile = ProfileFileRegionProvider::builder().profile_files(files.to_sdk());
        chain = chain.or_else(profile.build());
    }
    chain
        .or_else(ImdsRegionProvider::builder().build())
        .region()
        .await
}
