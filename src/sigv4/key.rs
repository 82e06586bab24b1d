//! Signing keys, derived once and kept: the only file that names `aws_sigv4`.

use std::fmt;
use std::sync::Arc;

use arc_swap::ArcSwap;
use aws_sigv4::sign::v4::generate_signing_key;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::clock::Timestamp;
use super::payload::write_hex;
use super::{Region, Scope, ServiceName};
use crate::credentials::Identity;

/// A derived key and the texts that depend on nothing else.
pub(super) struct SigningKey {
    generation: u64,
    day: u64,
    region: Region,
    service: ServiceName,
    /// Keyed already, so that signing clones two hash states instead of hashing the key.
    mac: Hmac<Sha256>,
    /// `20150830/us-east-1/es/aws4_request`
    pub(super) credential_scope: Box<str>,
    /// `AKIDEXAMPLE/20150830/us-east-1/es/aws4_request`
    pub(super) credential: Box<str>,
}

impl SigningKey {
    fn derive(identity: &Identity, time: &Timestamp, scope: &Scope) -> Self {
        let (region, service) = (scope.region(), scope.service());
        let key = generate_signing_key(
            identity.secret_access_key(),
            time.to_system_time(),
            region.as_str(),
            service.as_str(),
        );
        let credential_scope = format!("{}/{region}/{service}/aws4_request", time.date());
        Self {
            generation: identity.generation(),
            day: time.day(),
            region: region.clone(),
            service: service.clone(),
            mac: Hmac::new_from_slice(key.as_ref()).expect("HMAC takes keys of any length"),
            credential: format!("{}/{credential_scope}", identity.access_key_id()).into(),
            credential_scope: credential_scope.into(),
        }
    }

    fn is_for(&self, identity: &Identity, time: &Timestamp, scope: &Scope) -> bool {
        self.day == time.day()
            && self.generation == identity.generation()
            && self.region == *scope.region()
            && self.service == *scope.service()
    }

    /// The signature in lower-case hex.
    pub(super) fn sign(&self, string_to_sign: &[u8]) -> [u8; 64] {
        let mut mac = self.mac.clone();
        mac.update(string_to_sign);
        let mut signature = [0; 64];
        write_hex(&mut signature, &mac.finalize().into_bytes());
        signature
    }
}

/// The keys in use, for one source of credentials.
///
/// Reading takes no lock. Keys of credentials that have been replaced are dropped as soon as a key
/// of the new ones is derived.
pub(super) struct KeyCache(ArcSwap<Vec<Arc<SigningKey>>>);

impl KeyCache {
    pub(super) fn get(
        &self,
        identity: &Identity,
        time: &Timestamp,
        scope: &Scope,
    ) -> Arc<SigningKey> {
        let keys = self.0.load();
        match keys.iter().find(|key| key.is_for(identity, time, scope)) {
            Some(key) => Arc::clone(key),
            None => self.derive(identity, time, scope),
        }
    }

    #[cold]
    fn derive(&self, identity: &Identity, time: &Timestamp, scope: &Scope) -> Arc<SigningKey> {
        let derived = Arc::new(SigningKey::derive(identity, time, scope));
        self.0.rcu(|keys| {
            let kept = keys
                .iter()
                .filter(|key| key.generation == derived.generation);
            std::iter::once(&derived)
                .chain(kept)
                .take(CAPACITY)
                .cloned()
                .collect::<Vec<_>>()
        });
        derived
    }
}

impl Default for KeyCache {
    fn default() -> Self {
        Self(ArcSwap::from_pointee(Vec::new()))
    }
}

impl fmt::Debug for KeyCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyCache")
            .field("keys", &self.0.load().len())
            .finish()
    }
}

/// Scopes a single signer is likely to serve at a time; one more costs a derivation, no more.
const CAPACITY: usize = 16;

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;
    use crate::credentials::Credentials;

    fn identity(secret: &str) -> Identity {
        Identity::new(&Credentials::new("AKIDEXAMPLE", secret, None).into()).unwrap()
    }

    fn at(seconds: u64) -> Timestamp {
        Timestamp::new(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)).unwrap()
    }

    #[test]
    fn a_key_is_derived_once_for_credentials_day_and_scope() {
        let (cache, me) = (KeyCache::default(), identity("secret"));
        let es = Scope::new("us-east-1", "es").unwrap();
        let first = cache.get(&me, &at(0), &es);
        assert!(Arc::ptr_eq(&first, &cache.get(&me, &at(86_399), &es)));

        let tomorrow = cache.get(&me, &at(86_400), &es);
        assert!(!Arc::ptr_eq(&first, &tomorrow));
        let elsewhere = cache.get(&me, &at(0), &Scope::new("eu-west-1", "es").unwrap());
        assert!(!Arc::ptr_eq(&first, &elsewhere));
        let other_service = cache.get(&me, &at(0), &Scope::new("us-east-1", "s3").unwrap());
        assert!(!Arc::ptr_eq(&first, &other_service));
        assert!(
            Arc::ptr_eq(&first, &cache.get(&me, &at(0), &es)),
            "the first is still there"
        );
    }

    #[test]
    fn keys_of_replaced_credentials_are_dropped() {
        let cache = KeyCache::default();
        let es = Scope::new("us-east-1", "es").unwrap();
        let old = Arc::downgrade(&cache.get(&identity("old"), &at(0), &es));
        assert!(old.upgrade().is_some());
        // The same key id: it is the credentials that count.
        cache.get(&identity("new"), &at(0), &es);
        assert!(old.upgrade().is_none());
    }

    #[test]
    fn the_cache_stays_small() {
        let (cache, me) = (KeyCache::default(), identity("secret"));
        let es = Scope::new("us-east-1", "es").unwrap();
        for day in 0..100 {
            cache.get(&me, &at(day * 86_400), &es);
        }
        assert_eq!(cache.0.load().len(), CAPACITY);
    }
}
