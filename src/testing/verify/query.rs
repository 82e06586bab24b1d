//! The query of a request, decoded.

use super::error::VerificationError;
use super::escape::decode;

/// A name and a value of a query, decoded.
pub(super) type Pair = (Vec<u8>, Vec<u8>);

/// Splits a query at `&` and at the first `=`, reads `+` as a space, and decodes escapes.
pub(super) fn pairs(raw: &str) -> Result<Vec<Pair>, VerificationError> {
    raw.split('&')
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            Some((decode_form(name)?, decode_form(value)?))
        })
        .collect::<Option<_>>()
        .ok_or_else(VerificationError::bad_query)
}

fn decode_form(text: &str) -> Option<Vec<u8>> {
    decode(text.replace('+', " ").as_bytes())
}
