//! The canonical headers, and which headers are signed.
//!
//! By default these are `host`, `content-type`, `content-md5` and every `x-amz-*`. Clients and proxies
//! may change other headers on the way, which would break the signature.

use http::{HeaderMap, HeaderName};
use smallvec::SmallVec;

use super::names::{ExtraHeaders, Name};
use super::value;
use crate::sigv4::error::SignError;
use crate::sigv4::payload::PayloadHash;

/// The headers that signing sets. They replace those of the request.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Added<'a> {
    pub(in super::super) host: &'a str,
    pub(in super::super) date: Option<&'a [u8; 16]>,
    pub(in super::super) content_sha256: Option<&'a PayloadHash>,
    pub(in super::super) token: Option<&'a [u8]>,
}

/// The signed headers of one request, sorted by name. Values of the same name keep their order.
#[derive(Debug)]
pub(in super::super) struct SignedHeaders<'a> {
    common: CommonHeaders<'a>,
    /// All signed headers. Empty when there are only the common ones, which need no sorting.
    sorted: SmallVec<[Signed<'a>; 24]>,
    replaces: bool,
}

/// The headers that are signed for nearly every request.
#[derive(Debug)]
struct CommonHeaders<'a> {
    content_type: Option<&'a [u8]>,
    added: Added<'a>,
}

#[derive(Clone, Copy, Debug)]
struct Signed<'a> {
    name: Name<'a>,
    value: &'a [u8],
    /// Set by signing, so that the value is in canonical form already.
    added: bool,
}

impl<'a> SignedHeaders<'a> {
    pub(in super::super) fn select(
        map: &'a HeaderMap,
        extra: &ExtraHeaders,
        added: Added<'a>,
    ) -> Result<Self, SignError> {
        let mut common = CommonHeaders {
            content_type: None,
            added,
        };
        let mut sorted = SmallVec::new();
        let (mut replaces, mut has_length) = (false, false);
        for (name, value) in map {
            match Treatment::of(name, extra) {
                Treatment::Ignore => {}
                Treatment::Replace => replaces = true,
                // Proxies and servers disagree about which of two lengths counts.
                Treatment::Once if has_length => return Err(repeated(name)),
                Treatment::Once => has_length = true,
                Treatment::Common if sorted.is_empty() && common.content_type.is_none() => {
                    common.content_type = Some(value.as_bytes());
                }
                Treatment::Common | Treatment::Sign => {
                    if sorted.is_empty() {
                        common.push_to(&mut sorted);
                    }
                    let name = Name::new(name.as_str());
                    sorted.push(Signed::given(name, value.as_bytes()));
                }
            }
        }
        sorted.sort_by_key(|header: &Signed<'_>| header.name);
        Ok(Self {
            common,
            sorted,
            replaces,
        })
    }

    /// Whether the request has headers of an earlier signature.
    pub(in super::super) fn replaces(&self) -> bool {
        self.replaces
    }

    /// `name:value\n` for each, `name:value,value\n` for one that is repeated.
    pub(super) fn write(&self, out: &mut Vec<u8>) -> Result<(), SignError> {
        if self.sorted.is_empty() {
            return self.common.write(out);
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
            return self.common.write_names(out);
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

/// The names are literals in sorted order, so that copying them needs no call.
impl<'a> CommonHeaders<'a> {
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

/// How signing treats a header of the request.
enum Treatment {
    Ignore,
    Common,
    Sign,
    Replace,
    /// Not signed, but an error when it occurs twice.
    Once,
}

impl Treatment {
    fn of(name: &HeaderName, extra: &ExtraHeaders) -> Self {
        match name.as_str() {
            "host" => Self::Ignore, // `Host` decides what is signed
            "content-length" => Self::Once,
            DATE | CONTENT_SHA256 | SECURITY_TOKEN => Self::Replace,
            CONTENT_TYPE => Self::Common,
            "content-md5" => Self::Sign,
            text if text.starts_with("x-amz-") || extra.has(text) => Self::Sign,
            _ => Self::Ignore,
        }
    }
}

fn repeated(name: &HeaderName) -> SignError {
    SignError::Header {
        name: name.as_str().to_owned(),
        reason: "it occurs more than once; send it once",
    }
}

const CONTENT_TYPE: &str = "content-type";
const CONTENT_SHA256: &str = "x-amz-content-sha256";
const DATE: &str = "x-amz-date";
const SECURITY_TOKEN: &str = "x-amz-security-token";
