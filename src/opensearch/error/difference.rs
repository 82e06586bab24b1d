//! Compares the request that was signed with the one that the service received.

use std::fmt;

use super::one_line::OneLine;

/// The first part of a request that the service received differently from how it was signed and sent.
///
/// `Display` is one line: `` `host` header: sent "search-x.eu-west-1.es.amazonaws.com", received "localhost:8157" ``.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Difference {
    /// Which part it is.
    pub part: Part,
    /// What was signed and sent, in the form of the canonical request. `None` if there was no such part.
    pub sent: Option<String>,
    /// What the service received, in the same form.
    pub received: Option<String>,
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

/// The result of a comparison.
pub(super) enum Comparison {
    Same,
    Differs(Difference),
    /// One of the two is not a canonical request.
    Unclear,
}

impl Comparison {
    pub(super) fn of(sent: &str, received: &str) -> Self {
        let (Some(sent), Some(received)) = (Canonical::read(sent), Canonical::read(received))
        else {
            return Self::Unclear;
        };
        match sent.first_difference(&received) {
            Some(difference) => Self::Differs(difference),
            None => Self::Same,
        }
    }
}

impl Difference {
    fn between(part: Part, sent: Option<&str>, received: Option<&str>) -> Option<Self> {
        (sent != received).then(|| Self {
            part,
            sent: sent.map(Into::into),
            received: received.map(Into::into),
        })
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |text: &Option<String>| match text {
            Some(text) => format!("\"{}\"", OneLine(&shortened(text))),
            None => "none".into(),
        };
        let (sent, received) = (shown(&self.sent), shown(&self.received));
        write!(f, "{}: sent {sent}, received {received}", self.part)
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Method => f.write_str("method"),
            Self::Path => f.write_str("path"),
            Self::Query => f.write_str("query parameter"),
            Self::Header(name) => write!(f, "`{}` header", OneLine(name)),
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

    fn first_difference(&self, received: &Self) -> Option<Difference> {
        let between = |part, ours, theirs| Difference::between(part, Some(ours), Some(theirs));
        between(Part::Method, self.method, received.method)
            .or_else(|| between(Part::Path, self.path, received.path))
            .or_else(|| self.differing_parameter(received))
            .or_else(|| self.differing_header(received))
            .or_else(|| between(Part::SignedHeaders, self.signed, received.signed))
            .or_else(|| between(Part::Body, self.payload, received.payload))
    }

    /// Only the parameter, so that the error does not show the rest of the query.
    fn differing_parameter(&self, received: &Self) -> Option<Difference> {
        if self.query == received.query {
            return None;
        }
        let some = |text: &'a str| Some(text).filter(|text| !text.is_empty());
        let (mut ours, mut theirs) = (self.query.split('&'), received.query.split('&'));
        loop {
            let (sent, received) = (ours.next(), theirs.next());
            if sent != received {
                let (sent, received) = (sent.and_then(some), received.and_then(some));
                return Difference::between(Part::Query, sent, received);
            }
            sent?;
        }
    }

    fn differing_header(&self, received: &Self) -> Option<Difference> {
        let ours = self.headers.iter().map(|(name, _)| *name);
        let names = ours.chain(received.headers.iter().map(|(name, _)| *name));
        names.into_iter().find_map(|name| {
            let part = Part::Header(name.to_owned());
            Difference::between(part, self.header(name), received.header(name))
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

    fn shown(received: &str) -> String {
        match Comparison::of(SENT, received) {
            Comparison::Same => "same".into(),
            Comparison::Unclear => "unclear".into(),
            Comparison::Differs(difference) => difference.to_string(),
        }
    }

    #[test]
    fn the_first_part_that_differs_is_named_with_both_values() {
        for (from, to, expected) in [
            ("", "", "same"),
            ("GET", "POST", r#"method: sent "GET", received "POST""#),
            (
                "/movies/",
                "/",
                r#"path: sent "/movies/_search", received "/_search""#,
            ),
            (
                "a%20b",
                "a%2Bb",
                r#"query parameter: sent "q=a%20b", received "q=a%2Bb""#,
            ),
            (
                "&size=1",
                "",
                r#"query parameter: sent "size=1", received none"#,
            ),
            (
                "q=a%20b&size=1",
                "",
                r#"query parameter: sent "q=a%20b", received none"#,
            ),
            (
                "size=1",
                "size=1&z=",
                r#"query parameter: sent none, received "z=""#,
            ),
            (
                "host:search-x",
                "host:localhost:8157",
                r#"`host` header: sent "search-x", received "localhost:8157""#,
            ),
            (
                "host:search-x\n",
                "",
                r#"`host` header: sent "search-x", received none"#,
            ),
            (
                "host:search-x\n",
                "accept:a\nhost:search-x\n",
                r#"`accept` header: sent none, received "a""#,
            ),
            (
                "host;x-amz-date;",
                "host;",
                r#"list of signed headers: sent "host;x-amz-date;x-amz-security-token", received "host;x-amz-security-token""#,
            ),
            ("abc", "def", r#"body hash: sent "abc", received "def""#),
            (
                "\n\nhost;x-amz-date;x-amz-security-token\nabc",
                "",
                "unclear",
            ),
            (
                "20240522T120000Z",
                "\u{1b}[31m\u{202e}",
                r#"`x-amz-date` header: sent "20240522T120000Z", received "\u{1b}[31m\u{202e}""#,
            ),
        ] {
            assert_eq!(shown(&SENT.replacen(from, to, 1)), expected, "{from}");
        }
        assert_eq!(shown(""), "unclear");
    }

    #[test]
    fn long_values_are_shortened_where_they_are_shown() {
        let received = SENT.replace("search-x", &"é".repeat(1000));
        let shown = shown(&received);
        assert!(shown.chars().count() < 200, "{shown}");
        assert!(shown.ends_with("é…\""), "{shown}");
    }
}
