use http::Method;
use http::request::Parts;

use crate::sigv4::error::SignError;
use crate::sigv4::overrides::EncodedDotSegments;

/// How a service reads paths and queries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum UriRules {
    /// Every service except S3: paths are normalized, and encoded once more than they are sent.
    Standard,
    /// S3: a path is an object key, encoded once and not normalized.
    S3,
}

/// The parts of the canonical request besides the headers.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Target<'a> {
    pub(in super::super) method: &'a Method,
    pub(in super::super) path: &'a str,
    pub(in super::super) query: &'a str,
    pub(in super::super) rules: UriRules,
    /// A segment that decodes to `.` or `..` is a name.
    pub(in super::super) encoded_dots: bool,
}

impl<'a> Target<'a> {
    pub(in super::super) fn new(parts: &'a Parts, rules: UriRules) -> Result<Self, SignError> {
        if parts.method == Method::CONNECT {
            return Err(SignError::Method);
        }
        Ok(Self {
            method: &parts.method,
            path: parts.uri.path(),
            query: parts.uri.query().unwrap_or_default(),
            rules,
            encoded_dots: parts.extensions.get::<EncodedDotSegments>().is_some(),
        })
    }
}
