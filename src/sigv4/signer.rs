use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;
use std::time::SystemTime;

use aws_credential_types::provider::ProvideCredentials;
use bytes::Bytes;
use http::header::{AUTHORIZATION, HOST};
use http::request::Parts;
use http::uri::Scheme;
use http::{HeaderName, HeaderValue};
use sha2::{Digest, Sha256};

use super::canonical::{self, Added, Dialect, SignedHeaders, Target};
use super::clock::Timestamp;
use super::host::{self, Host};
use super::key::{KeyCache, SigningKey};
use super::payload::write_hex;
use super::scratch::Scratch;
use super::{
    Clock, ContentSha256, Payload, PayloadHash, Scope, SignError, SigningOverride, SystemClock,
};
use crate::credentials::{CachedCredentials, Identity};

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
    extra_headers: Arc<[HeaderName]>,
    keys: Arc<KeyCache>,
}

impl Signer {
    /// Signs for a scope with a provider's credentials, cached and fetched anew before they expire.
    pub fn new(scope: Scope, credentials: impl ProvideCredentials + 'static) -> Self {
        Self {
            scope,
            credentials: CachedCredentials::new(credentials),
            clock: Arc::new(SystemClock),
            content_sha256: ContentSha256::default(),
            extra_headers: Arc::default(),
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
        let mut extra = self.extra_headers.to_vec();
        for name in names {
            if is_never_signed(&name) {
                return Err(HeaderNotSignable(name));
            }
            extra.push(name);
        }
        self.extra_headers = extra.into();
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
        self.sign_at(parts, payload, self.clock.now()).await
    }

    /// [Signs](Self::sign) as of a given time.
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
        let identity = self.identity(time).await?;
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
        let headers = Scratch::with(|scratch| {
            let work = self.work(parts, payload, identity, time)?;
            let headers = work.signed_headers();
            let signature = work.sign(&mut scratch.text, work.target, &headers)?;
            Ok::<_, SignError>(work.headers(scratch, &signature))
        })?;
        parts
            .headers
            .try_reserve(5)
            .map_err(|_| SignError::TooManyHeaders)?;
        headers.apply(parts);
        Ok(())
    }

    pub(crate) fn now(&self) -> SystemTime {
        self.clock.now()
    }

    pub(super) async fn identity(&self, now: SystemTime) -> Result<Arc<Identity>, SignError> {
        self.credentials
            .get(now)
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
        payload: Payload<'a>,
        identity: &'a Identity,
        time: SystemTime,
    ) -> Result<Work<'a>, SignError> {
        let scope = self.scope_of(parts);
        let time = Timestamp::new(time)?;
        let payload = match payload {
            _ if scope.service().never_signs_payloads() => unsigned(parts)?,
            Payload::Unsigned => unsigned(parts)?,
            Payload::Empty => Cow::Owned(PayloadHash::EMPTY),
            Payload::Bytes(bytes) => Cow::Owned(PayloadHash::of(bytes)),
            Payload::Hash(hash) => Cow::Borrowed(hash),
        };
        let s3 = scope.service().is_s3();
        let dialect = if s3 {
            Dialect::ObjectKey
        } else {
            Dialect::Normalized
        };
        Ok(Work {
            parts,
            target: Target::new(parts, dialect)?,
            host: Host::of(parts)?,
            sends_hash: self.content_sha256.applies_to(scope.service()),
            payload,
            extra_headers: &self.extra_headers,
            identity,
            key: self.keys.get(identity, &time, &scope),
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
    pub(super) payload: Cow<'a, PayloadHash>,
    pub(super) extra_headers: &'a [HeaderName],
    pub(super) identity: &'a Identity,
    pub(super) key: Arc<SigningKey>,
    pub(super) time: Timestamp,
}

/// One signature, and where its ingredients stand in the scratch buffer.
pub(super) struct Signature {
    pub(super) hex: [u8; 64],
    pub(super) canonical_request: Range<usize>,
    pub(super) signed_headers: Range<usize>,
    pub(super) string_to_sign: Range<usize>,
}

impl Work<'_> {
    pub(super) fn signed_headers(&self) -> SignedHeaders<'_> {
        let added = Added {
            host: self.host.as_str(),
            date: Some(self.time.as_str()),
            content_sha256: self.sends_hash.then(|| self.payload.as_str()),
            token: self.identity.session_token(),
        };
        SignedHeaders::select(&self.parts.headers, self.extra_headers, added)
    }

    /// Writes canonical request and string to sign at the end of `text`, and signs.
    pub(super) fn sign(
        &self,
        text: &mut Vec<u8>,
        target: Target<'_>,
        headers: &SignedHeaders<'_>,
    ) -> Result<Signature, SignError> {
        let start = text.len();
        let signed_headers = canonical::write_request(text, target, headers, &self.payload)?;
        let canonical_request = start..text.len();
        let digest = Sha256::digest(&text[canonical_request.clone()]);

        let start = text.len();
        text.extend_from_slice(b"AWS4-HMAC-SHA256\n");
        text.extend_from_slice(self.time.as_str().as_bytes());
        text.push(b'\n');
        text.extend_from_slice(self.key.credential_scope.as_bytes());
        text.push(b'\n');
        let hex = text.len();
        text.resize(hex + 64, 0);
        write_hex(&mut text[hex..], &digest);
        let string_to_sign = start..text.len();

        let hex = self.key.sign(&text[string_to_sign.clone()]);
        Ok(Signature {
            hex,
            canonical_request,
            signed_headers,
            string_to_sign,
        })
    }

    fn headers(&self, scratch: &mut Scratch, signature: &Signature) -> Headers {
        let host = (!host::is_sent(&self.parts.headers, self.host.as_str()))
            .then(|| scratch.host(self.host.as_str()))
            .flatten();
        Headers {
            authorization: self.authorization(&scratch.text, signature),
            host,
            date: scratch.date(&self.time),
            content_sha256: self.sends_hash.then(|| self.payload.to_header_value()),
            token: self.identity.session_token().cloned(),
        }
    }

    pub(super) fn authorization(&self, text: &[u8], signature: &Signature) -> HeaderValue {
        let credential = self.key.credential.as_bytes();
        let names = &text[signature.signed_headers.clone()];
        let pieces: [&[u8]; 6] = [
            b"AWS4-HMAC-SHA256 Credential=",
            credential,
            b", SignedHeaders=",
            names,
            b", Signature=",
            &signature.hex,
        ];
        // One exact allocation, which becomes the header value as it is.
        let value = Bytes::from(pieces.concat());
        let mut value = HeaderValue::from_maybe_shared(value)
            .expect("key id, scope, header names and hex digits are visible ASCII");
        value.set_sensitive(true);
        value
    }
}

/// The headers of one signature.
struct Headers {
    authorization: HeaderValue,
    host: Option<HeaderValue>,
    date: HeaderValue,
    content_sha256: Option<HeaderValue>,
    token: Option<HeaderValue>,
}

impl Headers {
    fn apply(self, parts: &mut Parts) {
        host::normalize_authority(&mut parts.uri);
        if let Some(host) = self.host {
            parts.headers.insert(HOST, host);
        }
        parts.headers.insert(X_AMZ_DATE, self.date);
        for (name, value) in [
            (X_AMZ_CONTENT_SHA256, self.content_sha256),
            (X_AMZ_SECURITY_TOKEN, self.token),
        ] {
            match value {
                Some(value) => parts.headers.insert(name, value),
                None => parts.headers.remove(name),
            };
        }
        parts.headers.insert(AUTHORIZATION, self.authorization);
    }
}

/// A header that must not be signed, because it changes on the way or is set after signing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("header `{0}` cannot be signed: it changes on the way")]
pub struct HeaderNotSignable(HeaderName);

fn unsigned<'a>(parts: &Parts) -> Result<Cow<'a, PayloadHash>, SignError> {
    if parts.uri.scheme() == Some(&Scheme::HTTPS) {
        Ok(Cow::Owned(PayloadHash::UNSIGNED))
    } else {
        Err(SignError::UnsignedOverCleartext)
    }
}

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

const X_AMZ_CONTENT_SHA256: HeaderName = HeaderName::from_static("x-amz-content-sha256");
const X_AMZ_DATE: HeaderName = HeaderName::from_static("x-amz-date");
const X_AMZ_SECURITY_TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");
