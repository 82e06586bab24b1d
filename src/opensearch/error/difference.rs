//! Compares the request that was signed with the one the service says it saw.

use std::fmt;

use super::scrub::{self, OneLine};

/// The first part of a request in which what was signed differs from what the service saw.
///
/// It shows itself as `header "host": sent "search-x.eu-west-1.es.amazonaws.com", server
/// "localhost:8157"`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Difference {
    /// Which part it is.
    pub part: Part,
    /// What was signed and sent, as the canonical request has it; `None` if there was no such part.
    pub sent: Option<String>,
    /// What the service saw.
    pub seen: Option<String>,
}

/// A part of a canonical request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Part {
    /// The method.
    Method,
    /// The path.
    Path,
    /// A parameter of the query.
    Query,
    /// The header of this name.
    Header(String),
    /// The list of the signed headers.
    SignedHeaders,
    /// The hash of the body.
    Body,
}

/// What a comparison came to.
pub(super) enum Comparison {
    Same,
    Differs(Difference),
    /// One of the two is no canonical request.
    Unclear,
}

impl Comparison {
    pub(super) fn of(sent: &str, seen: &str) -> Self {
        let sent = scrub::keep(sent);
        let (Some(sent), Some(seen)) = (Canonical::read(&sent), Canonical::read(seen)) else {
            return Self::Unclear;
        };
        match sent.first_difference(&seen) {
            Some(difference) => Self::Differs(difference),
            None => Self::Same,
        }
    }
}

impl Difference {
    fn between(part: Part, sent: Option<&str>, seen: Option<&str>) -> Option<Self> {
        (sent != seen).then(|| Self {
            part,
            sent: sent.map(Into::into),
            seen: seen.map(Into::into),
        })
    }

    /// One line on what to do about it.
    pub(super) fn hint(&self) -> &'static str {
        match &self.part {
            Part::Header(name) if name == "host" => "a proxy rewrites Host; use connect_to",
            Part::Header(_) | Part::SignedHeaders => {
                "a proxy changes this header; let it pass as it is, or do not send it"
            }
            Part::Method | Part::Path | Part::Query => {
                "a proxy rewrites the request line; let it pass as it is"
            }
            Part::Body => "a proxy changes the body, by compression perhaps; let it pass as it is",
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |text: &Option<String>| match text {
            Some(text) => format!("\"{}\"", OneLine(&shortened(text))),
            None => "none".into(),
        };
        let (sent, seen) = (shown(&self.sent), shown(&self.seen));
        write!(f, "{}: sent {sent}, server {seen}", self.part)
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Method => f.write_str("method"),
            Self::Path => f.write_str("path"),
            Self::Query => f.write_str("query"),
            Self::Header(name) => write!(f, "header `{}`", OneLine(name)),
            Self::SignedHeaders => f.write_str("list of signed headers"),
            Self::Body => f.write_str("body hash"),
        }
    }
}

struct Canonical<'a> {
    method: &'a str,
    path: &'a str,
    query: &'a str,
    headers: Vec<(&'a str, &'a str)>,
    signed: &'a str,
    payload: &'a str,
}

impl<'a> Canonical<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let mut lines = text.split('\n');
        let (method, path, query) = (lines.next()?, lines.next()?, lines.next()?);
        let mut headers = Vec::new();
        loop {
            match lines.next()? {
                "" => break,
                line => headers.push(line.split_once(':')?),
            }
        }
        let (signed, payload) = (lines.next()?, lines.next()?);
        Some(Self {
            method,
            path,
            query,
            headers,
            signed,
            payload,
        })
    }

    fn first_difference(&self, seen: &Self) -> Option<Difference> {
        let between = |part, ours, theirs| Difference::between(part, Some(ours), Some(theirs));
        between(Part::Method, self.method, seen.method)
            .or_else(|| between(Part::Path, self.path, seen.path))
            .or_else(|| self.differing_parameter(seen))
            .or_else(|| self.differing_header(seen))
            .or_else(|| between(Part::SignedHeaders, self.signed, seen.signed))
            .or_else(|| between(Part::Body, self.payload, seen.payload))
    }

    /// Only the parameter: the rest of a query need not stand in an error.
    fn differing_parameter(&self, seen: &Self) -> Option<Difference> {
        if self.query == seen.query {
            return None;
        }
        let some = |text: &'a str| Some(text).filter(|text| !text.is_empty());
        let (mut ours, mut theirs) = (self.query.split('&'), seen.query.split('&'));
        loop {
            let (sent, seen) = (ours.next(), theirs.next());
            if sent != seen {
                let (sent, seen) = (sent.and_then(some), seen.and_then(some));
                return Difference::between(Part::Query, sent, seen);
            }
            sent?;
        }
    }

    fn differing_header(&self, seen: &Self) -> Option<Difference> {
        let ours = self.headers.iter().map(|(name, _)| *name);
        let names = ours.chain(seen.headers.iter().map(|(name, _)| *name));
        names.into_iter().find_map(|name| {
            let part = Part::Header(name.to_owned());
            Difference::between(part, self.header(name), seen.header(name))
        })
    }

    fn header(&self, name: &str) -> Option<&'a str> {
        let mut headers = self.headers.iter();
        Some(headers.find(|(known, _)| *known == name)?.1)
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(MOST_SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

const MOST_SHOWN: usize = 80;

#[cfg(test)]
mod tests {
    use super::*;

    const SENT: &str = "GET\n/movies/_search\nq=a%20b&size=1\nhost:search-x\nx-amz-date:20240522T120000Z\nx-amz-security-token:[redacted]\n\nhost;x-amz-date;x-amz-security-token\nabc";

    fn shown(seen: &str) -> String {
        match Comparison::of(SENT, seen) {
            Comparison::Same => "same".into(),
            Comparison::Unclear => "unclear".into(),
            Comparison::Differs(difference) => difference.to_string(),
        }
    }

    #[test]
    fn the_first_part_that_differs_is_named_with_both_values() {
        for (from, to, expected) in [
            ("", "", "same"),
            ("GET", "POST", r#"method: sent "GET", server "POST""#),
            (
                "/movies/",
                "/",
                r#"path: sent "/movies/_search", server "/_search""#,
            ),
            (
                "a%20b",
                "a%2Bb",
                r#"query: sent "q=a%20b", server "q=a%2Bb""#,
            ),
            ("&size=1", "", r#"query: sent "size=1", server none"#),
            (
                "q=a%20b&size=1",
                "",
                r#"query: sent "q=a%20b", server none"#,
            ),
            ("size=1", "size=1&z=", r#"query: sent none, server "z=""#),
            (
                "host:search-x",
                "host:localhost:8157",
                r#"header `host`: sent "search-x", server "localhost:8157""#,
            ),
            (
                "host:search-x\n",
                "",
                r#"header `host`: sent "search-x", server none"#,
            ),
            (
                "host:search-x\n",
                "accept:a\nhost:search-x\n",
                r#"header `accept`: sent none, server "a""#,
            ),
            (
                "host;x-amz-date;",
                "host;",
                r#"list of signed headers: sent "host;x-amz-date;x-amz-security-token", server "host;x-amz-security-token""#,
            ),
            ("abc", "def", r#"body hash: sent "abc", server "def""#),
            (
                "\n\nhost;x-amz-date;x-amz-security-token\nabc",
                "",
                "unclear",
            ),
            (
                "20240522T120000Z",
                "\u{1b}[31m\u{202e}",
                r#"header `x-amz-date`: sent "20240522T120000Z", server "\u{1b}[31m\u{202e}""#,
            ),
        ] {
            assert_eq!(shown(&SENT.replacen(from, to, 1)), expected, "{from}");
        }
        assert_eq!(shown(""), "unclear");
    }

    #[test]
    fn long_values_are_shortened_where_they_are_shown() {
        let seen = SENT.replace("search-x", &"é".repeat(1000));
        let shown = shown(&seen);
        assert!(shown.chars().count() < 200, "{shown}");
        assert!(shown.ends_with("é…\""), "{shown}");
    }
}
