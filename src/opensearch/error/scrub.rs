//! Makes a server's text fit to be kept and shown: no secrets, bounded, on one line.
//!
//! AWS answers a wrong signature with the canonical request, in which the session token stands.

use std::fmt::{self, Write as _};
use std::ops::Range;

use serde_json::error::Category;

use crate::error::BoxError;

/// What is kept of a body in an error.
pub(super) fn body(bytes: &[u8]) -> String {
    let mut text = keep(&String::from_utf8_lossy(cut(bytes)));
    text.truncate(text.floor_char_boundary(KEEP_LIMIT));
    text
}

/// Why a response cannot be read.
///
/// The JSON library quotes what it did not expect, without the name that tells it is a secret: from a
/// body that has such names nothing is quoted.
pub(crate) fn json_error(error: serde_json::Error, body: &[u8]) -> BoxError {
    let said = error.to_string();
    let looked_at = [&String::from_utf8_lossy(cut(body)), "\n", &said].concat();
    if body.len() <= READ_LIMIT && secret_spans(&looked_at).is_empty() {
        return error.into();
    }
    let what = match error.classify() {
        Category::Eof => "it ends too early",
        Category::Syntax => "it is no JSON",
        Category::Data | Category::Io => "a value or its type is another",
    };
    let (line, column) = (error.line(), error.column());
    format!("{what} at line {line} column {column}").into()
}

/// What is kept of one text in an error.
pub(super) fn keep(text: &str) -> String {
    scrub(&text[..text.floor_char_boundary(READ_LIMIT)])
}

/// As much of a body as is looked at for text.
pub(super) fn cut(bytes: &[u8]) -> &[u8] {
    &bytes[..bytes.len().min(READ_LIMIT)]
}

/// Replaces the values of secret headers and parameters wherever they stand in `text`.
fn scrub(text: &str) -> String {
    let mut secrets: Vec<&str> = Vec::new();
    let mut clean = String::with_capacity(text.len());
    let mut done = 0;
    for span in secret_spans(text) {
        // What looks like a value may be the next name, or hold it: then the spans overlap.
        if span.start >= done {
            clean.push_str(&text[done..span.start]);
            clean.push_str(REDACTED);
        }
        if span.end > done {
            secrets.extend(secret_parts(&text[span.clone()]));
            done = span.end;
        }
    }
    clean.push_str(&text[done..]);
    // The same value may stand elsewhere without its name.
    for secret in secrets.into_iter().take(MOST_SECRETS) {
        if clean.contains(secret) {
            clean = clean.replace(secret, REDACTED);
        }
    }
    clean
}

/// Shows text of a server on one line, without control characters, cut to a readable length.
pub(crate) struct OneLine<'a>(pub(crate) &'a str);

impl fmt::Display for OneLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (count, char) in self.0.chars().enumerate() {
            if count == SHOW_LIMIT {
                return f.write_char('…');
            }
            if char.is_control() || is_layout(char) {
                write!(f, "{}", char.escape_default())?;
            } else {
                f.write_char(char)?;
            }
        }
        Ok(())
    }
}

/// The values of all secret names, in their order.
fn secret_spans(text: &str) -> Vec<Range<usize>> {
    let lower = text.to_ascii_lowercase();
    let mut spans = Vec::new();
    // Values that begin inside of another end with it: no character is looked at twice.
    let mut last = [0..0, 0..0];
    let mut from = 0;
    while let Some((name, at)) = next_name(&lower, from) {
        from = at + name.len();
        let Some(start) = value_start(text, from) else {
            continue;
        };
        let has_blanks = name == AUTHORIZATION;
        let last = &mut last[usize::from(has_blanks)];
        if !last.contains(&start) {
            *last = start..value_end(text, start, has_blanks);
        }
        if start < last.end {
            spans.push(start..last.end);
        }
    }
    spans
}

fn next_name(lower: &str, from: usize) -> Option<(&'static str, usize)> {
    let bytes = lower.as_bytes();
    (from..bytes.len()).find_map(|at| {
        let starts_here = |name: &&str| bytes[at..].starts_with(name.as_bytes());
        let name = SECRET_NAMES.into_iter().find(starts_here)?;
        Some((name, at))
    })
}

/// Where the value after a secret's name begins, if it has one: `name: value`,
/// `"name": "value"`, `name=value`, `<name>value<`, escaped as JSON or not.
fn value_start(text: &str, after: usize) -> Option<usize> {
    let quotes = |char: char| matches!(char, ' ' | '\t' | '"' | '\'' | '\\');
    let rest = &text[after..];
    let rest = rest.strip_prefix(" header").unwrap_or(rest);
    let rest = rest.trim_start_matches(quotes);
    let rest = [":", "=", ">", "%3A", "%3a", "%3D", "%3d"]
        .iter()
        .find_map(|separator| rest.strip_prefix(separator))?;
    let rest = rest.trim_start_matches(quotes);
    Some(text.len() - rest.len())
}

fn value_end(text: &str, start: usize, has_blanks: bool) -> usize {
    let mut chars = text[start..].char_indices().peekable();
    while let Some((at, char)) = chars.next() {
        let ends = match char {
            '\n' | '\r' | '"' | '\'' | '<' => true,
            ' ' | '\t' | '&' => !has_blanks,
            // JSON may write `/` and `=` as `\/` and `\u003d`; any other escape is a new line or a quote.
            '\\' => !matches!(chars.peek(), Some((_, '/' | 'u'))),
            _ => false,
        };
        if ends {
            return start + at;
        }
    }
    text.len()
}

/// The value, and what follows the scheme in `Basic …` and `Bearer …`.
fn secret_parts(value: &str) -> impl Iterator<Item = &str> {
    let whole = Some(value).filter(|value| value.len() >= 8);
    let word = value
        .split_once(' ')
        .map(|(_, word)| word.trim())
        .filter(|word| word.len() >= 8);
    whole.into_iter().chain(word)
}

/// Characters that move what is shown around them.
fn is_layout(char: char) -> bool {
    matches!(char, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

const AUTHORIZATION: &str = "authorization";
/// Of names that begin alike the longest comes first. S3 sends back `SignatureProvided` and `Token-0`.
const SECRET_NAMES: [&str; 6] = [
    "x-amz-security-token",
    "x-amz-signature",
    AUTHORIZATION,
    "signatureprovided",
    "signature",
    "token-0",
];
const REDACTED: &str = "[redacted]";
/// A server that echoes a request knows of fewer.
const MOST_SECRETS: usize = 32;
const READ_LIMIT: usize = 64 * 1024;
const KEEP_LIMIT: usize = 8 * 1024;
const SHOW_LIMIT: usize = 500;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_and_authorization_are_redacted_in_any_dress() {
        let token = "IQoJb3JpZ2luX2VjEXAMPLE/+token==";
        for (text, clean) in [
            (
                format!("host:a\nx-amz-security-token:{token}\n\nhost"),
                "host:a\nx-amz-security-token:[redacted]\n\nhost",
            ),
            (
                format!(r#"{{"message":"a\nX-Amz-Security-Token:{token}\n'"}}"#),
                r#"{"message":"a\nX-Amz-Security-Token:[redacted]\n'"}"#,
            ),
            (
                format!(r#"{{"x-amz-security-token": "{token}"}}"#),
                r#"{"x-amz-security-token": "[redacted]"}"#,
            ),
            (
                r#"x-amz-security-token:IQo\/abc\u003d\u003d\nhost"#.into(),
                r#"x-amz-security-token:[redacted]\nhost"#,
            ),
            (
                format!("?X-Amz-Security-Token={token}&X-Amz-Date=1"),
                "?X-Amz-Security-Token=[redacted]&X-Amz-Date=1",
            ),
            (
                format!("{token} is wrong, x-amz-security-token: {token}"),
                "[redacted] is wrong, x-amz-security-token: [redacted]",
            ),
            (
                "'dXNlcjpwYXNz' is no pair in Authorization header: 'Basic dXNlcjpwYXNz'.".into(),
                "'[redacted]' is no pair in Authorization header: '[redacted]'.",
            ),
            (
                "Authorization=AWS4-HMAC-SHA256 Credential=AKID/x, Signature=ab12".into(),
                "Authorization=[redacted]",
            ),
            (
                "host;x-amz-security-token\nabc".into(),
                "host;x-amz-security-token\nabc",
            ),
            (
                "authorization_exception: no".into(),
                "authorization_exception: no",
            ),
            (
                "é x-amz-security-token:é\né".into(),
                "é x-amz-security-token:[redacted]\né",
            ),
            (
                "Signature=ab12cd34 is no Authorization header".into(),
                "Signature=[redacted] is no Authorization header",
            ),
            (
                format!("<SignatureProvided>ab12</SignatureProvided><Token-0>{token}</Token-0>"),
                "<SignatureProvided>[redacted]</SignatureProvided><Token-0>[redacted]</Token-0>",
            ),
            (
                "The request signature we calculated: no".into(),
                "The request signature we calculated: no",
            ),
            (
                format!("e&X-Amz-Signature=\"x-amz-security-token\": \"{token}\""),
                "e&X-Amz-Signature=\"[redacted]\": \"[redacted]\"",
            ),
            ("x-amz-security-token".into(), "x-amz-security-token"),
            ("x-amz-security-token:".into(), "x-amz-security-token:"),
        ] {
            assert_eq!(scrub(&text), clean, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_quoted_only_from_bodies_without_secrets() {
        type Map = std::collections::HashMap<String, u8>;
        let long = format!(r#"{{"a": "{}"}}"#, "x".repeat(READ_LIMIT));
        for (body, said) in [
            (
                r#"{"a": "many"}"#,
                r#"invalid type: string "many", expected u8 at line 1 column 12"#,
            ),
            (
                r#"{"x-amz-security-token": "IQoJb3JpZ2luX2Vj"}"#,
                "a value or its type is another at line 1 column 43",
            ),
            (
                r#"{"\u0061": "\u0049QoJ", "x-amz-security-token": "IQoJ"}"#,
                "a value or its type is another at line 1 column 22",
            ),
            ("Signature=ab12cd34", "it is no JSON at line 1 column 1"),
            (
                r#"{"token-0": 1, "b": "#,
                "it ends too early at line 1 column 20",
            ),
            (
                &long,
                "a value or its type is another at line 1 column 65544",
            ),
        ] {
            let error = serde_json::from_str::<Map>(body).unwrap_err();
            assert_eq!(json_error(error, body.as_bytes()).to_string(), said);
        }
    }

    #[test]
    fn a_body_full_of_names_is_read_in_one_go() {
        for part in [
            "signature=",
            "authorization: signature=x ",
            "x-amz-security-token:a\n",
        ] {
            let text = part.repeat(READ_LIMIT / part.len());
            let begun = std::time::Instant::now();
            scrub(&text);
            // Read once for each name it took minutes.
            assert!(begun.elapsed().as_secs() < 10, "{part}");
        }
    }

    #[test]
    fn a_kept_body_is_bounded_and_cut_between_characters() {
        let kept = body("é".repeat(100_000).as_bytes());
        assert!(kept.len() <= KEEP_LIMIT);
        assert!(kept.chars().all(|char| char == 'é' || char == '\u{fffd}'));
    }

    #[test]
    fn a_line_shows_no_control_characters_and_ends() {
        let shown = OneLine("a\nb\u{1b}[31m\u{202e}c\u{7f}").to_string();
        assert_eq!(shown, r"a\nb\u{1b}[31m\u{202e}c\u{7f}");
        assert_eq!(
            OneLine(&"x".repeat(5000)).to_string().chars().count(),
            SHOW_LIMIT + 1
        );
    }
}
