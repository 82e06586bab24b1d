//! Clients as the environment or AWS's own settings describe them.

use std::env::VarError;

use super::build_error::BuildError;
use super::builder::ClientBuilder;
use super::client::Client;
use super::settings::{self, Found};
use super::user_info;
use crate::credentials;

impl Client {
    /// Needs the feature `aws-config`: builds a client with AWS's default credential chain.
    ///
    /// Credentials come from where AWS's tools look for them: environment, profile, SSO, web
    /// identity, container or instance. Retries and clock correction follow
    /// [AWS's settings](ClientBuilder::aws_settings).
    ///
    /// ```no_run
    /// # use sigtower::opensearch::Client;
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// let client = Client::connect("https://search-movies-abc.eu-west-1.es.amazonaws.com").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Nothing is sent, and no credentials are loaded yet.
    ///
    /// # Errors
    ///
    /// As [`ClientBuilder::build`]. A host that does not contain region and service needs the
    /// builder.
    #[cfg(feature = "aws-config")]
    pub async fn connect(url: impl Into<String>) -> Result<Self, BuildError> {
        let provider = credentials::default_chain().await;
        let builder = Self::builder(url).credentials(provider);
        builder.aws_settings().await?.build()
    }

    /// Builds a client from environment variables.
    ///
    /// | variable | meaning |
    /// | --- | --- |
    /// | `OPENSEARCH_URL` | the URL; required. A user name and password in it are a login, too: `https://admin:pass%2Fword@localhost:9200` |
    /// | `OPENSEARCH_USERNAME` and `OPENSEARCH_PASSWORD` | with both, requests have this login instead of a signature |
    /// | `AWS_REGION`, else `AWS_DEFAULT_REGION` | the region, for hosts that do not contain it |
    /// | `AWS_SERVICE` | the service, for hosts that do not contain it; `es` by default |
    /// | `AWS_MAX_ATTEMPTS` | how often a request is sent at most |
    /// | `AWS_DISABLE_CLOCK_SKEW_CORRECTION` | `true`: signatures use this machine's clock only |
    ///
    /// Without a login, [`Environment`](crate::credentials::Environment) reads the credentials when the first request
    /// is signed.
    ///
    /// # Errors
    ///
    /// When a variable is missing or has an invalid value, and as [`ClientBuilder::build`].
    pub fn from_env() -> Result<Self, BuildError> {
        ClientBuilder::from_env()?.build()
    }
}

impl ClientBuilder {
    /// Starts building a client from environment variables, as [`Client::from_env`] does, for settings
    /// that have no variable.
    ///
    /// ```no_run
    /// use std::time::Duration;
    /// use sigtower::opensearch::ClientBuilder;
    ///
    /// let client = ClientBuilder::from_env()?.total_timeout(Duration::from_secs(10)).build()?;
    /// # Ok::<(), sigtower::opensearch::BuildError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When a variable is missing or has an invalid value.
    pub fn from_env() -> Result<Self, BuildError> {
        Self::from_variables(std::env::var)
    }

    /// Applies the settings of AWS's tools: the number of attempts, and whether signatures follow
    /// the service's clock.
    ///
    /// They are read from `AWS_MAX_ATTEMPTS` and `AWS_DISABLE_CLOCK_SKEW_CORRECTION`, or else from
    /// `max_attempts` and `disable_clock_skew_correction` of the profile in use.
    ///
    /// # Errors
    ///
    /// When one of them has an invalid value.
    #[cfg(feature = "aws-config")]
    pub async fn aws_settings(self) -> Result<Self, BuildError> {
        let profile = settings::of_the_profile().await;
        self.with_settings(|setting| {
            let variable = optional(std::env::var, setting.variable)?.map(Found::InVariable);
            Ok(variable.or_else(|| profile(setting.key).map(Found::InProfile)))
        })
    }

    /// What [`Client::from_env`] reads.
    pub(super) fn from_variables(
        variable: impl Fn(&'static str) -> Result<String, VarError>,
    ) -> Result<Self, BuildError> {
        let optional = |name| optional(&variable, name);
        let url = optional("OPENSEARCH_URL")?.ok_or(BuildError::Variable("OPENSEARCH_URL"))?;
        let (url, user_info) = user_info::split(url)?;
        let region = match optional("AWS_REGION")? {
            Some(region) => Some(region),
            None => optional("AWS_DEFAULT_REGION")?,
        };
        let service = optional("AWS_SERVICE")?.unwrap_or_else(|| "es".into());
        let user = optional("OPENSEARCH_USERNAME")?;
        let password = optional("OPENSEARCH_PASSWORD")?;
        let builder = match (user, password, user_info) {
            (Some(user), Some(password), _) => Self::new(url).basic_auth(user, password),
            (Some(_), None, _) => return Err(BuildError::Variable("OPENSEARCH_PASSWORD")),
            (None, Some(_), _) => return Err(BuildError::Variable("OPENSEARCH_USERNAME")),
            (None, None, Some((user, password))) => Self::new(url).basic_auth(user, password),
            (None, None, None) => Self::new(url).credentials(credentials::Environment),
        };
        builder
            .fallback_scope(region, service)
            .with_settings(|setting| Ok(optional(setting.variable)?.map(Found::InVariable)))
    }

    fn with_settings(
        self,
        read: impl Fn(settings::Setting) -> Result<Option<Found>, BuildError>,
    ) -> Result<Self, BuildError> {
        let mut builder = self;
        if let Some(attempts) = settings::max_attempts(&read)? {
            builder = builder.max_attempts(attempts);
        }
        if let Some(correct) = settings::clock_skew_correction(&read)? {
            builder = builder.clock_skew_correction(correct);
        }
        Ok(builder)
    }
}

/// Reads a variable; one that is empty counts as missing.
fn optional(
    variable: impl Fn(&'static str) -> Result<String, VarError>,
    name: &'static str,
) -> Result<Option<String>, BuildError> {
    match variable(name) {
        Ok(value) if value.is_empty() => Ok(None),
        Ok(value) => Ok(Some(value)),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(BuildError::Variable(name)),
    }
}
