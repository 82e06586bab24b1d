//! Signing keys, derived once and cached.

use std::fmt::{self, Write as _};
use std::hint::black_box;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arc_swap::{ArcSwap, Guard};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::clock::Timestamp;
use super::derive::signing_mac;
use super::scope::{Region, Scope, ServiceName};
use crate::credentials::Identity;
use crate::encode::hex;

/// A derived key, and the texts that depend on nothing else.
pub(super) struct SigningKey {
    /// Unique in this process.
    id: u64,
    generation: u64,
    day: u64,
    region: Region,
    service: ServiceName,
    /// Initialized with the key, so that signing copies two hash states instead of hashing the key.
    mac: Hmac<Sha256>,
    /// `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/es/aws4_request`
    authorization: Box<str>,
    credential_at: usize,
    scope_at: usize,
}

impl SigningKey {
    fn derive(identity: &Identity, time: &Timestamp, scope: &Scope) -> Self {
        let (region, service) = (scope.region(), scope.service());
        let mut authorization = String::from("AWS4-HMAC-SHA256 Credential=");
        let credential_at = authorization.len();
        authorization.push_str(identity.access_key_id());
        authorization.push('/');
        let scope_at = authorization.len();
        let date = time.date();
        let secret = identity.secret_access_key();
        _ = write!(authorization, "{date}/{region}/{service}/aws4_request");
        static ID: AtomicU64 = AtomicU64::new(0);
        Self {
            id: ID.fetch_add(1, Ordering::Relaxed),
            generation: identity.generation(),
            day: time.day(),
            region: region.clone(),
            service: service.clone(),
            mac: signing_mac(secret, date, region.as_str(), service.as_str()),
            authorization: authorization.into(),
            credential_at,
            scope_at,
        }
    }

    fn is_for(&self, identity: &Identity, time: &Timestamp, scope: &Scope) -> bool {
        self.day == time.day()
            && self.generation == identity.generation()
            && self.region == *scope.region()
            && self.service == *scope.service()
    }

    /// An HMAC with this key.
    pub(super) fn mac(&self) -> Hmac<Sha256> {
        self.mac.clone()
    }

    /// The string to sign up to the hash of the canonical request.
    pub(super) fn start_of_string_to_sign<'a>(&'a self, time: &'a Timestamp) -> [&'a [u8]; 5] {
        let date = time.as_bytes();
        let scope = self.credential_scope();
        [b"AWS4-HMAC-SHA256\n", date, b"\n", scope, b"\n"]
    }

    /// `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/es/aws4_request`
    pub(super) fn authorization(&self) -> &[u8] {
        self.authorization.as_bytes()
    }

    /// `AKIDEXAMPLE/20150830/us-east-1/es/aws4_request`
    pub(super) fn credential(&self) -> &[u8] {
        &self.authorization()[self.credential_at..]
    }

    /// `20150830/us-east-1/es/aws4_request`
    pub(super) fn credential_scope(&self) -> &[u8] {
        &self.authorization()[self.scope_at..]
    }
}

/// Overwrites the state that the key made of the HMAC: with it alone, anyone could sign.
impl Drop for SigningKey {
    fn drop(&mut self) {
        self.mac = Hmac::new_from_slice(&[]).expect("HMAC takes keys of any length");
        // Without this, the compiler could leave out a write that nothing reads.
        black_box(&mut self.mac);
    }
}

/// The last HMAC of the start of a string to sign, kept for each thread.
///
/// The start is the same for all signatures with one key in one second, and longer than one block to
/// hash. The state that stays after the last signature of a thread can sign for that second only.
#[derive(Default)]
pub(super) struct LastStart(Option<Start>);

struct Start {
    key: u64,
    time: Timestamp,
    /// Has taken whole blocks only: copying a state that holds part of a block costs more.
    mac: Hmac<Sha256>,
    /// The part after the last whole block, followed by room for a hash.
    rest: Vec<u8>,
}

impl LastStart {
    /// The signature of a canonical request with this hash. Both are lower-case hexadecimal.
    pub(super) fn sign(&mut self, key: &SigningKey, time: &Timestamp, hash: &[u8; 64]) -> [u8; 64] {
        let is_it = |it: &Start| it.key == key.id && it.time.is_same(time);
        if !self.0.as_ref().is_some_and(is_it) {
            let start = key.start_of_string_to_sign(time).concat();
            let (blocks, rest) = start.split_at(start.len() / 64 * 64);
            let mut mac = key.mac.clone();
            mac.update(blocks);
            self.0 = Some(Start {
                key: key.id,
                time: *time,
                mac,
                rest: [rest, &[0; 64]].concat(),
            });
        }
        let start = self.0.as_mut().expect("just set");
        if let Some(place) = start.rest.last_chunk_mut() {
            *place = *hash;
        }
        let mut mac = start.mac.clone();
        mac.update(&start.rest);
        hex(mac.finalize().into_bytes().into())
    }
}

/// The keys in use, for one source of credentials.
///
/// Reading takes no lock. Keys of replaced credentials are dropped when the first key of the new
/// credentials is derived.
pub(super) struct KeyCache(ArcSwap<Vec<Arc<SigningKey>>>);

impl KeyCache {
    pub(super) fn get(&self, identity: &Identity, time: &Timestamp, scope: &Scope) -> Key {
        let keys = self.0.load();
        match keys
            .iter()
            .position(|key| key.is_for(identity, time, scope))
        {
            Some(at) => Key::Cached { keys, at },
            None => Key::Derived(self.derive(identity, time, scope)),
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

/// A key, borrowed for one signature.
///
/// A cached key is guarded and not reference-counted, because threads would contend for the count.
pub(super) enum Key {
    Cached { keys: Guard<Keys>, at: usize },
    Derived(Arc<SigningKey>),
}

type Keys = Arc<Vec<Arc<SigningKey>>>;

impl Deref for Key {
    type Target = SigningKey;

    fn deref(&self) -> &SigningKey {
        match self {
            Self::Cached { keys, at } => &keys[*at],
            Self::Derived(key) => key,
        }
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

/// How many scopes one signer is likely to serve at a time. Each further scope costs a derivation.
const CAPACITY: usize = 16;

#[cfg(test)]
mod tests {
    use std::ptr;
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
        assert!(ptr::eq(&*first, &*cache.get(&me, &at(86_399), &es)));

        let tomorrow = cache.get(&me, &at(86_400), &es);
        assert!(!ptr::eq(&*first, &*tomorrow));
        let elsewhere = cache.get(&me, &at(0), &Scope::new("eu-west-1", "es").unwrap());
        assert!(!ptr::eq(&*first, &*elsewhere));
        let other_service = cache.get(&me, &at(0), &Scope::new("us-east-1", "s3").unwrap());
        assert!(!ptr::eq(&*first, &*other_service));
        let again = cache.get(&me, &at(0), &es);
        assert!(ptr::eq(&*first, &*again), "the first is still there");
    }

    #[test]
    fn keys_of_replaced_credentials_are_dropped() {
        let cache = KeyCache::default();
        let es = Scope::new("us-east-1", "es").unwrap();
        let old = match cache.get(&identity("old"), &at(0), &es) {
            Key::Derived(old) => Arc::downgrade(&old),
            Key::Cached { .. } => panic!("the cache has a key before one was derived"),
        };
        assert!(old.upgrade().is_some());
        // Both have the same key id, so the secret decides.
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
