use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;
use std::time::SystemTime;

use aws_credential_types::provider::ProvideCredentials;
use http::header::{AUTHORIZATION, HOST};
use http::request::Parts;
use http::{HeaderName, HeaderValue};
use sha2::{Digest, Sha256};

use super::canonical::{self, Added, Dialect, ExtraHeaders, SignedHeaders, Target};
use super::clock::Timestamp;
use super::host::{self, Host};
use super::key::{Begun, Key, KeyCache};
use super::payload::UnsignedCleartext;
use super::scope::ServiceKind;
use super::scratch::Scratch;
use super::{
    Clock, ClockSkew, ContentSha256, Payload, PayloadHash, Scope, SignError, SigningOverride,
    SystemClock,
};
use crate::credentials::{CachedCredentials, Identity};
use crate::encode::hex;

/// Signs the heads of requests, with or without tower.
///
/// Shareable and cheap to clone: clones share the credentials cache and the derived keys. Signing
/// computes everything first and changes the request last, so that on error it is as it was.
#[derive(Clone, Debug)]
pub struct Signer {
    scope: Scope,
    credentials: CachedCredentials,
    clock: Arc<dyn Clock>,
    content_sha256: ContentSha256,
    extra_headers: ExtraHeaders,
    pub(super) unsigned_cleartext: UnsignedCleartext,
    keys: Arc<KeyCache>,
}

impl Signer {
    /// Signs for a scope with a provider's credentials, cached and fetched anew before they expire.
    pub fn new(scope: Scope, credentials: impl ProvideCredentials + 'static) -> Self {
        Self::from_cache(scope, CachedCredentials::new(credentials))
    }

    /// Signs for a scope with the credentials of a cache, which others may share: clone the cache.
    pub fn from_cache(scope: Scope, credentials: CachedCredentials) -> Self {
        Self {
            scope,
            credentials,
            clock: Arc::new(SystemClock),
            content_sha256: ContentSha256::default(),
            extra_headers: ExtraHeaders::default(),
            unsigned_cleartext: UnsignedCleartext::default(),
            keys: Arc::default(),
        }
    }

    /// Takes the time from this clock.
    #[must_use]
    pub fn with_clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Says when `x-amz-content-sha256` is sent.
    #[must_use]
    pub fn with_content_sha256(mut self, content_sha256: ContentSha256) -> Self {
        self.content_sha256 = content_sha256;
        self
    }

    /// Whether an unsigned payload may go over plain `http` to hosts that are not loopback. Off by
    /// default.
    ///
    /// Anyone on the way can then replace the body of a request that carries a valid signature.
    /// Presigned URLs to loopback need no permission, such as those of a MinIO under test.
    #[must_use]
    pub fn with_unsigned_cleartext(mut self, allowed: bool) -> Self {
        self.unsigned_cleartext = if allowed {
            UnsignedCleartext::Allowed
        } else {
            UnsignedCleartext::Refused
        };
        self
    }

    /// Signs these headers too, where a request has them.
    ///
    /// `host`, `content-type`, `content-md5` and every `x-amz-*` are signed anyway. What else is
    /// signed must arrive unchanged: a proxy that edits it breaks the signature.
    ///
    /// # Errors
    ///
    /// For headers that connections and proxies are known to change, or that come after signing:
    /// `authorization`, `connection`, `content-length`, `transfer-encoding`, `user-agent`,
    /// `x-forwarded-*` and their like.
    pub fn with_signed_headers(
        mut self,
        names: impl IntoIterator<Item = HeaderName>,
    ) -> Result<Self, HeaderNotSignable> {
        let names: Vec<_> = names.into_iter().collect();
        if let Some(name) = names.iter().find(|name| is_never_signed(name)) {
            return Err(HeaderNotSignable(name.clone()));
        }
        self.extra_headers = self.extra_headers.with(names);
        Ok(self)
    }

    /// The scope signed for, unless a request [overrides](SigningOverride) it.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Where this signer's credentials come from.
    pub fn credentials(&self) -> &CachedCredentials {
        &self.credentials
    }

    /// Signs a request's head for the body that will be sent with it.
    ///
    /// Sets `host`, `x-amz-date`, `authorization` and, where they apply, `x-amz-content-sha256` and
    /// `x-amz-security-token`; replaces any of these that is there.
    ///
    /// # Errors
    ///
    /// When there are no credentials, or the request cannot be signed so that every verifier agrees.
    pub async fn sign(&self, parts: &mut Parts, payload: Payload<'_>) -> Result<(), SignError> {
        let now = self.now();
        let identity = self.identity(now).await?;
        self.sign_with(parts, payload, &identity, now)
    }

    /// [Signs](Self::sign) as of a given time, with the credentials of now.
    ///
    /// # Errors
    ///
    /// As [`sign`](Self::sign).
    pub async fn sign_at(
        &self,
        parts: &mut Parts,
        payload: Payload<'_>,
        time: SystemTime,
    ) -> Result<(), SignError> {
        let identity = self.identity(self.now()).await?;
        self.sign_with(parts, payload, &identity, time)
    }

    /// [Signs](Self::sign) with a snapshot of credentials at a time, without waiting for either.
    ///
    /// # Errors
    ///
    /// As [`sign`](Self::sign), but for credentials.
    pub fn sign_with(
        &self,
        parts: &mut Parts,
        payload: Payload<'_>,
        identity: &Identity,
        time: SystemTime,
    ) -> Result<(), SignError> {
        Scratch::with(|scratch| {
            let date = scratch.date.of(time)?;
            let scope = self.scope_of(parts);
            let mut hashed = PayloadHash::EMPTY;
            let payload = payload.hash(parts, &scope, self.unsigned_cleartext, &mut hashed)?;
            let work = self.work(parts, &scope, payload, identity, &date.time)?;
            let signed = work.signed_headers();
            let signature =
                work.sign(&mut scratch.text, &mut scratch.begun, work.target, &signed)?;
            let authorization = work.authorization(&scratch.text, &signature);
            let mut authorization = HeaderValue::try_from(authorization)
                .expect("key id, scope, header names and hex digits are visible ASCII");
            authorization.set_sensitive(true);
            let host = (!work.host.is_sent()).then(|| scratch.host.of(work.host.as_str()));
            let authority_is_plain = work.host.authority_is_plain();
            let (sends_hash, replaces) = (work.sends_hash, signed.replaces());
            let token = scratch.token.of(identity);
            drop(signed);
            drop(work);

            // All is computed; now the request is changed.
            let added = 2 // the date and the authorization
                + usize::from(host.is_some())
                + usize::from(sends_hash)
                + usize::from(token.is_some());
            let headers = &mut parts.headers;
            headers
                .try_reserve(added)
                .map_err(|_| SignError::TooManyHeaders)?;
            if replaces {
                headers.remove(X_AMZ_CONTENT_SHA256);
                headers.remove(X_AMZ_SECURITY_TOKEN);
            }
            if let Some(host) = host {
                headers.insert(HOST, host.clone());
            }
            headers.insert(X_AMZ_DATE, date.value.clone());
            if sends_hash {
                headers.insert(X_AMZ_CONTENT_SHA256, payload.to_header_value());
            }
            if let Some(token) = token {
                headers.insert(X_AMZ_SECURITY_TOKEN, token.clone());
            }
            headers.insert(AUTHORIZATION, authorization);
            if !authority_is_plain {
                host::normalize_authority(&mut parts.uri);
            }
            Ok(())
        })
    }

    pub(crate) fn now(&self) -> SystemTime {
        self.clock.now()
    }

    pub(super) async fn identity(&self, now: SystemTime) -> Result<Arc<Identity>, SignError> {
        self.credentials
            .get(now, ClockSkew::ZERO)
            .await
            .map_err(SignError::Credentials)
    }

    pub(super) fn scope_of(&self, parts: &Parts) -> Cow<'_, Scope> {
        match parts.extensions.get::<SigningOverride>() {
            Some(overrides) => Cow::Owned(overrides.scope(&self.scope)),
            None => Cow::Borrowed(&self.scope),
        }
    }

    /// All that one signature depends on, checked and ready to be written.
    pub(super) fn work<'a>(
        &'a self,
        parts: &'a Parts,
        scope: &Scope,
        payload: &'a PayloadHash,
        identity: &'a Identity,
        time: &'a Timestamp,
    ) -> Result<Work<'a>, SignError> {
        let dialect = match scope.service().kind() {
            ServiceKind::S3 => Dialect::ObjectKey,
            _ => Dialect::Normalized,
        };
        Ok(Work {
            parts,
            target: Target::new(parts, dialect)?,
            host: Host::of(parts)?,
            sends_hash: self.content_sha256.applies_to(scope.service()),
            payload,
            extra_headers: &self.extra_headers,
            identity,
            key: self.keys.get(identity, time, scope),
            time,
        })
    }
}

/// One signature's input.
pub(super) struct Work<'a> {
    pub(super) parts: &'a Parts,
    pub(super) target: Target<'a>,
    pub(super) host: Host<'a>,
    pub(super) sends_hash: bool,
    pub(super) payload: &'a PayloadHash,
    pub(super) extra_headers: &'a ExtraHeaders,
    pub(super) identity: &'a Identity,
    pub(super) key: Key,
    pub(super) time: &'a Timestamp,
}

/// Where one signature and its ingredients stand in the scratch buffer.
pub(super) struct Signature {
    pub(super) canonical_request: Range<usize>,
    pub(super) signed_headers: Range<usize>,
    /// Of the canonical request.
    pub(super) hash: [u8; 64],
    pub(super) hex: Range<usize>,
}

impl Work<'_> {
    pub(super) fn signed_headers(&self) -> SignedHeaders<'_> {
        let added = Added {
            host: self.host.as_str(),
            date: Some(self.time.as_bytes()),
            content_sha256: self.sends_hash.then_some(self.payload),
            token: self.identity.session_token().map(HeaderValue::as_bytes),
        };
        SignedHeaders::select(&self.parts.headers, self.extra_headers, added)
    }

    /// Writes canonical request and signature at the end of `text`.
    pub(super) fn sign(
        &self,
        text: &mut Vec<u8>,
        begun: &mut Begun,
        target: Target<'_>,
        headers: &SignedHeaders<'_>,
    ) -> Result<Signature, SignError> {
        let start = text.len();
        let signed_headers = canonical::write_request(text, target, headers, self.payload)?;
        let canonical_request = start..text.len();
        let hash = hex(Sha256::digest(&text[canonical_request.clone()]).into());

        let signature = begun.sign(&self.key, self.time, &hash);
        let start = text.len();
        text.extend_from_slice(&signature);
        Ok(Signature {
            canonical_request,
            signed_headers,
            hash,
            hex: start..text.len(),
        })
    }

    /// The `authorization`, in one exact allocation.
    pub(super) fn authorization(&self, text: &[u8], signature: &Signature) -> Vec<u8> {
        let key = self.key.authorization();
        let names = &text[signature.signed_headers.clone()];
        let hex = &text[signature.hex.clone()];
        let length = key.len() + SIGNED_HEADERS.len() + names.len() + SIGNATURE.len() + hex.len();

        let mut out = Vec::with_capacity(length);
        out.extend_from_slice(key);
        out.extend_from_slice(SIGNED_HEADERS);
        out.extend_from_slice(names);
        out.extend_from_slice(SIGNATURE);
        out.extend_from_slice(hex);
        out
    }
}

/// A header that must not be signed, because it changes on the way or is set after signing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("header `{0}` cannot be signed: it changes on the way")]
pub struct HeaderNotSignable(HeaderName);

fn is_never_signed(name: &HeaderName) -> bool {
    const PREFIXES: [&str; 3] = ["proxy-", "sec-", "x-forwarded-"];
    const NAMES: [&str; 16] = [
        "authorization",
        "baggage",
        "connection",
        "content-length",
        "expect",
        "forwarded",
        "keep-alive",
        "te",
        "traceparent",
        "tracestate",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "via",
        "x-amzn-trace-id",
    ];
    let name = name.as_str();
    NAMES.contains(&name) || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

const SIGNED_HEADERS: &[u8] = b", SignedHeaders=";
const SIGNATURE: &[u8] = b", Signature=";
const X_AMZ_CONTENT_SHA256: HeaderName = HeaderName::from_static("x-amz-content-sha256");
const X_AMZ_DATE: HeaderName = HeaderName::from_static("x-amz-date");
const X_AMZ_SECURITY_TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");
