//! The canonical request, from the bytes that arrived.
//!
//! Written from the published rules alone; it shares nothing with the signer that it checks.

use http::HeaderMap;
use http::request::Parts;

use super::claim::Claim;
use super::error::VerificationError;
use super::escape::{decode, encode_into};
use super::query::Pair;

/// The canonical request, and whether a signed header is missing from the request.
pub(super) fn request(
    parts: &Parts,
    path: &[u8],
    mut query: Vec<Pair>,
    claim: &Claim,
    payload_hash: &str,
) -> (Vec<u8>, bool) {
    if claim.expires.is_some() {
        query.retain(|(name, _)| name != b"X-Amz-Signature");
    }
    let mut lines = vec![
        parts.method.as_str().as_bytes().to_vec(),
        path.to_vec(),
        joined(&query),
    ];
    let mut missing = false;
    for name in &claim.signed_headers {
        let line = header_line(&parts.headers, &host(parts), name);
        missing |= line.is_none();
        lines.push(line.unwrap_or_else(|| format!("{name}:").into_bytes()));
    }
    lines.push(Vec::new());
    lines.push(claim.signed_headers.join(";").into_bytes());
    lines.push(payload_hash.as_bytes().to_vec());
    (lines.join(&b'\n'), missing)
}

/// The path as it is signed: normalised and escaped again; for S3, decoded and escaped once.
pub(super) fn path(raw: &str, s3: bool) -> Result<Vec<u8>, VerificationError> {
    let key = decode(raw.as_bytes()).ok_or_else(VerificationError::bad_path)?;
    let mut out = Vec::with_capacity(raw.len());
    if s3 {
        encode_into(&mut out, &key, b"/");
    } else {
        encode_into(&mut out, normal(raw)?.as_bytes(), b"/");
    }
    if out.is_empty() {
        out.push(b'/');
    }
    Ok(out)
}

/// The query as it is signed: all pairs escaped, sorted by name and then by value.
fn joined(pairs: &[Pair]) -> Vec<u8> {
    let mut escaped: Vec<Pair> = pairs
        .iter()
        .map(|(name, value)| (escape(name), escape(value)))
        .collect();
    escaped.sort();
    let lines: Vec<Vec<u8>> = escaped
        .into_iter()
        .map(|(name, value)| [name, value].join(&b'='))
        .collect();
    lines.join(&b'&')
}

/// The line of a signed header; `None` if the request has no such header.
fn header_line(headers: &HeaderMap, host: &[u8], name: &str) -> Option<Vec<u8>> {
    let mut values: Vec<Vec<u8>> = headers
        .get_all(name)
        .iter()
        .map(|v| trim(v.as_bytes()))
        .collect();
    if name == "host" {
        values = vec![trim(host)];
    }
    if values.is_empty() {
        return None;
    }
    let mut line = name.as_bytes().to_vec();
    line.push(b':');
    line.extend(values.join(&b','));
    Some(line)
}

fn host(parts: &Parts) -> Vec<u8> {
    let authority = parts
        .uri
        .authority()
        .map(|authority| authority.as_str().as_bytes());
    let header = parts
        .headers
        .get(http::header::HOST)
        .map(|host| host.as_bytes());
    let host = match parts.version {
        http::Version::HTTP_2 => authority.or(header),
        _ => header.or(authority),
    };
    host.unwrap_or_default().to_vec()
}

fn normal(raw: &str) -> Result<String, VerificationError> {
    let mut kept: Vec<&str> = Vec::new();
    for segment in raw.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                kept.pop().ok_or_else(VerificationError::bad_path)?;
            }
            _ => kept.push(segment),
        }
    }
    let end = if raw.ends_with('/') && !kept.is_empty() {
        "/"
    } else {
        ""
    };
    Ok(format!("/{}{end}", kept.join("/")))
}

fn escape(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    encode_into(&mut out, bytes, b"");
    out
}

/// Trims both ends, folds runs of spaces, and reads the bytes as Latin-1, as AWS does.
fn trim(value: &[u8]) -> Vec<u8> {
    let mut out = String::with_capacity(value.len());
    for &byte in value.trim_ascii() {
        if !(byte == b' ' && out.ends_with(' ')) {
            out.push(char::from(byte));
        }
    }
    out.into_bytes()
}
