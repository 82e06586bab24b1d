//! The head of a request: its framing, and its signature by a layer's settings.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::SystemTime;

use http::HeaderValue;
use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use http::request::Parts;

use super::settings::Settings;
use crate::clock_skew::ClockSkew;
use crate::credentials::{CredentialsError, Identity};
use crate::sigv4::error::SignError;
use crate::sigv4::payload::Payload;
use crate::sigv4::record::{Signed, SigningRecord};
use crate::sigv4::signature::signature_of;
use crate::sigv4::signer::Signer;

/// Credentials that are being fetched.
pub(super) type Loading =
    Pin<Box<dyn Future<Output = Result<Arc<Identity>, CredentialsError>> + Send>>;

impl Settings {
    /// Signs with the cached credentials. Returns `false` when there are none.
    pub(super) fn sign_at_once(
        &self,
        head: &mut Parts,
        payload: Payload<'_>,
    ) -> Result<bool, SignError> {
        let now = self.signer.now();
        let Some(identity) = self.signer.credentials().guard(now, skew_of(head)) else {
            return Ok(false);
        };
        sign(&self.signer, head, payload, &identity, now)?;
        Ok(true)
    }

    /// Signs with the cached credentials, or else with those that are being fetched.
    pub(super) fn poll_sign(
        &self,
        head: &mut Parts,
        payload: Payload<'_>,
        loading: &mut Option<Loading>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), SignError>> {
        if loading.is_none() && self.sign_at_once(head, payload)? {
            return Poll::Ready(Ok(()));
        }
        let signer = &self.signer;
        let loading = loading.get_or_insert_with(|| {
            let credentials = signer.credentials().clone();
            let (now, skew) = (signer.now(), skew_of(head));
            Box::pin(async move { credentials.get(now, skew).await })
        });
        let identity = ready!(loading.as_mut().poll(cx)).map_err(SignError::Credentials)?;
        // Fetching may have taken long, so the clock is read again.
        Poll::Ready(sign(signer, head, payload, &identity, signer.now()))
    }
}

/// Prepares the head for a collected body: not chunked, and with the length that the head declares.
pub(super) fn frame_as_known_length(head: &mut Parts, actual: usize) -> Result<(), SignError> {
    let headers = &mut head.headers;
    let actual = actual as u64;
    let mut is_chunked = false;
    // Comparing each name costs less than two look-ups, unless there are very many.
    for (name, value) in &*headers {
        if *name == CONTENT_LENGTH {
            let declared = declared_length(value);
            if declared != Some(actual) {
                return Err(SignError::ContentLength { declared, actual });
            }
        }
        is_chunked |= *name == TRANSFER_ENCODING;
    }
    if is_chunked {
        headers.remove(TRANSFER_ENCODING);
    }
    Ok(())
}

fn sign(
    signer: &Signer,
    head: &mut Parts,
    payload: Payload<'_>,
    identity: &Arc<Identity>,
    now: SystemTime,
) -> Result<(), SignError> {
    let time = skew_of(head).apply(now);
    signer.sign_with(head, payload, identity, time)?;
    if let Some(record) = head.extensions.get::<SigningRecord>() {
        record.fill(Signed {
            identity: Arc::clone(identity),
            local_time: now,
            payload_hash: match payload {
                Payload::Hash(hash) => Some(hash.clone()),
                _ => None,
            },
            signature: signature_of(head),
        });
    }
    Ok(())
}

/// How far the service's clock is known to be ahead.
fn skew_of(head: &Parts) -> ClockSkew {
    let record = head.extensions.get::<SigningRecord>();
    record.map_or(ClockSkew::ZERO, SigningRecord::skew)
}

fn declared_length(value: &HeaderValue) -> Option<u64> {
    let digits = value.to_str().ok()?;
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten()
}
