//! The canonical headers, and which headers are signed.
//!
//! By default exactly `host`, `content-type`, `content-md5` and every `x-amz-*`: anything between
//! caller and service may change the others, and then the signature would fail.

use http::header::{CONTENT_TYPE, HOST};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::sigv4::SignError;
use crate::sigv4::inline::InlineVec;

/// The headers that signing sets, and that replace any the request has.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Added<'a> {
    pub(in super::super) host: &'a str,
    pub(in super::super) date: Option<&'a str>,
    pub(in super::super) content_sha256: Option<&'a str>,
    pub(in super::super) token: Option<&'a HeaderValue>,
}

/// The signed headers of one request, sorted by name.
#[derive(Debug)]
pub(in super::super) struct SignedHeaders<'a> {
    sorted: InlineVec<Signed<'a>, 24>,
    map: &'a HeaderMap,
}

#[derive(Clone, Copy, Debug, Default)]
struct Signed<'a> {
    name: &'a str,
    /// Set for what signing adds; otherwise the value, or values, are in the map.
    added: Option<&'a [u8]>,
}

impl<'a> SignedHeaders<'a> {
    pub(in super::super) fn select(
        map: &'a HeaderMap,
        extra: &[HeaderName],
        added: Added<'a>,
    ) -> Self {
        let mut sorted = InlineVec::default();
        let ours = [
            ("host", Some(added.host.as_bytes())),
            (
                "x-amz-content-sha256",
                added.content_sha256.map(str::as_bytes),
            ),
            ("x-amz-date", added.date.map(str::as_bytes)),
            (
                "x-amz-security-token",
                added.token.map(HeaderValue::as_bytes),
            ),
        ];
        for (name, value) in ours {
            if value.is_some() {
                sorted.push(Signed { name, added: value });
            }
        }
        for name in map.keys().filter(|name| is_signed(name, extra)) {
            sorted.push(Signed {
                name: name.as_str(),
                added: None,
            });
        }
        sorted
            .as_mut_slice()
            .sort_unstable_by_key(|header| header.name);
        Self { sorted, map }
    }

    /// `name:value\n` for each.
    pub(super) fn write(&self, out: &mut Vec<u8>) -> Result<(), SignError> {
        for header in self.sorted.as_slice() {
            out.extend_from_slice(header.name.as_bytes());
            out.push(b':');
            match header.added {
                Some(value) => write_value(out, header.name, value)?,
                None => {
                    let mut values = self.map.get_all(header.name).iter();
                    if let Some(first) = values.next() {
                        write_value(out, header.name, first.as_bytes())?;
                    }
                    for value in values {
                        out.push(b',');
                        write_value(out, header.name, value.as_bytes())?;
                    }
                }
            }
            out.push(b'\n');
        }
        Ok(())
    }

    /// `a;b;c`
    pub(in super::super) fn write_names(&self, out: &mut Vec<u8>) {
        for (at, header) in self.sorted.as_slice().iter().enumerate() {
            if at > 0 {
                out.push(b';');
            }
            out.extend_from_slice(header.name.as_bytes());
        }
    }

    pub(in super::super) fn names(&self) -> impl Iterator<Item = &'a str> {
        self.sorted.as_slice().iter().map(|header| header.name)
    }
}

/// Whether a header of the request itself is signed.
fn is_signed(name: &HeaderName, extra: &[HeaderName]) -> bool {
    let ours = || {
        name == HOST
            || matches!(
                name.as_str(),
                "x-amz-date" | "x-amz-content-sha256" | "x-amz-security-token"
            )
    };
    let allowed = name == CONTENT_TYPE
        || name.as_str() == "content-md5"
        || name.as_str().starts_with("x-amz-");
    (allowed || extra.contains(name)) && !ours()
}

/// Trims spaces and tabs at both ends and folds runs of spaces into one.
fn write_value(out: &mut Vec<u8>, name: &str, value: &[u8]) -> Result<(), SignError> {
    let value = value.trim_ascii();
    let plain = |byte: &u8| matches!(byte, 0x21..=0x7e);
    if value.iter().all(plain) {
        out.extend_from_slice(value);
        return Ok(());
    }
    let mut after_space = false;
    for &byte in value {
        match byte {
            b' ' if after_space => {}
            b' ' => out.push(b' '),
            0x21..=0x7e => out.push(byte),
            b'\t' => return Err(unsignable(name, "it has a tab inside")),
            _ => return Err(unsignable(name, "it is not ASCII")),
        }
        after_space = byte == b' ';
    }
    Ok(())
}

fn unsignable(name: &str, reason: &'static str) -> SignError {
    SignError::Header {
        name: name.to_owned(),
        reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(value: &'static [u8]) -> Result<String, String> {
        let mut out = Vec::new();
        write_value(&mut out, "x-amz-meta-a", value).map_err(|error| error.to_string())?;
        Ok(String::from_utf8(out).unwrap())
    }

    #[test]
    fn values_are_trimmed_and_runs_of_spaces_folded() {
        assert_eq!(canonical(b" \t a  \"b   c\" \t").unwrap(), "a \"b c\"");
        assert_eq!(canonical(b"").unwrap(), "");
        assert_eq!(canonical(b"   ").unwrap(), "");
    }

    #[test]
    fn values_that_signers_read_in_different_ways_are_refused() {
        for bad in [
            &b"a\tb"[..],
            b"a \t b",
            "é".as_bytes(),
            b"\xa0a\xa0",
            b"a\x7fb",
        ] {
            assert!(
                canonical(bad).unwrap_err().contains("x-amz-meta-a"),
                "{bad:?}"
            );
        }
    }
}
