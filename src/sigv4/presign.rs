//! URLs that contain their own signature
//! ([AWS](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html)).

use std::time::Duration;

use http::uri::PathAndQuery;
use http::{HeaderValue, Uri};

use super::canonical::{Added, SignedHeaders, Target};
use super::error::SignError;
use super::host;
use super::key::LastStart;
use super::payload::Payload;
use super::scope::{ServiceKind, ServiceName};
use super::signature::SignatureInput;
use crate::encode::push_bytes;

/// The lifetime of a URL in whole seconds.
pub(super) fn seconds(expires: Duration) -> Result<u64, SignError> {
    match expires.as_secs() {
        seconds @ 1..=604_800 => Ok(seconds),
        seconds => Err(SignError::Expires(seconds)),
    }
}

/// What a service expects to be signed for the body. S3 does not know the body in advance.
pub(super) fn payload<'a>(
    service: &ServiceName,
    payload: Payload<'a>,
) -> Result<Payload<'a>, SignError> {
    match service.kind() {
        ServiceKind::OpenSearch => Err(SignError::PresignUnsupported(service.clone())),
        ServiceKind::S3 => Ok(Payload::Unsigned),
        _ => Ok(payload),
    }
}

impl SignatureInput<'_> {
    pub(super) fn presign(&self, seconds: u64) -> Result<Uri, SignError> {
        let added = Added {
            host: self.host.as_str(),
            date: None,
            content_sha256: None,
            token: None,
        };
        let headers = SignedHeaders::select(&self.parts.headers, self.extra_headers, added)?;
        let mut query = self.query_before_signature(&headers, seconds);
        let target = Target {
            query: &query,
            ..self.target
        };
        let mut text = Vec::new();
        let signature = self.sign(&mut text, &mut LastStart::default(), target, &headers)?;
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
        // Most servers read a plus in a query as a space, but not all do.
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

const TOO_LONG: SignError =
    SignError::Query("with the parameters of a signature it is too long for a URI; shorten it");
