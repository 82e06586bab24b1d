//! The canonical headers, and which headers are signed.
//!
//! By default exactly `host`, `content-type`, `content-md5` and every `x-amz-*`: anything between
//! caller and service may change the others, and then the signature would fail.

use http::{HeaderMap, HeaderName};
use smallvec::SmallVec;

use crate::sigv4::SignError;

/// The headers that signing sets, and that replace any the request has.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Added<'a> {
    pub(in super::super) host: &'a str,
    pub(in super::super) date: Option<&'a [u8]>,
    pub(in super::super) content_sha256: Option<&'a [u8]>,
    pub(in super::super) token: Option<&'a [u8]>,
}

/// The signed headers of one request, sorted by name; values of one name in their order.
#[derive(Debug)]
pub(in super::super) struct SignedHeaders<'a> {
    sorted: SmallVec<[Signed<'a>; 24]>,
    replaces: bool,
}

#[derive(Clone, Copy, Debug)]
struct Signed<'a> {
    /// Eight bytes of the name as a number: nearly always enough to sort by.
    start: u64,
    name: &'a str,
    value: &'a [u8],
    /// What signing adds is in canonical form already.
    added: bool,
}

impl<'a> SignedHeaders<'a> {
    pub(in super::super) fn select(
        map: &'a HeaderMap,
        extra: &[HeaderName],
        added: Added<'a>,
    ) -> Self {
        let mut sorted = SmallVec::new();
        let ours = [
            ("host", Some(added.host.as_bytes())),
            (CONTENT_SHA256, added.content_sha256),
            (DATE, added.date),
            (SECURITY_TOKEN, added.token),
        ];
        for (name, value) in ours {
            if let Some(value) = value {
                sorted.push(Signed::new(name, value, true));
            }
        }
        let mut replaces = false;
        for (name, value) in map {
            match Treatment::of(name, extra) {
                Treatment::Ignore => {}
                Treatment::Replace => replaces = true,
                Treatment::Sign => {
                    sorted.push(Signed::new(name.as_str(), value.as_bytes(), false));
                }
            }
        }
        sorted.sort_by_key(|header: &Signed<'_>| (header.start, header.name));
        Self { sorted, replaces }
    }

    /// Whether the request has headers of an earlier signature.
    pub(in super::super) fn replaces(&self) -> bool {
        self.replaces
    }

    /// `name:value\n` for each, `name:value,value\n` for one that is repeated.
    pub(super) fn write(&self, out: &mut Vec<u8>) -> Result<(), SignError> {
        let mut last = "";
        for header in &self.sorted {
            if header.name == last {
                out.pop();
                out.push(b',');
            } else {
                out.extend_from_slice(header.name.as_bytes());
                out.push(b':');
            }
            if header.added {
                out.extend_from_slice(header.value);
            } else {
                write_value(out, header.name, header.value)?;
            }
            out.push(b'\n');
            last = header.name;
        }
        Ok(())
    }

    /// `a;b;c`
    pub(in super::super) fn write_names(&self, out: &mut Vec<u8>) {
        let start = out.len();
        for name in self.names() {
            if out.len() > start {
                out.push(b';');
            }
            out.extend_from_slice(name.as_bytes());
        }
    }

    pub(in super::super) fn names(&self) -> impl Iterator<Item = &'a str> {
        let mut last = "";
        let names = self.sorted.iter().map(|header| header.name);
        names.filter(move |name| std::mem::replace(&mut last, name) != *name)
    }
}

impl<'a> Signed<'a> {
    #[inline]
    fn new(name: &'a str, value: &'a [u8], added: bool) -> Self {
        let start = name.as_bytes().first_chunk().copied();
        let start = start.unwrap_or_else(|| {
            let mut padded = [0; 8];
            padded[..name.len()].copy_from_slice(name.as_bytes());
            padded
        });
        Self {
            start: u64::from_be_bytes(start),
            name,
            value,
            added,
        }
    }
}

/// What becomes of a header that the request has.
enum Treatment {
    Ignore,
    Sign,
    Replace,
}

impl Treatment {
    fn of(name: &HeaderName, extra: &[HeaderName]) -> Self {
        match name.as_str() {
            "host" => Self::Ignore, // signed as it is sent, which is decided elsewhere
            DATE | CONTENT_SHA256 | SECURITY_TOKEN => Self::Replace,
            "content-type" | "content-md5" => Self::Sign,
            text if text.starts_with("x-amz-") || extra.iter().any(|it| it.as_str() == text) => {
                Self::Sign
            }
            _ => Self::Ignore,
        }
    }
}

/// Trims spaces and tabs at both ends and folds runs of spaces into one.
fn write_value(out: &mut Vec<u8>, name: &str, value: &[u8]) -> Result<(), SignError> {
    if is_plain(value) {
        out.extend_from_slice(value);
        return Ok(());
    }
    let value = value.trim_ascii();
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

/// Whether a value has nothing to trim, to fold or to refuse, as most have.
fn is_plain(value: &[u8]) -> bool {
    if value.iter().all(u8::is_ascii_graphic) {
        return true;
    }
    let mut last = b' ';
    for &byte in value {
        if !matches!(byte, b' '..=b'~') || (byte == b' ' && last == b' ') {
            return false;
        }
        last = byte;
    }
    last != b' '
}

fn unsignable(name: &str, reason: &'static str) -> SignError {
    SignError::Header {
        name: name.to_owned(),
        reason,
    }
}

const CONTENT_SHA256: &str = "x-amz-content-sha256";
const DATE: &str = "x-amz-date";
const SECURITY_TOKEN: &str = "x-amz-security-token";

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
