//! JSON, indented and coloured. The text of each value and the order of names stay as the server sent them.

use serde::de::IgnoredAny;

/// Returns the text with one value or name in each line, or as it is if it is not JSON.
pub(crate) fn format(text: &str, has_colours: bool) -> String {
    if !text.trim_start().starts_with(['{', '['])
        || serde_json::from_str::<IgnoredAny>(text).is_err()
    {
        return text.to_owned();
    }
    let mut writer = Writer {
        out: String::new(),
        depth: 0,
        has_colours,
    };
    let mut rest = text.trim();
    while let Some(first) = rest.chars().next() {
        let (token, after) = rest.split_at(length(rest));
        rest = after.trim_start();
        match first {
            '{' | '[' if rest.starts_with(['}', ']']) => {
                writer.out.push_str(token);
                writer.out.push_str(&rest[..1]);
                rest = rest[1..].trim_start();
            }
            '{' | '[' => writer.open(token),
            '}' | ']' => writer.close(token),
            ',' => writer.next_line(","),
            ':' => writer.out.push_str(": "),
            '"' if rest.starts_with(':') => writer.coloured(token, NAME),
            '"' => writer.coloured(token, STRING),
            't' | 'f' | 'n' => writer.coloured(token, WORD),
            _ => writer.coloured(token, NUMBER),
        }
    }
    writer.out
}

struct Writer {
    out: String,
    depth: usize,
    has_colours: bool,
}

impl Writer {
    fn open(&mut self, token: &str) {
        self.depth += 1;
        self.next_line(token);
    }

    fn close(&mut self, token: &str) {
        self.depth = self.depth.saturating_sub(1);
        self.next_line("");
        self.out.push_str(token);
    }

    fn next_line(&mut self, before: &str) {
        self.out.push_str(before);
        self.out.push('\n');
        self.out.push_str(&"  ".repeat(self.depth));
    }

    fn coloured(&mut self, token: &str, colour: &str) {
        if self.has_colours {
            self.out.extend([colour, token, PLAIN]);
        } else {
            self.out.push_str(token);
        }
    }
}

/// The length of the token at the beginning.
fn length(json: &str) -> usize {
    let bytes = json.as_bytes();
    match bytes[0] {
        b'"' => {
            let mut at = 1;
            while at < bytes.len() && bytes[at] != b'"' {
                at += if bytes[at] == b'\\' { 2 } else { 1 };
            }
            (at + 1).min(bytes.len())
        }
        b'{' | b'}' | b'[' | b']' | b',' | b':' => 1,
        _ => json
            .find(|char: char| char.is_whitespace() || ",]}".contains(char))
            .unwrap_or(json.len()),
    }
}

const NAME: &str = "\x1b[34m";
const STRING: &str = "\x1b[32m";
const NUMBER: &str = "\x1b[36m";
const WORD: &str = "\x1b[33m";
pub(crate) const PLAIN: &str = "\x1b[0m";
