//! Builds a client from the settings of its builder.

use std::time::Duration;

use super::build_error::BuildError;
use super::builder::ClientBuilder;
use super::client::Client;
use super::parts::Login;
use crate::authentication::Authentication;
use crate::endpoint::{Endpoint, EndpointError};
use crate::opensearch::call::idempotency;
use crate::opensearch::target::{KnownTarget, Target};
use crate::sigv4::{ServiceName, SigV4Layer};
use crate::stack::Stack;
use crate::transport::Transport;

impl ClientBuilder {
    /// Builds the client.
    ///
    /// # Errors
    ///
    /// When the URL, the region, the service or the address to connect to is not valid; when the
    /// host contradicts the region or service that was given, or contains none and none was given;
    /// when the [`target`](Self::target) or [`collection_type`](Self::collection_type) contradicts the host;
    /// when there are no credentials, no TLS or no root certificates; when a password or token would be sent in clear
    /// text beyond loopback; when
    /// [`attempt_timeout`](Self::attempt_timeout) is 5 minutes or more.
    pub fn build(self) -> Result<Client, BuildError> {
        let endpoint = self.endpoint()?;
        let known_target = self.known_target(&endpoint)?;
        let authentication = match self.login.ok_or(BuildError::NoCredentials)? {
            Login::SigV4(cache) => {
                let attempt = self.config.attempt_timeout();
                if attempt >= SIGNATURE_LIFE {
                    return Err(BuildError::AttemptTimeout(attempt));
                }
                let mut sign = SigV4Layer::from_cache(endpoint.scope()?, cache);
                if let Some(clock) = self.clock {
                    sign = sign.with_clock(clock);
                }
                sign.into()
            }
            Login::Basic { user, password } => {
                check_login(&endpoint)?;
                Authentication::basic(user, password.as_str())?
            }
            Login::Bearer(tokens) => {
                check_login(&endpoint)?;
                Authentication::bearer_from_cache(tokens)
            }
            Login::None => Authentication::none(),
        };
        let is_tunneled = endpoint.connect_to().is_some() && self.over.is_none();
        let authentication = authentication.with_tunnel(is_tunneled);
        // Paths have these meanings only for OpenSearch; elsewhere the method alone decides.
        let config = match endpoint.service().map(ServiceName::as_str) {
            None | Some("es" | "aoss") => self.config.with_idempotency(idempotency::of),
            Some(_) => self.config,
        };
        let (stack, transport) = match self.over {
            // The limit protects the connections of our transport, which the caller's service does not use.
            Some(own) => {
                let config = config.or_max_concurrent_requests(usize::MAX);
                (Stack::new(own, authentication, &config), None)
            }
            None => {
                let transport = Transport::new(&endpoint, &self.transport)?;
                let stack = Stack::new(transport.clone(), authentication, &config);
                (stack, Some(transport))
            }
        };
        Ok(Client::new(
            endpoint,
            known_target,
            stack,
            transport,
            self.records_query_text,
        ))
    }

    pub(super) fn endpoint(&self) -> Result<Endpoint, EndpointError> {
        let mut endpoint = Endpoint::parse(&self.url)?;
        if let Some(region) = &self.region {
            endpoint = endpoint.with_region(region)?;
        }
        if let Some(service) = &self.service {
            endpoint = endpoint.with_service(service)?;
        }
        if endpoint.service().is_none()
            && let Some(service) = self.given_target().and_then(Target::service)
        {
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
            endpoint = endpoint.with_connect_to(address)?;
        }
        endpoint = endpoint.with_cleartext(self.allows_cleartext);
        endpoint.check()?;
        Ok(endpoint)
    }

    fn known_target(&self, endpoint: &Endpoint) -> Result<KnownTarget, BuildError> {
        let is_signed = matches!(self.login, Some(Login::SigV4(_)));
        let named = Target::of(endpoint, is_signed);
        let target = self.given_target().unwrap_or(named);
        let is_certain = endpoint.is_aws() && named != Target::Cluster;
        // The type of a collection is given for a collection only.
        let other = self.target.filter(|_| self.collection_type.is_some());
        let expected = Some(named).filter(|_| is_certain).or(other);
        match expected {
            Some(expected) if expected != target => Err(BuildError::Target {
                host: endpoint.host().to_owned(),
                expected,
                given: target,
            }),
            _ => Ok(KnownTarget::new(target, self.collection_type)),
        }
    }

    fn given_target(&self) -> Option<Target> {
        match self.collection_type {
            Some(_) => Some(Target::Collection),
            None => self.target,
        }
    }
}

/// No permission lets a password or token go in clear text beyond loopback.
fn check_login(endpoint: &Endpoint) -> Result<(), BuildError> {
    let strict = endpoint.clone().with_cleartext(false);
    strict.check().map_err(|_| BuildError::CleartextLogin {
        host: endpoint.host().to_owned(),
    })
}

const SIGNATURE_LIFE: Duration = Duration::from_secs(5 * 60);
