use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::request::Parts;

use super::super::principal::Principal;
use super::claim::{ALGORITHM, Claim};
use super::error::VerificationError;
use super::key::{self, hash};
use super::verified::VerifiedRequest;
use super::{canonical, headers, payload, query, time};

/// Verifies the SigV4 signatures of requests to one region and service.
///
/// Clones share their principals.
///
/// ```
/// use sigtower::testing::{Principal, Verifier};
///
/// let verifier = Verifier::new("us-east-1", "es").with_principal(Principal::admin());
/// let (parts, ()) = http::Request::get("http://localhost/").body(())?.into_parts();
/// let error = verifier.verify(&parts, b"").unwrap_err();
/// assert_eq!(error.status(), 403);
/// # Ok::<_, http::Error>(())
/// ```
#[derive(Clone)]
pub struct Verifier {
    region: String,
    service: String,
    principals: Arc<Mutex<Vec<Principal>>>,
    clock: Arc<dyn Fn() -> SystemTime + Send + Sync>,
}

impl Verifier {
    /// A verifier that knows no principals yet and reads the system's clock.
    pub fn new(region: impl Into<String>, service: impl Into<String>) -> Self {
        Self {
            region: region.into(),
            service: service.into(),
            principals: Arc::default(),
            clock: Arc::new(SystemTime::now),
        }
    }

    /// Adds a principal.
    #[must_use]
    pub fn with_principal(self, principal: Principal) -> Self {
        self.add_principal(principal);
        self
    }

    /// Reads this clock instead of the system's.
    #[must_use]
    pub fn with_clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// The region that requests must be signed for.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// The service that requests must be signed for.
    pub fn service(&self) -> &str {
        &self.service
    }

    /// Adds a principal. It replaces a known principal with the same access key.
    pub fn add_principal(&self, principal: Principal) {
        let mut principals = self.principals();
        principals.retain(|known| known.access_key() != principal.access_key());
        principals.push(principal);
    }

    /// Adds a principal unless its access key is known.
    pub(in crate::testing) fn add_unknown(&self, principal: &Principal) {
        let mut principals = self.principals();
        if !principals
            .iter()
            .any(|known| known.access_key() == principal.access_key())
        {
            principals.push(principal.clone());
        }
    }

    /// Adds a principal, and expires all other keys of the same ARN.
    pub fn rotate(&self, principal: Principal) {
        for known in self.principals().iter_mut() {
            if known.arn() == principal.arn() {
                known.expire();
            }
        }
        self.add_principal(principal);
    }

    /// Verifies a request whose whole body is `body`.
    ///
    /// The signed host is that of `:authority` on HTTP/2, and of the `host` header on HTTP/1.1.
    ///
    /// # Errors
    ///
    /// The first reason for which an AWS front end refuses the request.
    pub fn verify(&self, parts: &Parts, body: &[u8]) -> Result<VerifiedRequest, VerificationError> {
        headers::check_host(parts)?;
        let path = canonical::path(parts.uri.path(), payload::is_s3(&self.service))?;
        let pairs = query::pairs(parts.uri.query().unwrap_or_default())?;
        let claim = Claim::read(parts, &pairs, &self.service)?;
        self.check_scope(&claim)?;
        let principal = self.find_principal(&claim)?;
        self.check_time(&claim)?;
        headers::check_signed(parts, &claim, &self.service)?;
        let payload_hash = payload::hash_of(&self.service, parts, body, &claim)?;

        let (canonical_request, missing) =
            canonical::request(parts, &path, pairs, &claim, &payload_hash);
        let string_to_sign = format!(
            "{ALGORITHM}\n{}\n{}\n{}",
            claim.stamp,
            claim.scope,
            hash(&canonical_request)
        );
        let signed = key::signed(
            principal.secret(),
            &claim.scope,
            &string_to_sign,
            &claim.signature,
        );
        if missing || !signed || !payload::matches_header(parts, &payload_hash) {
            return Err(VerificationError::mismatch(
                &canonical_request,
                string_to_sign,
            ));
        }
        Ok(VerifiedRequest {
            principal,
            access_key: claim.access_key,
            signed_headers: claim.signed_headers,
            scope: claim.scope,
            time: claim.time,
            payload_hash,
            canonical_request: String::from_utf8_lossy(&canonical_request).into_owned(),
        })
    }

    fn check_scope(&self, claim: &Claim) -> Result<(), VerificationError> {
        let scope = &claim.scope;
        if scope.terminator != "aws4_request" {
            return Err(VerificationError::invalid(&format!(
                "Credential should be scoped with a valid terminator: 'aws4_request', not '{}'. ",
                scope.terminator
            )));
        }
        if !claim.stamp.starts_with(&scope.date) || scope.date.len() != 8 {
            return Err(VerificationError::scope_date(&scope.date, &claim.stamp));
        }
        if scope.region != self.region {
            return Err(VerificationError::invalid(&format!(
                "Credential should be scoped to a valid region, not '{}'. ",
                scope.region
            )));
        }
        if scope.service != self.service {
            return Err(VerificationError::invalid(&format!(
                "Credential should be scoped to correct service: '{}'. ",
                self.service
            )));
        }
        Ok(())
    }

    fn find_principal(&self, claim: &Claim) -> Result<Principal, VerificationError> {
        let principal = self
            .principals()
            .iter()
            .find(|known| known.access_key() == claim.access_key)
            .cloned()
            .ok_or_else(VerificationError::unknown_key)?;
        let is_same_token = match (principal.token(), &claim.token) {
            (None, None) => true,
            (Some(issued), Some(sent)) => key::same(issued.as_bytes(), sent),
            _ => false,
        };
        if !is_same_token {
            return Err(VerificationError::unknown_key());
        }
        if principal.is_expired((self.clock)()) {
            return Err(VerificationError::expired_token());
        }
        Ok(principal)
    }

    fn check_time(&self, claim: &Claim) -> Result<(), VerificationError> {
        let now = (self.clock)();
        let window = claim.expires.unwrap_or(WINDOW);
        let minutes = window.as_secs() / 60;
        let earliest = now.checked_sub(window).unwrap_or(UNIX_EPOCH);
        let latest = now.checked_add(WINDOW).unwrap_or(now);
        // A signature states its time in whole seconds, so whole seconds are compared.
        if claim.stamp < time::format(earliest) {
            return Err(VerificationError::invalid(&format!(
                "Signature expired: {} is now earlier than {} ({} - {minutes} min.)",
                claim.stamp,
                time::format(earliest),
                time::format(now)
            )));
        }
        if claim.stamp > time::format(latest) {
            return Err(VerificationError::invalid(&format!(
                "Signature not yet current: {} is still later than {} ({} + 5 min.)",
                claim.stamp,
                time::format(latest),
                time::format(now)
            )));
        }
        Ok(())
    }

    fn principals(&self) -> MutexGuard<'_, Vec<Principal>> {
        self.principals
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("region", &self.region)
            .field("service", &self.service)
            .field("principals", &*self.principals())
            .finish_non_exhaustive()
    }
}

/// How far the time of a signature may be from the verifier's clock, in either direction.
const WINDOW: Duration = Duration::from_secs(5 * 60);
