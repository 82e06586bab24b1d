//! Removes known secrets from a text, in whatever encoding they stand there.
//!
//! A text and a secret are compared by their letters and digits alone, regardless of case: what escapes, quotes or wraps
//! a secret changes everything else. [`views`](super::views) undoes encodings that change letters. Part of a secret
//! counts as well, for a text may be cut.

use std::ops::Range;

use super::names::REDACTED;
use super::views::{self, View};

/// The letters and digits of a secret, indexed for the search.
pub(super) struct Secret {
    letters: Vec<u8>,
    /// Each block of eight letters at a multiple of eight, and its place. Sorted.
    blocks: Vec<(u64, usize)>,
    /// How many letters in a row count.
    least: usize,
}

impl Secret {
    /// `None` for a text that is too short to recognise.
    pub(super) fn new(secret: &[u8]) -> Option<Self> {
        let letters: Vec<u8> = secret
            .iter()
            .filter_map(|byte| views::letter(*byte))
            .collect();
        if letters.len() < BLOCK {
            return None;
        }
        let blocks = letters.chunks_exact(BLOCK).enumerate();
        let mut blocks: Vec<_> = blocks.map(|(at, block)| (key(block), at * BLOCK)).collect();
        blocks.sort_unstable();
        // Only a secret that repeats itself has the same block twice.
        blocks.dedup_by_key(|(block, _)| *block);
        Some(Self {
            least: letters.len().min(LEAST),
            letters,
            blocks,
        })
    }

    /// Adds where this secret, or a large enough part of it, is in a text.
    fn find(&self, view: &View, found: &mut Vec<Range<usize>>) {
        let text = &view.letters;
        let (mut at, mut done) = (0, 0);
        while at + BLOCK <= text.len() {
            match self.run_at(text, at, done) {
                Some(run) => {
                    found.push(view.places[run.start].start..view.places[run.end - 1].end);
                    (at, done) = (run.end, run.end);
                }
                None => at += 1,
            }
        }
    }

    /// The letters in a row, from `done` on, that include the block here and are the secret's.
    fn run_at(&self, text: &[u8], at: usize, done: usize) -> Option<Range<usize>> {
        let block = key(&text[at..at + BLOCK]);
        let known = self
            .blocks
            .binary_search_by_key(&block, |(known, _)| *known);
        let place = self.blocks[known.ok()?].1;
        let before = self.letters[..place].iter().rev();
        let before = before.zip(text[done..at].iter().rev());
        let before = before.take_while(|(ours, theirs)| ours == theirs).count();
        let after = self.letters[place..].iter().zip(&text[at..]);
        let after = after.take_while(|(ours, theirs)| ours == theirs).count();
        (before + after >= self.least).then(|| at - before..at + after)
    }
}

pub(super) fn scrub(text: &str, secrets: &[Secret]) -> String {
    if secrets.is_empty() {
        return text.to_owned();
    }
    let mut found = Vec::new();
    views::each(text, |view| {
        for secret in secrets {
            secret.find(view, &mut found);
        }
    });
    found.sort_unstable_by_key(|range| range.start);
    let mut clean = String::with_capacity(text.len());
    let mut done = 0;
    for range in found {
        if range.end <= done {
            continue;
        }
        if range.start > done || done == 0 {
            clean.push_str(&text[done..range.start.max(done)]);
            clean.push_str(REDACTED);
        }
        done = range.end;
        // Padding would reveal the length of a token.
        done += text[done..].len() - text[done..].trim_start_matches('=').len();
    }
    clean.push_str(&text[done..]);
    clean
}

fn key(block: &[u8]) -> u64 {
    block
        .iter()
        .fold(0, |key, letter| key << 8 | u64::from(*letter))
}

const BLOCK: usize = 8;
/// Longer than any word; a part of a secret of this length includes one of its blocks.
const LEAST: usize = 16;

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    use super::*;

    const TOKEN: &str = "IQoJb3JpZ2luX2VjEH8aCXVzLWVhc3QtMSJHMEUCIQD/x+9/EXAMPLE+token/zzz==";

    fn scrubbed(text: &str) -> String {
        scrub(text, &[Secret::new(TOKEN.as_bytes()).unwrap()])
    }

    fn encoded(encode: impl Fn(char) -> String) -> String {
        TOKEN.chars().map(encode).collect()
    }

    #[test]
    fn a_secret_is_removed_in_any_encoding() {
        let special = |char: char| !char.is_ascii_alphanumeric();
        let hex: Vec<_> = TOKEN.bytes().map(|byte| format!("{byte:02x}")).collect();
        let decimal: Vec<_> = TOKEN.bytes().map(|byte| byte.to_string()).collect();
        for (shape, echoed) in [
            ("as it is", TOKEN.to_owned()),
            ("in upper case", TOKEN.to_uppercase()),
            (
                "URL-encoded",
                encoded(|char| match special(char) {
                    true => format!("%{:02X}", char as u32),
                    false => char.into(),
                }),
            ),
            (
                "URL-encoded whole, in lower case",
                encoded(|char| format!("%{:02x}", char as u32)),
            ),
            (
                "URL-encoded twice",
                encoded(|char| match special(char) {
                    true => format!("%25{:02X}", char as u32),
                    false => char.into(),
                }),
            ),
            ("with a plus as a blank", TOKEN.replace('+', " ")),
            ("with escaped slashes", TOKEN.replace('/', "\\/")),
            (
                "JSON-escaped",
                encoded(|char| match special(char) {
                    true => format!("\\u{:04x}", char as u32),
                    false => char.into(),
                }),
            ),
            (
                "JSON-escaped twice",
                encoded(|char| match special(char) {
                    true => format!("\\\\u{:04X}", char as u32),
                    false => char.into(),
                }),
            ),
            (
                "HTML-escaped",
                encoded(|char| match char {
                    '/' => "&#x2F;".into(),
                    '=' => "&#61;".into(),
                    '+' => "&plus;".into(),
                    char => char.into(),
                }),
            ),
            (
                "HTML-escaped by names",
                TOKEN.replace('/', "&sol;").replace('=', "&equals;"),
            ),
            ("for URLs", TOKEN.replace('+', "-").replace('/', "_")),
            ("wrapped", format!("{}\n {}", &TOKEN[..30], &TOKEN[30..])),
            (
                "wrapped and escaped",
                format!("{}\\n{}", &TOKEN[..30], &TOKEN[30..]),
            ),
            ("cut at its end", TOKEN[..40].to_owned()),
            ("cut at its start", TOKEN[30..].to_owned()),
            ("in base64", STANDARD.encode(TOKEN)),
            ("in base64 for URLs", URL_SAFE_NO_PAD.encode(TOKEN)),
            (
                "in base64 of more",
                STANDARD.encode(format!("{{\"t\":\"{TOKEN}\"}}")),
            ),
            (
                "in base64 of one more",
                STANDARD.encode(format!("a{TOKEN}b")),
            ),
            ("in hex", hex.concat()),
            ("in hex, as S3 writes it", hex.join(" ")),
            ("in hex, with colons", hex.join(":").to_uppercase()),
            ("in bytes", decimal.join(", ")),
            ("in bytes, close", decimal.join(",")),
        ] {
            for text in [
                echoed.clone(),
                format!("before {echoed} after"),
                format!(r#"{{"headers":[["x","{echoed}"]]}}"#),
                format!("{echoed}\n{echoed}"),
            ] {
                let clean = scrubbed(&text);
                assert!(clean.contains(REDACTED), "{shape}: {clean}");
                let rest = clean.replace(REDACTED, "");
                assert!(rest.len() <= 60, "{shape}: {clean}");
                for from in 0..=TOKEN.len() - 10 {
                    let part = &TOKEN[from..from + 10];
                    assert!(!clean.contains(part), "{shape}: {part} in {clean}");
                }
            }
        }
    }

    #[test]
    fn all_else_stays() {
        assert_eq!(
            scrubbed(&format!("é token={TOKEN}&x=1 é")),
            "é token=[redacted]&x=1 é"
        );
        for text in [
            "",
            "é",
            "The security token included in the request is invalid.",
            "IQoJb3JpZ2lu",
            "%",
            "%2",
            "\\",
            "\\u",
            "&#",
            "&#;",
            "&#99999999999;",
            "&sol",
            "host;x-amz-date;x-amz-security-token\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        ] {
            assert_eq!(scrubbed(text), text);
        }
        assert!(Secret::new(b"token").is_none());
        let short = Secret::new(b"hunter2hunter2").unwrap();
        assert_eq!(scrub("a hunter2-hunter2 b", &[short]), "a [redacted] b");
    }

    #[test]
    fn a_large_text_is_read_in_bounded_time() {
        for part in ["%25", "\\\\u0041", "AAAA", "41 ", "65,", "&amp;", TOKEN] {
            let text = part.repeat(64 * 1024 / part.len());
            let begun = std::time::Instant::now();
            scrubbed(&text);
            // It takes milliseconds; a search that starts again at each place would take minutes.
            assert!(begun.elapsed().as_secs() < 10, "{part}");
        }
        let dull = Secret::new(&[b'A'; 2000]).unwrap();
        let begun = std::time::Instant::now();
        scrub(&"A".repeat(64 * 1024), &[dull]);
        assert!(begun.elapsed().as_secs() < 10);
    }
}
