use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_credential_types::provider::ProvideCredentials;
use http::header::{AUTHORIZATION, HOST};
use http::request::Parts;
use http::{HeaderName, HeaderValue, Uri};

use super::canonical::{ExtraHeaders, Target, UriRules};
use super::chunk_signer::ChunkSigner;
use super::chunked_payload::ChunkedPayload;
use super::clock::{Clock, SystemClock, Timestamp};
use super::error::SignError;
use super::explain::Explanation;
use super::host::{self, Host};
use super::key::KeyCache;
use super::never_signed::{self, HeaderNotSignable};
use super::overrides::SigningOverride;
use super::payload::{ContentSha256, Payload, PayloadHash, UnsignedCleartext};
use super::presign;
use super::scope::{Scope, ServiceKind};
use super::scratch::Scratch;
use super::signature::{SignatureInput, signature_of};
use crate::clock_skew::ClockSkew;
use crate::credentials::{CachedCredentials, Identity};

/// Signs the heads of requests, with or without tower.
///
/// Clones share the credentials cache and the derived keys, and are cheap. On error, the request is
/// unchanged.
///
/// ```
/// use http::Request;
/// use sigtower::sigv4::{Payload, Scope, Signer};
/// use sigtower::Credentials;
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret", None);
/// let signer = Signer::new(Scope::new("us-east-1", "execute-api")?, credentials);
///
/// let body = r#"{"name":"Ada"}"#;
/// let request = Request::post("https://abc.execute-api.us-east-1.amazonaws.com/users").body(body)?;
/// let (mut parts, body) = request.into_parts();
/// signer.sign(&mut parts, Payload::Bytes(body.as_bytes())).await?;
/// assert!(parts.headers.contains_key("authorization"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Signer {
    scope: Scope,
    credentials: CachedCredentials,
    clock: Arc<dyn Clock>,
    content_sha256: ContentSha256,
    extra_headers: ExtraHeaders,
    unsigned_cleartext: UnsignedCleartext,
    keys: Arc<KeyCache>,
}

impl Signer {
    /// A signer for a scope. Credentials are cached, and fetched again before they expire.
    pub fn new(scope: Scope, credentials: impl ProvideCredentials + 'static) -> Self {
        Self::from_cache(scope, CachedCredentials::new(credentials))
    }

    /// Signs a request's head for the body that will be sent with it.
    ///
    /// Sets `host`, `x-amz-date` and `authorization`, and where they apply `x-amz-content-sha256`
    /// and `x-amz-security-token`. Existing values of these are replaced, except an explicit `host`.
    ///
    /// # Errors
    ///
    /// When there are no credentials, or when verifiers could disagree about the request.
    pub async fn sign(&self, parts: &mut Parts, payload: Payload<'_>) -> Result<(), SignError> {
        let now = self.now();
        let identity = self.identity(now).await?;
        self.sign_with(parts, payload, &identity, now)
    }

    /// [Signs](Self::sign) for a given time, with the credentials that are current now.
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

    /// [Signs](Self::sign) with given credentials for a given time. Does not wait.
    ///
    /// # Errors
    ///
    /// As [`sign`](Self::sign), except for missing credentials.
    pub fn sign_with(
        &self,
        parts: &mut Parts,
        payload: Payload<'_>,
        identity: &Identity,
        time: SystemTime,
    ) -> Result<(), SignError> {
        if let Payload::Chunked(chunked) = payload {
            return self.sign_chunked(parts, chunked, identity, time);
        }
        Scratch::with(|scratch| {
            let date = scratch.date.of(time)?;
            let scope = self.scope_of(parts);
            let mut hashed = PayloadHash::EMPTY;
            let payload = payload.hash(parts, &scope, self.unsigned_cleartext, &mut hashed)?;
            let input = self.input(parts, &scope, payload, identity, &date.time)?;
            let signed = input.signed_headers()?;
            let signature =
                input.sign(&mut scratch.text, &mut scratch.start, input.target, &signed)?;
            let authorization = input.authorization(&scratch.text, &signature);
            let mut authorization = HeaderValue::try_from(authorization)
                .expect("key id, scope, header names and hex digits are visible ASCII");
            authorization.set_sensitive(true);
            let host = (!input.host.is_sent()).then(|| scratch.host.of(input.host.as_str()));
            let authority_is_plain = input.host.authority_is_plain();
            let (sends_hash, replaces) = (input.sends_hash, signed.replaces());
            let token = scratch.token.of(identity);
            drop(signed);
            drop(input);

            // Everything is computed. From here on nothing fails except the reservation.
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

    /// A URL that contains its own signature and is valid for `expires`, without further headers.
    ///
    /// Anyone who has the URL can send the request. Headers of `parts` that would be signed by
    /// [`sign`](Self::sign) are signed here too, and must be sent with the URL. For S3 the body is
    /// not signed.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use sigtower::Credentials;
    /// # use sigtower::sigv4::{Payload, Scope, Signer};
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// # let signer = Signer::new(Scope::new("us-east-1", "s3")?, Credentials::new("a", "b", None));
    /// let request = http::Request::get("https://my-bucket.s3.us-east-1.amazonaws.com/report.pdf");
    /// let (parts, ()) = request.body(())?.into_parts();
    /// let url = signer.presign(&parts, Payload::Empty, Duration::from_secs(600)).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`sign`](Self::sign). When `expires` is not 1 to 604,800 seconds. For `es` and `aoss`,
    /// which [do not accept such URLs](SignError::PresignUnsupported). For S3 over `http`, unless the
    /// host is `localhost` or a loopback address, or
    /// [`with_unsigned_cleartext(true)`](Self::with_unsigned_cleartext) was called.
    pub async fn presign(
        &self,
        parts: &Parts,
        payload: Payload<'_>,
        expires: Duration,
    ) -> Result<Uri, SignError> {
        let seconds = presign::seconds(expires)?;
        let scope = self.scope_of(parts);
        let payload = presign::payload(scope.service(), payload)?;
        let now = self.now();
        let identity = self.identity(now).await?;
        let time = Timestamp::new(now)?;
        let cleartext = self.unsigned_cleartext.of_presigned();
        let mut hashed = PayloadHash::EMPTY;
        let payload = payload.hash(parts, &scope, cleartext, &mut hashed)?;
        self.input(parts, &scope, payload, &identity, &time)?
            .presign(seconds)
    }

    /// Shows how a request would be signed, and leaves it unchanged.
    ///
    /// ```
    /// # use sigtower::Credentials;
    /// # use sigtower::sigv4::{Payload, Scope, Signer};
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// # let signer = Signer::new(Scope::new("us-east-1", "es")?, Credentials::new("a", "b", None));
    /// let request = http::Request::get("https://search.example/_cluster/health").body(())?;
    /// let (parts, ()) = request.into_parts();
    /// println!("{}", signer.explain(&parts, Payload::Empty).await?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`sign`](Self::sign).
    pub async fn explain(
        &self,
        parts: &Parts,
        payload: Payload<'_>,
    ) -> Result<Explanation, SignError> {
        let now = self.now();
        let identity = self.identity(now).await?;
        self.explain_with(parts, payload, &identity, now)
    }

    /// [Shows](Self::explain) how a request is signed with given credentials for a given time.
    ///
    /// # Errors
    ///
    /// As [`sign_with`](Self::sign_with).
    pub fn explain_with(
        &self,
        parts: &Parts,
        payload: Payload<'_>,
        identity: &Identity,
        time: SystemTime,
    ) -> Result<Explanation, SignError> {
        let time = Timestamp::new(time)?;
        let scope = self.scope_of(parts);
        if let Payload::Chunked(chunked) = payload {
            let framed = chunked.framed(parts, &scope)?;
            let input = self.input(&framed, &scope, &PayloadHash::CHUNKED, identity, &time)?;
            return input.explain();
        }
        let mut hashed = PayloadHash::EMPTY;
        let payload = payload.hash(parts, &scope, self.unsigned_cleartext, &mut hashed)?;
        self.input(parts, &scope, payload, identity, &time)?
            .explain()
    }

    /// A signer that uses the credentials of a cache. Clones of the cache share its contents.
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

    /// Takes the time from this clock and not from the operating system.
    #[must_use]
    pub fn with_clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Decides when `x-amz-content-sha256` is sent. By default, the service decides.
    #[must_use]
    pub fn with_content_sha256(mut self, content_sha256: ContentSha256) -> Self {
        self.content_sha256 = content_sha256;
        self
    }

    /// Whether an unsigned payload may go over plain `http` to hosts that are not loopback. Off by
    /// default.
    ///
    /// Anyone on the way can then replace the body of a request that has a valid signature.
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
    /// `host`, `content-type`, `content-md5` and every `x-amz-*` are always signed. Any other signed
    /// header must arrive unchanged: a proxy that edits it breaks the signature.
    ///
    /// # Errors
    ///
    /// For headers that connections and proxies are known to change, or that are set after signing:
    /// `authorization`, `connection`, `content-length`, `transfer-encoding`, `user-agent`,
    /// `x-forwarded-*` and similar ones.
    pub fn with_signed_headers(
        mut self,
        names: impl IntoIterator<Item = HeaderName>,
    ) -> Result<Self, HeaderNotSignable> {
        let names: Vec<_> = names.into_iter().collect();
        never_signed::check(&names)?;
        self.extra_headers = self.extra_headers.with(names);
        Ok(self)
    }

    /// The scope signed for, unless a request [overrides](SigningOverride) it.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The source of this signer's credentials.
    pub fn credentials(&self) -> &CachedCredentials {
        &self.credentials
    }

    pub(crate) fn now(&self) -> SystemTime {
        self.clock.now()
    }

    async fn identity(&self, now: SystemTime) -> Result<Arc<Identity>, SignError> {
        self.credentials
            .get(now, ClockSkew::ZERO)
            .await
            .map_err(SignError::Credentials)
    }

    pub(crate) fn scope_of(&self, parts: &Parts) -> Cow<'_, Scope> {
        match parts.extensions.get::<SigningOverride>() {
            Some(overrides) => Cow::Owned(overrides.scope(&self.scope)),
            None => Cow::Borrowed(&self.scope),
        }
    }

    /// Signs a head for a body in chunks, and gives the body what it signs its chunks with.
    #[cold]
    fn sign_chunked(
        &self,
        parts: &mut Parts,
        chunked: &ChunkedPayload,
        identity: &Identity,
        time: SystemTime,
    ) -> Result<(), SignError> {
        let scope = self.scope_of(parts);
        let mut framed = chunked.framed(parts, &scope)?;
        let payload = Payload::Hash(&PayloadHash::CHUNKED);
        self.sign_with(&mut framed, payload, identity, time)?;
        let time = Timestamp::new(time)?;
        let key = self.keys.get(identity, &time, &scope);
        chunked.start(ChunkSigner::new(&key, &time, signature_of(&framed)));
        drop(scope);
        *parts = framed;
        Ok(())
    }

    /// Everything that one signature depends on, checked.
    fn input<'a>(
        &'a self,
        parts: &'a Parts,
        scope: &Scope,
        payload: &'a PayloadHash,
        identity: &'a Identity,
        time: &'a Timestamp,
    ) -> Result<SignatureInput<'a>, SignError> {
        let rules = match scope.service().kind() {
            ServiceKind::S3 => UriRules::S3,
            _ => UriRules::Standard,
        };
        Ok(SignatureInput {
            parts,
            target: Target::new(parts, rules)?,
            host: Host::of(parts)?,
            sends_hash: self.content_sha256.applies_to(scope.service()) || payload.is_chunked(),
            payload,
            extra_headers: &self.extra_headers,
            identity,
            key: self.keys.get(identity, time, scope),
            time,
        })
    }
}

const X_AMZ_CONTENT_SHA256: HeaderName = HeaderName::from_static("x-amz-content-sha256");
const X_AMZ_DATE: HeaderName = HeaderName::from_static("x-amz-date");
const X_AMZ_SECURITY_TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");

#[cfg(test)]
mod tests {
    use aws_credential_types::Credentials;
    use http::Request;

    use super::super::key::LastStart;
    use super::*;

    #[test]
    fn the_authorization_is_one_allocation_of_its_size() {
        let keys = Credentials::new("AKID", "secret", Some("token".into()), None, "test");
        let identity = Identity::new(&keys).unwrap();
        let signer = Signer::new(Scope::new("us-east-1", "es").unwrap(), keys);
        let request = Request::get("https://localhost/_search?q=a").header("x-opaque-id", "7");
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let time = Timestamp::new(SystemTime::UNIX_EPOCH).unwrap();
        let scope = signer.scope_of(&parts);
        let input = signer.input(&parts, &scope, &PayloadHash::EMPTY, &identity, &time);
        let input = input.unwrap();
        let headers = input.signed_headers().unwrap();
        let (mut text, mut start) = (Vec::new(), LastStart::default());
        let signature = input.sign(&mut text, &mut start, input.target, &headers);
        let authorization = input.authorization(&text, &signature.unwrap());
        assert_eq!(authorization.len(), authorization.capacity());
    }
}
