use std::env;

use aws_config::profile::{self, ProfileFileCredentialsProvider, ProfileSet};
use aws_config::provider_config::ProviderConfig;
use aws_credential_types::Credentials as SdkCredentials;
use aws_credential_types::provider::ProvideCredentials;
use aws_credential_types::provider::error::CredentialsError as SdkError;

use super::profile_files::ProfileFiles;
use crate::credentials::error::Described;
use crate::credentials::reason;

/// The profile in use: keys, a role, SSO, a process, in AWS's configuration files.
#[derive(Debug)]
pub(super) struct ProfileSource {
    provider: ProfileFileCredentialsProvider,
    /// The profile's name.
    name: String,
    is_defined: bool,
    /// Where the files are.
    files: String,
    secrets: Vec<String>,
    /// The profile to sign in to, if credentials come from SSO.
    sso_profile: Option<String>,
}

impl ProfileSource {
    pub(super) async fn new(files: &ProfileFiles, config: &ProviderConfig) -> Self {
        let name = env::var("AWS_PROFILE").unwrap_or_else(|_| "default".into());
        let provider = ProfileFileCredentialsProvider::builder()
            .configure(config)
            .profile_files(files.to_sdk())
            .build();
        let profiles = load(files).await;
        let profiles = profiles.as_ref();
        Self {
            provider,
            is_defined: profiles.is_some_and(|profiles| profiles.get_profile(&name).is_some()),
            sso_profile: profiles.and_then(|profiles| sso_profile(profiles, &name)),
            name,
            files: files.describe(),
            secrets: files.secrets(),
        }
    }

    pub(super) async fn fetch(&self) -> Result<SdkCredentials, SdkError> {
        let error = match self.provider.provide_credentials().await {
            Ok(credentials) => return Ok(credentials),
            Err(error) => error,
        };
        Err(match error {
            SdkError::CredentialsNotLoaded(_) => SdkError::not_loaded(Described(self.not_loaded())),
            error => SdkError::provider_error(Described(self.failed(&error))),
        })
    }

    fn not_loaded(&self) -> String {
        let Self { name, files, .. } = self;
        if self.is_defined {
            format!("profile `{name}` ({files}) contains no credentials")
        } else {
            format!("profile `{name}` is not defined in {files}")
        }
    }

    fn failed(&self, error: &SdkError) -> String {
        let Self { name, files, .. } = self;
        let reason = reason::one_line(&reason::texts(error), &self.secrets);
        let reason = reason.replace("ProfileFile provider could not be built: ", "");
        let line = format!("profile `{name}` ({files}): {reason}");
        match &self.sso_profile {
            Some(profile) if !reason.contains("not authorized to perform") => {
                format!("{line}; run `aws sso login --profile {profile}`")
            }
            _ => line,
        }
    }
}

/// The profiles of AWS's configuration files, with the one in use selected. `None` if the files
/// cannot be read; the credentials report why, if they need them.
#[cfg(feature = "opensearch")]
pub(crate) async fn profile_in_use() -> Option<ProfileSet> {
    load(&ProfileFiles::read().await.ok()?).await
}

async fn load(files: &ProfileFiles) -> Option<ProfileSet> {
    // The environment and the file system of this process.
    let (system, variables) = Default::default();
    let loaded = profile::load(&system, &variables, &files.to_sdk(), None).await;
    loaded.ok()
}

/// The profile that has the SSO settings: this one, or its source profile.
fn sso_profile(profiles: &ProfileSet, name: &str) -> Option<String> {
    let mut name = name;
    for _ in 0..LONGEST_CHAIN {
        let profile = profiles.get_profile(name)?;
        if profile.get("sso_session").is_some() || profile.get("sso_start_url").is_some() {
            return Some(name.to_owned());
        }
        name = profile.get("source_profile")?;
    }
    None
}

const LONGEST_CHAIN: usize = 16;
