//! The canonical request, written byte by byte into one buffer.
//!
//! In: the parts of a request and the headers signing adds. Out: the text whose hash is signed.
//! Next: [`super::key`]. The rules, each with its reason, stand in the files beside this one.

mod headers;
mod names;
mod path;
mod query;
mod value;

use std::ops::Range;

use http::request::Parts;

use super::SignError;
use super::payload::PayloadHash;

pub(super) use self::headers::{Added, SignedHeaders};
pub(super) use self::names::ExtraHeaders;

/// How a service reads paths and queries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// Every service but S3: paths are normalised, and encoded once more than on the wire.
    Normalized,
    /// S3: a path is an object key, encoded once and otherwise left alone.
    ObjectKey,
}

/// What is canonicalised besides the headers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target<'a> {
    pub(super) method: &'a http::Method,
    pub(super) path: &'a str,
    pub(super) query: &'a str,
    pub(super) dialect: Dialect,
    /// A segment that decodes to `.` or `..` is meant: an id of that name.
    pub(super) encoded_dots: bool,
}

impl<'a> Target<'a> {
    pub(super) fn new(parts: &'a Parts, dialect: Dialect) -> Result<Self, SignError> {
        if parts.method == http::Method::CONNECT {
            return Err(SignError::Method);
        }
        Ok(Self {
            method: &parts.method,
            path: parts.uri.path(),
            query: parts.uri.query().unwrap_or_default(),
            dialect,
            encoded_dots: parts
                .extensions
                .get::<super::EncodedDotSegments>()
                .is_some(),
        })
    }
}

/// Writes the canonical request at the end of `out`; returns where its signed header names stand.
pub(super) fn write_request(
    out: &mut Vec<u8>,
    target: Target<'_>,
    headers: &SignedHeaders<'_>,
    payload: &PayloadHash,
) -> Result<Range<usize>, SignError> {
    out.extend_from_slice(target.method.as_str().as_bytes());
    out.push(b'\n');
    path::write(out, target.path, target.dialect, target.encoded_dots)?;
    out.push(b'\n');
    query::write(out, target.query, target.dialect)?;
    out.push(b'\n');
    headers.write(out)?;
    out.push(b'\n');
    let names = out.len();
    headers.write_names(out);
    let names = names..out.len();
    out.push(b'\n');
    payload.write(out);
    Ok(names)
}
