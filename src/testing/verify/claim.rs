//! What a request states about its signature.

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::AUTHORIZATION;
use http::request::Parts;

use super::error::VerificationError;
use super::query::Pair;
use super::scope::CredentialScope;
use super::time;

/// What a request states about its signature: in its headers, or (presigned) in its query.
pub(super) struct Claim {
    pub(super) access_key: String,
    pub(super) scope: CredentialScope,
    pub(super) signed_headers: Vec<String>,
    pub(super) signature: Vec<u8>,
    pub(super) stamp: String,
    pub(super) time: SystemTime,
    pub(super) token: Option<Vec<u8>>,
    /// How long a presigned URL is valid.
    pub(super) expires: Option<Duration>,
}

impl Claim {
    pub(super) fn read(
        parts: &Parts,
        query: &[Pair],
        service: &str,
    ) -> Result<Self, VerificationError> {
        if parts.headers.contains_key(AUTHORIZATION) {
            return Self::from_headers(&parts.headers);
        }
        if query.iter().any(|(name, _)| name == b"X-Amz-Algorithm") {
            return Self::from_query(query);
        }
        match service {
            "es" => Err(VerificationError::anonymous(&parts.method)),
            _ => Err(VerificationError::no_token()),
        }
    }

    fn from_headers(headers: &HeaderMap) -> Result<Self, VerificationError> {
        let header = text(&only(headers, "authorization")?.unwrap_or_default())?;
        let (algorithm, fields) = header.trim().split_once(' ').unwrap_or((&header, ""));
        check_algorithm(algorithm)?;
        let mut found = [None, None, None];
        for field in fields.split(',') {
            let field = field.trim();
            let (name, value) = field.split_once('=').ok_or_else(|| {
                VerificationError::incomplete(
                    "not a valid key=value pair (missing equal-sign) in Authorization header.",
                )
            })?;
            let place = FIELDS.iter().position(|known| *known == name);
            if let Some(slot) = place.and_then(|place| found.get_mut(place))
                && slot.replace(value.to_owned()).is_some()
            {
                return Err(VerificationError::incomplete(&format!(
                    "Authorization header has more than one '{name}' parameter."
                )));
            }
        }
        let [Some(credential), Some(signed_headers), Some(signature)] = found else {
            let missing: Vec<String> = FIELDS
                .iter()
                .zip(&found)
                .filter(|(_, value)| value.is_none())
                .map(|(name, _)| format!("Authorization header requires '{name}' parameter."))
                .collect();
            return Err(VerificationError::incomplete(&missing.join(" ")));
        };
        let stamp = only(headers, "x-amz-date")?.ok_or_else(|| {
            VerificationError::incomplete(
                "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
            )
        })?;
        let token = only(headers, "x-amz-security-token")?;
        Self::new(
            &credential,
            &signed_headers,
            &signature,
            text(&stamp)?,
            token,
        )
    }

    fn from_query(query: &[Pair]) -> Result<Self, VerificationError> {
        let required = |name: &str| {
            parameter(query, name)?.ok_or_else(|| {
                VerificationError::incomplete(&format!(
                    "AWS query-string parameters must include '{name}'."
                ))
            })
        };
        check_algorithm(&text(&required("X-Amz-Algorithm")?)?)?;
        let expires = text(&required("X-Amz-Expires")?)?
            .parse()
            .ok()
            .filter(|seconds| (1..=604_800).contains(seconds))
            .ok_or_else(|| {
                VerificationError::incomplete("X-Amz-Expires must be between 1 and 604800 seconds.")
            })?;
        let claim = Self::new(
            &text(&required("X-Amz-Credential")?)?,
            &text(&required("X-Amz-SignedHeaders")?)?,
            &text(&required("X-Amz-Signature")?)?,
            text(&required("X-Amz-Date")?)?,
            parameter(query, "X-Amz-Security-Token")?,
        )?;
        Ok(Self {
            expires: Some(Duration::from_secs(expires)),
            ..claim
        })
    }

    fn new(
        credential: &str,
        signed_headers: &str,
        signature: &str,
        stamp: String,
        token: Option<Vec<u8>>,
    ) -> Result<Self, VerificationError> {
        let (access_key, scope) = CredentialScope::read(credential)?;
        let time = time::parse(&stamp).ok_or_else(|| {
            VerificationError::incomplete(
                "Date must be in ISO-8601 'basic format': YYYYMMDDTHHMMSSZ.",
            )
        })?;
        let signed_headers: Vec<String> = signed_headers.split(';').map(str::to_owned).collect();
        let lower = signed_headers
            .iter()
            .all(|name| *name == name.to_ascii_lowercase());
        if !lower || !signed_headers.is_sorted_by(|a, b| a < b) {
            return Err(VerificationError::incomplete(
                "SignedHeaders must be lower-case, sorted and each named once.",
            ));
        }
        let signature = unhex(signature).ok_or_else(|| {
            VerificationError::invalid("Signature must be 64 lower-case hex digits.")
        })?;
        Ok(Self {
            access_key,
            scope,
            signed_headers,
            signature,
            stamp,
            time,
            token,
            expires: None,
        })
    }
}

fn check_algorithm(algorithm: &str) -> Result<(), VerificationError> {
    if algorithm == ALGORITHM {
        return Ok(());
    }
    Err(VerificationError::incomplete(
        "Unsupported AWS 'algorithm': use AWS4-HMAC-SHA256.",
    ))
}

/// The value of a header that may occur only once.
fn only(headers: &HeaderMap, name: &str) -> Result<Option<Vec<u8>>, VerificationError> {
    let mut values = headers.get_all(name).iter();
    let value = values
        .next()
        .map(|value| value.as_bytes().trim_ascii().to_vec());
    if values.next().is_some() {
        return Err(VerificationError::incomplete(&format!(
            "More than one '{name}' header."
        )));
    }
    Ok(value)
}

/// The value of a query parameter that may occur only once.
fn parameter(query: &[Pair], name: &str) -> Result<Option<Vec<u8>>, VerificationError> {
    let mut values = query.iter().filter(|pair| pair.0 == name.as_bytes());
    let value = values.next().map(|(_, value)| value.clone());
    if values.next().is_some() {
        return Err(VerificationError::incomplete(&format!(
            "More than one '{name}' parameter."
        )));
    }
    Ok(value)
}

fn text(bytes: &[u8]) -> Result<String, VerificationError> {
    String::from_utf8(bytes.to_vec())
        .map_err(|_| VerificationError::incomplete("The signature's fields must be ASCII."))
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let lower = text
        .bytes()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if text.len() != 64 || !lower {
        return None;
    }
    (0..64)
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok())
        .collect()
}

pub(super) const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const FIELDS: [&str; 3] = ["Credential", "SignedHeaders", "Signature"];
