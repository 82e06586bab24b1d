use std::time::Duration;

use http::request::Parts;
use http::uri::PathAndQuery;
use http::{HeaderValue, Uri};

use super::canonical::{Added, SignedHeaders, Target};
use super::clock::Timestamp;
use super::host;
use super::key::Begun;
use super::payload::UnsignedCleartext;
use super::scope::ServiceKind;
use super::signer::{Signer, Work};
use super::{Payload, PayloadHash, SignError};
use crate::encode::push_bytes;

impl Signer {
    /// A URL that carries its own signature and works for so long, without further headers.
    ///
    /// Whoever has the URL can send the request. Headers of `parts` that would be signed otherwise
    /// are signed here too, and must be sent with it. For S3 the body is not signed.
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
    /// As [`sign`](Signer::sign); when the lifetime is not 1 to 604,800 seconds; and for `es` and
    /// `aoss`, which [refuse such URLs](SignError::PresignUnsupported).
    pub async fn presign(
        &self,
        parts: &Parts,
        payload: Payload<'_>,
        expires: Duration,
    ) -> Result<Uri, SignError> {
        let seconds = expires.as_secs();
        if !(1..=604_800).contains(&seconds) {
            return Err(SignError::Expires(seconds));
        }
        let scope = self.scope_of(parts);
        let service = scope.service();
        if matches!(service.as_str(), "es" | "aoss") {
            return Err(SignError::PresignUnsupported(service.clone()));
        }
        let payload = if service.kind() == ServiceKind::S3 {
            Payload::Unsigned
        } else {
            payload
        };
        let cleartext = match self.unsigned_cleartext {
            UnsignedCleartext::Refused => UnsignedCleartext::ToLoopback,
            chosen => chosen,
        };
        let now = self.now();
        let identity = self.identity(now).await?;
        let time = Timestamp::new(now)?;
        let mut hashed = PayloadHash::EMPTY;
        let payload = payload.hash(parts, &scope, cleartext, &mut hashed)?;
        self.work(parts, &scope, payload, &identity, &time)?
            .presign(seconds)
    }
}

impl Work<'_> {
    fn presign(&self, seconds: u64) -> Result<Uri, SignError> {
        let added = Added {
            host: self.host.as_str(),
            date: None,
            content_sha256: None,
            token: None,
        };
        let headers = SignedHeaders::select(&self.parts.headers, self.extra_headers, added);
        let mut query = self.query_before_signature(&headers, seconds);
        let target = Target {
            query: &query,
            ..self.target
        };
        let mut text = Vec::new();
        let signature = self.sign(&mut text, &mut Begun::default(), target, &headers)?;
        query.push_str("&X-Amz-Signature=");
        query.push_str(&String::from_utf8_lossy(&text[signature.hex]));

        let path = self.parts.uri.path();
        let path_and_query = PathAndQuery::try_from(format!("{path}?{query}"));
        let mut uri = self.parts.uri.clone().into_parts();
        uri.path_and_query = Some(path_and_query.map_err(|_| TOO_LONG)?);
        let mut uri = Uri::from_parts(uri).map_err(|_| SignError::MissingHost)?;
        host::normalize_authority(&mut uri);
        Ok(uri)
    }

    fn query_before_signature(&self, headers: &SignedHeaders<'_>, seconds: u64) -> String {
        let mut names = Vec::new();
        headers.write_names(&mut names);
        let expires = seconds.to_string();
        let token = self.identity.session_token().map(HeaderValue::as_bytes);
        let ours = [
            ("X-Amz-Algorithm", Some(&b"AWS4-HMAC-SHA256"[..])),
            ("X-Amz-Credential", Some(self.key.credential())),
            ("X-Amz-Date", Some(self.time.as_bytes())),
            ("X-Amz-Expires", Some(expires.as_bytes())),
            ("X-Amz-Security-Token", token),
            ("X-Amz-SignedHeaders", Some(&names)),
        ];

        let is_ours = |part: &&str| {
            let name = part.split('=').next().unwrap_or_default();
            name == "X-Amz-Signature" || ours.iter().any(|(ours, _)| *ours == name)
        };
        // A plus is a space in a query, but not to everybody.
        let own = self
            .target
            .query
            .split('&')
            .filter(|part| !part.is_empty() && !is_ours(part));
        let mut query: Vec<u8> = own.collect::<Vec<_>>().join("&").replace('+', "%20").into();
        for (name, value) in ours {
            let Some(value) = value else { continue };
            if !query.is_empty() {
                query.push(b'&');
            }
            query.extend_from_slice(name.as_bytes());
            query.push(b'=');
            push_bytes(&mut query, value);
        }
        String::from_utf8_lossy(&query).into_owned()
    }
}

const TOO_LONG: SignError = SignError::Query("it is too long with the signature's parameters");
