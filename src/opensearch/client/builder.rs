use std::env::VarError;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_credential_types::provider::ProvideCredentials;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt;
use http_body_util::combinators::UnsyncBoxBody;
use tower::ServiceExt;
use tower::util::BoxCloneSyncService;
use tower_service::Service;

use super::client::Client;
#[cfg(feature = "aws-config")]
use super::settings;
use super::settings::Said;
use crate::body::Body;
use crate::credentials::{self, CachedCredentials};
use crate::endpoint::{Endpoint, EndpointError};
use crate::error::BoxError;
use crate::opensearch::call::idempotency;
use crate::sigv4::{Clock, SigV4Layer};
use crate::stack::{Limits, Stack};
use crate::transport::{TlsError, Transport, TransportConfig};

/// Builds a [`Client`]; made by [`Client::builder`].
///
/// Nothing is checked before [`build`](Self::build), and nothing sent before the first call.
#[must_use = "a builder does nothing until `build`"]
pub struct ClientBuilder {
    url: String,
    region: Option<String>,
    service: Option<String>,
    fallback_scope: Option<(Option<String>, String)>,
    connect_to: Option<String>,
    cleartext_allowed: bool,
    credentials: Option<CachedCredentials>,
    clock: Option<SharedClock>,
    transport: TransportConfig,
    over: Option<OwnTransport>,
    limits: Limits,
    records_query_text: bool,
}

impl ClientBuilder {
    pub(crate) fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            region: None,
            service: None,
            fallback_scope: None,
            connect_to: None,
            cleartext_allowed: false,
            credentials: None,
            clock: None,
            transport: TransportConfig::new(),
            over: None,
            limits: Limits::default(),
            records_query_text: false,
        }
    }

    /// What [`Client::from_env`] reads.
    pub(crate) fn from_variables(
        variable: impl Fn(&'static str) -> Result<String, VarError>,
    ) -> Result<Self, BuildError> {
        let optional = |name| optional(&variable, name);
        let url = optional("OPENSEARCH_URL")?.ok_or(BuildError::Variable("OPENSEARCH_URL"))?;
        let region = match optional("AWS_REGION")? {
            Some(region) => Some(region),
            None => optional("AWS_DEFAULT_REGION")?,
        };
        let service = optional("AWS_SERVICE")?.unwrap_or_else(|| "es".into());
        let mut builder = Self::new(url).credentials(credentials::Environment);
        builder.fallback_scope = Some((region, service));
        builder.with_settings(|setting| Ok(optional(setting.variable)?.map(Said::Variable)))
    }

    /// Takes what AWS's tools are set to: how often a request is sent at most, and whether signatures
    /// keep to this machine's clock.
    ///
    /// Read from `AWS_MAX_ATTEMPTS` and `AWS_DISABLE_CLOCK_SKEW_CORRECTION`, or else from
    /// `max_attempts` and `disable_clock_skew_correction` of the profile in use.
    ///
    /// # Errors
    ///
    /// When one is not what it must be.
    #[cfg(feature = "aws-config")]
    pub async fn aws_settings(self) -> Result<Self, BuildError> {
        let profile = settings::of_the_profile().await;
        self.with_settings(|setting| {
            let said = optional(std::env::var, setting.variable)?.map(Said::Variable);
            Ok(said.or_else(|| profile(setting.key).map(Said::Profile)))
        })
    }

    /// Signs for this region; needed when the host does not tell, an error when it contradicts.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// Signs for this service, `es` for a domain or `aoss` for a serverless collection; needed when
    /// the host does not tell, an error when it contradicts.
    pub fn service(mut self, service: impl Into<String>) -> Self {
        self.service = Some(service.into());
        self
    }

    /// Signs with the credentials of this provider.
    ///
    /// They are cached, and fetched anew before they expire, one fetch at a time; a
    /// [`CachedCredentials`] is shared as it is.
    pub fn credentials(mut self, provider: impl ProvideCredentials + 'static) -> Self {
        self.credentials = Some(CachedCredentials::new(provider));
        self
    }

    /// Signs with the credentials this async function returns.
    ///
    /// Let it return them [with an expiry](crate::Credentials::with_expiry), and it is asked again
    /// in time.
    ///
    /// ```
    /// # use std::io;
    /// # use sigtower::Credentials;
    /// # use sigtower::opensearch::Client;
    /// # async fn ask_vault() -> io::Result<Credentials> { Err(io::ErrorKind::Other.into()) }
    /// let client = Client::builder("https://search-x.us-east-1.es.amazonaws.com")
    ///     .credentials_from(|| async { ask_vault().await })
    ///     .build()?;
    /// # Ok::<(), sigtower::opensearch::BuildError>(())
    /// ```
    pub fn credentials_from<F, Fut, C, E>(self, function: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<C, E>> + Send + 'static,
        C: Into<aws_credential_types::Credentials> + 'static,
        E: Into<BoxError> + 'static,
    {
        self.credentials(credentials::from_fn(function))
    }

    /// Opens connections to this `host:port`, a tunnel's near end for instance, while the `host`
    /// header, TLS and the signature keep to the URL's host.
    pub fn connect_to(mut self, address: impl Into<String>) -> Self {
        self.connect_to = Some(address.into());
        self
    }

    /// Allows `http` to hosts that are not on loopback; see [`Endpoint::allow_cleartext`].
    pub fn allow_cleartext(mut self) -> Self {
        self.cleartext_allowed = true;
        self
    }

    /// Takes the time of signatures from this clock.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Some(SharedClock(Arc::new(clock)));
        self
    }

    /// How often a request is sent at most; 3 times by default, and with 1 never again.
    ///
    /// See [`retry`](crate::retry) for when it is sent again.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.limits = self.limits.with_max_attempts(attempts);
        self
    }

    /// Whether signatures follow the service's clock where that is off from this machine's; on by
    /// default. See [`Limits::with_clock_skew_correction`].
    pub fn clock_skew_correction(mut self, on: bool) -> Self {
        self.limits = self.limits.with_clock_skew_correction(on);
        self
    }

    /// How long a call may take with all attempts and waits in it; 120 seconds by default.
    pub fn total_timeout(mut self, limit: Duration) -> Self {
        self.limits = self.limits.with_total_timeout(limit);
        self
    }

    /// How long one attempt may take, from sending to the response's last byte; 60 seconds by default.
    ///
    /// It must be less than 5 minutes, after which AWS refuses a signature.
    pub fn attempt_timeout(mut self, limit: Duration) -> Self {
        self.limits = self.limits.with_attempt_timeout(limit);
        self
    }

    /// How long making a connection may take; see [`TransportConfig::with_connect_timeout`].
    pub fn connect_timeout(self, limit: Duration) -> Self {
        self.transport(|config| config.with_connect_timeout(limit))
    }

    /// The most bytes of a response body, before and after decompression; 100 MiB by default.
    pub fn response_limit(mut self, bytes: usize) -> Self {
        self.limits = self.limits.with_response_limit(bytes);
        self
    }

    /// Compresses request bodies of more bytes than this with gzip, where it makes them smaller.
    ///
    /// Off by default: a domain takes them only if its HTTP compression is enabled, as it is on new
    /// ones, and a serverless collection may not. 8 KiB is a good threshold.
    #[cfg(feature = "compression")]
    pub fn compress_requests_over(mut self, bytes: usize) -> Self {
        self.limits = self.limits.with_requests_compressed_over(bytes);
        self
    }

    /// Offers HTTP/2; see [`TransportConfig::with_http2`].
    pub fn http2(self) -> Self {
        self.transport(TransportConfig::with_http2)
    }

    /// Trusts these certificates too; see [`TransportConfig::with_root_certificate_pem`].
    pub fn root_certificate_pem(self, pem: impl Into<Bytes>) -> Self {
        self.transport(|config| config.with_root_certificate_pem(pem))
    }

    /// Changes how connections are made and kept.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use sigtower::opensearch::Client;
    /// let builder = Client::builder("https://search-x.us-east-1.es.amazonaws.com")
    ///     .transport(|config| config.with_max_connection_age(Duration::from_secs(60)));
    /// ```
    pub fn transport(mut self, change: impl FnOnce(TransportConfig) -> TransportConfig) -> Self {
        self.transport = change(self.transport);
        self
    }

    /// Whether the spans of searches, counts and calls by query have what is searched for, as
    /// `db.query.text`; off by default, since it may be personal. Documents are never recorded.
    pub fn record_query_text(mut self, on: bool) -> Self {
        self.records_query_text = on;
        self
    }

    /// Sends over this tower service instead of the transport of this crate.
    ///
    /// Requests arrive there signed: it must not change method, URI, headers or body, nor follow
    /// redirects. What concerns connections is then its own affair.
    pub fn over<S, B>(mut self, service: S) -> Self
    where
        S: Service<Request<Body>, Response = Response<B>> + Clone + Send + Sync + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send + 'static,
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let erased = service
            .map_response(|response| response.map(|body| body.map_err(Into::into).boxed_unsync()))
            .map_err(Into::into);
        self.over = Some(BoxCloneSyncService::new(erased));
        self
    }

    /// The client, if all of this fits together.
    ///
    /// # Errors
    ///
    /// When the URL, the region, the service or the address to connect to cannot be one; when the
    /// host contradicts what was given, or tells nothing and nothing was given; when there are no
    /// credentials, no TLS, no root certificates; when a time limit makes no sense.
    pub fn build(self) -> Result<Client, BuildError> {
        let endpoint = self.endpoint()?;
        let scope = endpoint.scope()?;
        let attempt = self.limits.attempt_timeout();
        if attempt >= SIGNATURE_LIFE {
            return Err(BuildError::AttemptTimeout(attempt));
        }
        let provider = self.credentials.ok_or(BuildError::NoCredentials)?;
        let mut sign = SigV4Layer::new(scope.clone(), provider);
        if let Some(clock) = self.clock {
            sign = sign.with_clock(clock);
        }
        // Paths mean this only to OpenSearch; elsewhere the method tells.
        let limits = match scope.service().as_str() {
            "es" | "aoss" => self.limits.judged_by(idempotency::of),
            _ => self.limits,
        };
        let stack = match self.over {
            Some(own) => Stack::new(own, sign, &limits),
            None => {
                let transport = Transport::new(&endpoint, &self.transport)?;
                Stack::new(transport, sign, &limits)
            }
        };
        Ok(Client::new(endpoint, scope, stack, self.records_query_text))
    }

    fn endpoint(&self) -> Result<Endpoint, EndpointError> {
        let mut endpoint = Endpoint::parse(&self.url)?;
        if let Some(region) = &self.region {
            endpoint = endpoint.with_region(region)?;
        }
        if let Some(service) = &self.service {
            endpoint = endpoint.with_service(service)?;
        }
        if let Some((region, service)) = &self.fallback_scope {
            if let (None, Some(region)) = (endpoint.region(), region) {
                endpoint = endpoint.with_region(region)?;
            }
            if endpoint.service().is_none() {
                endpoint = endpoint.with_service(service)?;
            }
        }
        if let Some(address) = &self.connect_to {
            endpoint = endpoint.connect_to(address)?;
        }
        if self.cleartext_allowed {
            endpoint = endpoint.allow_cleartext();
        }
        endpoint.check()?;
        Ok(endpoint)
    }
}

/// Leaves out the credentials.
impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("endpoint", &self.endpoint())
            .field("transport", &self.transport)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The URL, or what was said besides it, cannot be right.
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
    /// TLS cannot be had.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// Nobody said whose credentials to sign with.
    #[error("no credentials given; name a provider, or use Client::from_env or Client::connect")]
    NoCredentials,
    /// An attempt could outlive its signature.
    #[error("an attempt may not take {0:?}: a signature is good for less than 5 minutes")]
    AttemptTimeout(Duration),
    /// An environment variable is missing, empty or no text.
    #[error("environment variable {0} is not set to a text")]
    Variable(&'static str),
    /// An environment variable says what cannot be.
    #[error("environment variable {variable} is not {expected}")]
    Value {
        /// The variable's name.
        variable: &'static str,
        /// What it must be.
        expected: &'static str,
    },
    /// The profile in use says what cannot be.
    #[error("`{key}` in the AWS profile is not {expected}")]
    Profile {
        /// The name in the file.
        key: &'static str,
        /// What it must be.
        expected: &'static str,
    },
}

/// A variable's value, unless it has none.
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

type OwnTransport =
    BoxCloneSyncService<Request<Body>, Response<UnsyncBoxBody<Bytes, BoxError>>, BoxError>;

#[derive(Clone, Debug)]
struct SharedClock(Arc<dyn Clock>);

impl Clock for SharedClock {
    fn now(&self) -> SystemTime {
        self.0.now()
    }
}

const SIGNATURE_LIFE: Duration = Duration::from_secs(5 * 60);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Credentials;

    const DOMAIN: &str = "https://search-x.us-east-1.es.amazonaws.com";
    const CUSTOM: &str = "https://search.example.com";

    fn builder(url: &str) -> ClientBuilder {
        ClientBuilder::new(url)
            .credentials(Credentials::new(
                "AKIDEXAMPLE",
                "hunter2",
                Some("tok3n".into()),
            ))
            .over(tower::service_fn(|_: Request<Body>| {
                std::future::ready(Ok::<_, BoxError>(Response::new(Body::empty())))
            }))
    }

    fn from_variables(variables: &'static [(&str, &str)]) -> Result<Client, BuildError> {
        ClientBuilder::from_variables(|name| {
            let found = variables.iter().find(|(key, _)| *key == name);
            found
                .map(|(_, value)| (*value).to_owned())
                .ok_or(VarError::NotPresent)
        })?
        .build()
    }

    fn scope(client: &Client) -> (&str, &str) {
        (client.region().as_str(), client.service().as_str())
    }

    #[test]
    fn region_and_service_come_from_the_host_or_must_be_given() {
        let client = builder(DOMAIN).build().unwrap();
        assert_eq!(scope(&client), ("us-east-1", "es"));
        let client = builder(CUSTOM).region("eu-west-1").service("aoss");
        assert_eq!(scope(&client.build().unwrap()), ("eu-west-1", "aoss"));
        for (incomplete, expected) in [
            (builder(CUSTOM), "does not tell its region"),
            (
                builder(CUSTOM).region("eu-west-1"),
                "does not tell its service",
            ),
            (builder(DOMAIN).region("eu-west-1"), "contradicts"),
            (builder(DOMAIN).service("aoss"), "contradicts"),
            (
                builder(CUSTOM).region("x@evil.example:443/#"),
                "is not a region",
            ),
            (
                builder(CUSTOM).region("eu-west-1").service("a/b"),
                "is not a service",
            ),
            (builder(CUSTOM).connect_to("localhost"), "names no port"),
            (
                builder("http://search-x.us-east-1.es.amazonaws.com"),
                "in clear",
            ),
        ] {
            let error = incomplete.build().unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn a_client_without_credentials_is_not_built() {
        let built = ClientBuilder::new(DOMAIN).build();
        assert!(matches!(built, Err(BuildError::NoCredentials)));
    }

    #[test]
    fn an_attempt_must_end_before_its_signature_does() {
        let limit = Duration::from_secs(300);
        let built = builder(DOMAIN).attempt_timeout(limit).build();
        assert!(matches!(built, Err(BuildError::AttemptTimeout(said)) if said == limit));
        let just = limit - Duration::from_millis(1);
        assert!(builder(DOMAIN).attempt_timeout(just).build().is_ok());
    }

    #[test]
    fn variables_fill_in_what_the_host_does_not_tell() {
        const LOCAL: (&str, &str) = ("OPENSEARCH_URL", "http://localhost:9200");
        for (variables, expected) in [
            (
                &[LOCAL, ("AWS_REGION", "eu-west-1")][..],
                ("eu-west-1", "es"),
            ),
            (
                &[LOCAL, ("AWS_DEFAULT_REGION", "eu-west-2")],
                ("eu-west-2", "es"),
            ),
            (
                &[
                    LOCAL,
                    ("AWS_REGION", ""),
                    ("AWS_DEFAULT_REGION", "eu-west-2"),
                ],
                ("eu-west-2", "es"),
            ),
            (
                &[LOCAL, ("AWS_REGION", "eu-west-1"), ("AWS_SERVICE", "aoss")],
                ("eu-west-1", "aoss"),
            ),
        ] {
            assert_eq!(scope(&from_variables(variables).unwrap()), expected);
        }
        let told = &[
            ("OPENSEARCH_URL", "http://localhost:9200"),
            ("AWS_SERVICE", "es"),
        ];
        let missing = from_variables(told).unwrap_err();
        assert!(matches!(
            missing,
            BuildError::Endpoint(EndpointError::MissingRegion { .. })
        ));
        let missing = from_variables(&[]).unwrap_err();
        assert!(matches!(missing, BuildError::Variable("OPENSEARCH_URL")));
    }

    #[test]
    fn variables_never_contradict_a_host_that_tells() {
        let builder = ClientBuilder::from_variables(|name| match name {
            "OPENSEARCH_URL" => Ok(DOMAIN.into()),
            "AWS_REGION" => Ok("ap-south-1".into()),
            "AWS_SERVICE" => Ok("aoss".into()),
            _ => Err(VarError::NotPresent),
        });
        let scope = builder.unwrap().endpoint().unwrap().scope().unwrap();
        assert_eq!(scope.to_string(), "us-east-1/es");
    }

    #[test]
    fn variables_say_how_often_to_try_and_whose_clock_to_follow() {
        let built = |name: &'static str, value: &'static str| {
            ClientBuilder::from_variables(move |asked| match asked {
                "OPENSEARCH_URL" => Ok(DOMAIN.into()),
                _ if asked == name => Ok(value.into()),
                _ => Err(VarError::NotPresent),
            })
            .map(|builder| format!("{:?}", builder.limits))
        };
        for (name, value, says) in [
            ("AWS_MAX_ATTEMPTS", "5", "max_attempts: 5"),
            ("AWS_MAX_ATTEMPTS", "", "max_attempts: 3"),
            (
                "AWS_DISABLE_CLOCK_SKEW_CORRECTION",
                "True",
                "follows_service_clock: false",
            ),
            (
                "AWS_DISABLE_CLOCK_SKEW_CORRECTION",
                "false",
                "follows_service_clock: true",
            ),
            (
                "AWS_DISABLE_CLOCK_SKEW_CORRECTION",
                "",
                "follows_service_clock: true",
            ),
        ] {
            let limits = built(name, value).unwrap();
            assert!(limits.contains(says), "{limits}");
        }
        for (name, value) in [
            ("AWS_MAX_ATTEMPTS", "0"),
            ("AWS_MAX_ATTEMPTS", "many"),
            ("AWS_MAX_ATTEMPTS", "-1"),
            ("AWS_DISABLE_CLOCK_SKEW_CORRECTION", "1"),
        ] {
            let error = built(name, value).unwrap_err();
            assert!(
                matches!(error, BuildError::Value { variable, .. } if variable == name),
                "{error}"
            );
        }
    }

    #[test]
    fn builder_and_client_show_no_secrets() {
        let builder = builder(DOMAIN);
        let shown = format!("{builder:?}");
        let shown = format!("{shown} {:#?}", builder.build().unwrap());
        assert!(shown.contains("us-east-1"), "{shown}");
        for secret in ["hunter2", "tok3n"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }

    #[cfg(not(any(feature = "rustls", feature = "ring")))]
    #[test]
    fn https_without_tls_is_refused_when_building() {
        let credentials = Credentials::new("AKIDEXAMPLE", "secret", None);
        let https = ClientBuilder::new(DOMAIN).credentials(credentials.clone());
        assert!(matches!(
            https.build(),
            Err(BuildError::Tls(TlsError::Disabled))
        ));
        let http = ClientBuilder::new("http://localhost:9200")
            .region("us-east-1")
            .service("es")
            .credentials(credentials);
        assert!(http.build().is_ok());
    }
}
