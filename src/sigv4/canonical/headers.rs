//! The canonical headers, and which headers are signed.
//!
//! By default exactly `host`, `content-type`, `content-md5` and every `x-amz-*`: anything between
//! caller and service may change the others, and then the signature would fail.

use http::{HeaderMap, HeaderName};
use smallvec::SmallVec;

use super::names::{ExtraHeaders, Name};
use super::value;
use crate::sigv4::{PayloadHash, SignError};

/// The headers that signing sets, and that replace any the request has.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Added<'a> {
    pub(in super::super) host: &'a str,
    pub(in super::super) date: Option<&'a [u8; 16]>,
    pub(in super::super) content_sha256: Option<&'a PayloadHash>,
    pub(in super::super) token: Option<&'a [u8]>,
}

/// The signed headers of one request, sorted by name; values of one name in their order.
#[derive(Debug)]
pub(in super::super) struct SignedHeaders<'a> {
    usual: Usual<'a>,
    /// All of them; empty where there are none but the usual ones, which need no sorting.
    sorted: SmallVec<[Signed<'a>; 24]>,
    replaces: bool,
}

/// What is signed of nearly every request.
#[derive(Debug)]
struct Usual<'a> {
    content_type: Option<&'a [u8]>,
    added: Added<'a>,
}

#[derive(Clone, Copy, Debug)]
struct Signed<'a> {
    name: Name<'a>,
    value: &'a [u8],
    /// What signing adds is in canonical form already.
    added: bool,
}

impl<'a> SignedHeaders<'a> {
    pub(in super::super) fn select(
        map: &'a HeaderMap,
        extra: &ExtraHeaders,
        added: Added<'a>,
    ) -> Self {
        let mut usual = Usual {
            content_type: None,
            added,
        };
        let mut sorted = SmallVec::new();
        let mut replaces = false;
        for (name, value) in map {
            match Treatment::of(name, extra) {
                Treatment::Ignore => {}
                Treatment::Replace => replaces = true,
                Treatment::Usual if sorted.is_empty() && usual.content_type.is_none() => {
                    usual.content_type = Some(value.as_bytes());
                }
                Treatment::Usual | Treatment::Sign => {
                    if sorted.is_empty() {
                        usual.push_to(&mut sorted);
                    }
                    let name = Name::new(name.as_str());
                    sorted.push(Signed::given(name, value.as_bytes()));
                }
            }
        }
        sorted.sort_by_key(|header: &Signed<'_>| header.name);
        Self {
            usual,
            sorted,
            replaces,
        }
    }

    /// Whether the request has headers of an earlier signature.
    pub(in super::super) fn replaces(&self) -> bool {
        self.replaces
    }

    /// `name:value\n` for each, `name:value,value\n` for one that is repeated.
    pub(super) fn write(&self, out: &mut Vec<u8>) -> Result<(), SignError> {
        if self.sorted.is_empty() {
            return self.usual.write(out);
        }
        let mut last = None;
        for header in &self.sorted {
            if last == Some(header.name) {
                out.pop();
                out.push(b',');
            } else {
                out.extend_from_slice(header.name.text.as_bytes());
                out.push(b':');
            }
            if header.added {
                out.extend_from_slice(header.value);
            } else {
                value::write(out, header.name.text, header.value)?;
            }
            out.push(b'\n');
            last = Some(header.name);
        }
        Ok(())
    }

    /// `a;b;c`
    pub(in super::super) fn write_names(&self, out: &mut Vec<u8>) {
        if self.sorted.is_empty() {
            return self.usual.write_names(out);
        }
        let mut last = None;
        for header in &self.sorted {
            if last != Some(header.name) {
                out.extend_from_slice(header.name.text.as_bytes());
                out.push(b';');
            }
            last = Some(header.name);
        }
        out.pop();
    }
}

/// Names and values come in their order, names as literals: copied without a call each.
impl<'a> Usual<'a> {
    fn write(&self, out: &mut Vec<u8>) -> Result<(), SignError> {
        if let Some(value) = self.content_type {
            out.extend_from_slice(b"content-type:");
            value::write(out, CONTENT_TYPE, value)?;
            out.push(b'\n');
        }
        out.extend_from_slice(b"host:");
        out.extend_from_slice(self.added.host.as_bytes());
        if let Some(hash) = self.added.content_sha256 {
            out.extend_from_slice(b"\nx-amz-content-sha256:");
            hash.write(out);
        }
        if let Some(date) = self.added.date {
            out.extend_from_slice(b"\nx-amz-date:");
            out.extend_from_slice(date);
        }
        if let Some(token) = self.added.token {
            out.extend_from_slice(b"\nx-amz-security-token:");
            out.extend_from_slice(token);
        }
        out.push(b'\n');
        Ok(())
    }

    fn write_names(&self, out: &mut Vec<u8>) {
        if self.content_type.is_some() {
            out.extend_from_slice(b"content-type;");
        }
        out.extend_from_slice(b"host");
        if self.added.content_sha256.is_some() {
            out.extend_from_slice(b";x-amz-content-sha256");
        }
        if self.added.date.is_some() {
            out.extend_from_slice(b";x-amz-date");
        }
        if self.added.token.is_some() {
            out.extend_from_slice(b";x-amz-security-token");
        }
    }

    fn push_to(&self, sorted: &mut SmallVec<[Signed<'a>; 24]>) {
        if let Some(value) = self.content_type {
            sorted.push(Signed::given(Name::new(CONTENT_TYPE), value));
        }
        let added = [
            ("host", Some(self.added.host.as_bytes())),
            (
                CONTENT_SHA256,
                self.added.content_sha256.map(PayloadHash::as_bytes),
            ),
            (DATE, self.added.date.map(|date| &date[..])),
            (SECURITY_TOKEN, self.added.token),
        ];
        for (name, value) in added {
            if let Some(value) = value {
                sorted.push(Signed {
                    name: Name::new(name),
                    value,
                    added: true,
                });
            }
        }
    }
}

impl<'a> Signed<'a> {
    fn given(name: Name<'a>, value: &'a [u8]) -> Self {
        Self {
            name,
            value,
            added: false,
        }
    }
}

/// What becomes of a header that the request has.
enum Treatment {
    Ignore,
    Usual,
    Sign,
    Replace,
}

impl Treatment {
    fn of(name: &HeaderName, extra: &ExtraHeaders) -> Self {
        match name.as_str() {
            "host" => Self::Ignore, // signed as it is sent, which is decided elsewhere
            DATE | CONTENT_SHA256 | SECURITY_TOKEN => Self::Replace,
            CONTENT_TYPE => Self::Usual,
            "content-md5" => Self::Sign,
            text if text.starts_with("x-amz-") || extra.has(text) => Self::Sign,
            _ => Self::Ignore,
        }
    }
}

const CONTENT_TYPE: &str = "content-type";
const CONTENT_SHA256: &str = "x-amz-content-sha256";
const DATE: &str = "x-amz-date";
const SECURITY_TOKEN: &str = "x-amz-security-token";
