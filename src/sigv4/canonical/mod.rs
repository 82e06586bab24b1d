//! The canonical request, written byte by byte into one buffer
//! ([AWS](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html)).
//!
//! In: the parts of a request and the headers that signing adds. Out: the text whose hash is signed.
//! Next: [`super::key`]. Each file beside this one has one part of the rules, with the reasons.

mod headers;
mod names;
mod path;
mod query;
mod target;
mod value;

use std::ops::Range;

use super::error::SignError;
use super::payload::PayloadHash;

pub(super) use self::headers::{Added, SignedHeaders};
pub(super) use self::names::ExtraHeaders;
pub(super) use self::target::{Target, UriRules};

/// Appends the canonical request to `out`. Returns where the names of its signed headers are.
pub(super) fn write_request(
    out: &mut Vec<u8>,
    target: Target<'_>,
    headers: &SignedHeaders<'_>,
    payload: &PayloadHash,
) -> Result<Range<usize>, SignError> {
    out.extend_from_slice(target.method.as_str().as_bytes());
    out.push(b'\n');
    path::write(out, target.path, target.rules, target.encoded_dots)?;
    out.push(b'\n');
    query::write(out, target.query, target.rules)?;
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
