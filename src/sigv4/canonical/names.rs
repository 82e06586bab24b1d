//! The names of headers, and which of them are signed in addition to the default ones.

use std::sync::Arc;

use http::HeaderName;

/// A header's name. Comparing the first eight bytes as a number nearly always decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Name<'a> {
    start: u64,
    pub(super) text: &'a str,
}

impl<'a> Name<'a> {
    #[inline]
    pub(super) fn new(text: &'a str) -> Self {
        let start = text.as_bytes().first_chunk().copied();
        let start = start.unwrap_or_else(|| {
            let mut padded = [0; 8];
            padded[..text.len()].copy_from_slice(text.as_bytes());
            padded
        });
        Self {
            start: u64::from_be_bytes(start),
            text,
        }
    }
}

/// Headers that are signed in addition to the default ones, where a request has them.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct ExtraHeaders(Arc<[(u64, HeaderName)]>);

impl ExtraHeaders {
    pub(in super::super) fn with(&self, names: impl IntoIterator<Item = HeaderName>) -> Self {
        let starts = names
            .into_iter()
            .map(|name| (Name::new(name.as_str()).start, name));
        Self(self.0.iter().cloned().chain(starts).collect())
    }

    pub(super) fn has(&self, name: &str) -> bool {
        if self.0.is_empty() {
            return false;
        }
        let name = Name::new(name);
        let is_it =
            |(start, it): &(u64, HeaderName)| *start == name.start && it.as_str() == name.text;
        self.0.iter().any(is_it)
    }
}
