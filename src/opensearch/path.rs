//! Percent-encoding of path segments and query values, and what may stand in them.

use http::Request;

use super::Error;
use crate::body::Body;

/// Appends `segment` so that it arrives as given; says whether it was a dot segment.
///
/// `:`, `@` and the sub-delimiters stay raw, as RFC 3986 allows: OpenSearch Serverless does not
/// decode `%3A` in ids such as `urn:test:1`. Only `+` is encoded, because some decode it as a space.
/// The segments `.` and `..` are encoded, or else something on the way would resolve them.
pub(super) fn push_segment(path: &mut String, segment: &str) -> bool {
    if matches!(segment, "." | "..") {
        path.push_str(&segment.replace('.', "%2E"));
        return true;
    }
    push_encoded(path, segment, |byte| {
        is_unreserved(byte) || b":@!$&'()*,;=".contains(&byte)
    });
    false
}

/// Appends a query name or value: all but the unreserved characters are encoded, so that nobody
/// can read `+` as a space or `&` as an end.
pub(super) fn push_query(query: &mut String, text: &str) {
    push_encoded(query, text, is_unreserved);
}

/// Tells the signer that the encoded dot segment in the path is meant.
pub(super) fn mark_dots(_request: &mut Request<Body>) {}

/// An id is 1 to 512 bytes.
pub(super) fn check_id(id: &str) -> Result<(), Error> {
    check_not_empty("document id", id)?;
    if id.len() > MAX_ID_BYTES {
        return Err(Error::invalid(format!(
            "document id is {} bytes long; the limit is {MAX_ID_BYTES}",
            id.len()
        )));
    }
    Ok(())
}

/// An index name is not empty and is not the name of an API, as `_bulk` is.
pub(super) fn check_index(name: &str) -> Result<(), Error> {
    check_not_empty("index name", name)?;
    if name.starts_with('_') && name != "_all" {
        return Err(Error::invalid(format!(
            "{name:?} is not an index name: it begins with an underscore"
        )));
    }
    Ok(())
}

pub(super) fn check_not_empty(what: &str, value: &str) -> Result<(), Error> {
    if value.is_empty() {
        return Err(Error::invalid(format!("{what} is empty")));
    }
    Ok(())
}

fn push_encoded(target: &mut String, text: &str, raw: impl Fn(u8) -> bool) {
    for &byte in text.as_bytes() {
        if raw(byte) {
            target.push(char::from(byte));
        } else {
            target.push('%');
            target.push(char::from(HEX[usize::from(byte >> 4)]));
            target.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

const MAX_ID_BYTES: usize = 512;
const HEX: &[u8; 16] = b"0123456789ABCDEF";
