//! Builds a client from the settings of its builder.

use std::time::Duration;

use super::build_error::BuildError;
use super::builder::ClientBuilder;
use super::client::Client;
use crate::endpoint::{Endpoint, EndpointError};
use crate::opensearch::call::idempotency;
use crate::sigv4::SigV4Layer;
use crate::stack::Stack;
use crate::transport::Transport;

impl ClientBuilder {
    /// Builds the client.
    ///
    /// # Errors
    ///
    /// When the URL, the region, the service or the address to connect to is not valid; when the
    /// host contradicts the region or service that was given, or contains none and none was given;
    /// when there are no credentials, no TLS or no root certificates; when
    /// [`attempt_timeout`](Self::attempt_timeout) is 5 minutes or more.
    pub fn build(self) -> Result<Client, BuildError> {
        let endpoint = self.endpoint()?;
        let scope = endpoint.scope()?;
        let attempt = self.config.attempt_timeout();
        if attempt >= SIGNATURE_LIFE {
            return Err(BuildError::AttemptTimeout(attempt));
        }
        let cache = self.credentials.ok_or(BuildError::NoCredentials)?;
        let mut sign = SigV4Layer::from_cache(scope.clone(), cache);
        if let Some(clock) = self.clock {
            sign = sign.with_clock(clock);
        }
        // Paths have these meanings only for OpenSearch; elsewhere the method alone decides.
        let config = match scope.service().as_str() {
            "es" | "aoss" => self.config.with_idempotency(idempotency::of),
            _ => self.config,
        };
        let stack = match self.over {
            // The limit protects the connections of our transport, which the caller's service does not use.
            Some(own) => {
                let config = config.or_max_concurrent_requests(usize::MAX);
                Stack::new(own, sign, &config)
            }
            None => Stack::new(Transport::new(&endpoint, &self.transport)?, sign, &config),
        };
        Ok(Client::new(endpoint, scope, stack, self.records_query_text))
    }

    pub(super) fn endpoint(&self) -> Result<Endpoint, EndpointError> {
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
            endpoint = endpoint.with_connect_to(address)?;
        }
        endpoint = endpoint.with_cleartext(self.allows_cleartext);
        endpoint.check()?;
        Ok(endpoint)
    }
}

const SIGNATURE_LIFE: Duration = Duration::from_secs(5 * 60);
