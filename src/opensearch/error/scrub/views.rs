//! A text as its letters and digits, after undoing each encoding that changes them.

use std::ops::Range;

/// Letters and digits in lower case, and where in the text each one stands.
#[derive(Default)]
pub(super) struct View {
    pub(super) letters: Vec<u8>,
    pub(super) places: Vec<Range<usize>>,
}

impl View {
    fn push(&mut self, byte: u8, place: Range<usize>) {
        if let Some(letter) = letter(byte) {
            self.letters.push(letter);
            self.places.push(place);
        }
    }
}

/// A letter in lower case, or a digit.
pub(super) fn letter(byte: u8) -> Option<u8> {
    byte.is_ascii_alphanumeric()
        .then(|| byte.to_ascii_lowercase())
}

/// Calls a function with each view of a text: as it is, without escapes up to three deep, and decoded from hex, from
/// base64 and from lists of bytes.
pub(super) fn each(text: &str, mut look: impl FnMut(&View)) {
    let mut bytes: Vec<Placed> = text
        .bytes()
        .enumerate()
        .map(|(at, byte)| (byte, at..at + 1))
        .collect();
    look(&view_of(&bytes));
    for _ in 0..DEEPEST {
        let unescaped = unescape(&bytes);
        if unescaped.len() == bytes.len() {
            break;
        }
        bytes = unescaped;
        look(&view_of(&bytes));
    }
    for shift in 0..2 {
        look(&from_hex(text.as_bytes(), shift));
    }
    for shift in 0..4 {
        look(&from_base64(text.as_bytes(), shift));
    }
    look(&from_numbers(text.as_bytes()));
}

/// A byte, and where it comes from.
type Placed = (u8, Range<usize>);

fn view_of(bytes: &[Placed]) -> View {
    let mut view = View::default();
    for (byte, place) in bytes {
        view.push(*byte, place.clone());
    }
    view
}

/// Undoes `%2F`, `\u002f`, `\x2f`, `\n`, `&#x2F;`, `&#47;` and `&sol;`, once.
fn unescape(bytes: &[Placed]) -> Vec<Placed> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let (byte, length) = match bytes[at].0 {
            b'%' => number(bytes, at + 1, 2, 16).map_or((b'%', 1), |byte| (byte, 3)),
            b'\\' => backslash(bytes, at),
            b'&' => entity(bytes, at).unwrap_or((b'&', 1)),
            byte => (byte, 1),
        };
        let end = at + length;
        out.push((byte, bytes[at].1.start..bytes[end - 1].1.end));
        at = end;
    }
    out
}

/// The byte of an escape that begins with a backslash, and its length.
fn backslash(bytes: &[Placed], at: usize) -> (u8, usize) {
    let escape = match bytes.get(at + 1).map(|(byte, _)| *byte) {
        Some(b'u') => number(bytes, at + 2, 4, 16).map(|byte| (byte, 6)),
        Some(b'x') => number(bytes, at + 2, 2, 16).map(|byte| (byte, 4)),
        Some(b'n' | b'r' | b't' | b'b' | b'f') => Some((b' ', 2)),
        Some(b'\\' | b'/' | b'"' | b'\'') => Some((bytes[at + 1].0, 2)),
        _ => None,
    };
    escape.unwrap_or((b'\\', 1))
}

fn entity(bytes: &[Placed], at: usize) -> Option<(u8, usize)> {
    let rest = &bytes[at + 1..bytes.len().min(at + LONGEST_ENTITY)];
    let length = rest.iter().position(|(byte, _)| *byte == b';')?;
    let name: Vec<u8> = rest[..length].iter().map(|(byte, _)| *byte).collect();
    let byte = match &*name {
        [b'#', b'x' | b'X', ..] => number(rest, 2, length - 2, 16)?,
        [b'#', ..] => number(rest, 1, length - 1, 10)?,
        b"amp" => b'&',
        b"bsol" => b'\\',
        b"equals" | b"lowbar" | b"plus" | b"sol" | b"gt" | b"lt" | b"quot" | b"apos" => b' ',
        _ => return None,
    };
    Some((byte, length + 2))
}

/// The byte whose number begins here, with this many digits.
fn number(bytes: &[Placed], from: usize, digits: usize, radix: u32) -> Option<u8> {
    let digits = bytes.get(from..from.checked_add(digits)?)?;
    let mut number = 0_u32;
    for (byte, _) in digits {
        let digit = char::from(*byte).to_digit(radix)?;
        number = number.checked_mul(radix)?.checked_add(digit)?;
    }
    (!digits.is_empty()).then(|| u8::try_from(number).unwrap_or(b' '))
}

/// Reads pairs of hex digits, with blanks, colons, commas or hyphens between them or not.
fn from_hex(text: &[u8], shift: usize) -> View {
    let is_between = |byte: u8| matches!(byte, b' ' | b':' | b',' | b'-' | b'\n');
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let mut view = View::default();
    for (start, run) in runs(text, 32, |byte| digit(byte).is_some() || is_between(byte)) {
        let digits = run.iter().enumerate();
        let digits = digits.filter_map(|(at, byte)| Some((digit(*byte)? as u8, start + at)));
        let digits: Vec<_> = digits.skip(shift).collect();
        for pair in digits.chunks_exact(2) {
            view.push(pair[0].0 << 4 | pair[1].0, pair[0].1..pair[1].1 + 1);
        }
    }
    view
}

/// Reads base64 of both alphabets.
fn from_base64(text: &[u8], shift: usize) -> View {
    let mut view = View::default();
    let is_part = |byte| sextet(byte).is_some() || matches!(byte, b'\n' | b'\r');
    for (start, run) in runs(text, 20, is_part) {
        let sextets = run.iter().enumerate();
        let sextets = sextets.filter_map(|(at, byte)| Some((sextet(*byte)?, start + at)));
        let sextets: Vec<_> = sextets.skip(shift).collect();
        for group in sextets.chunks(4) {
            for pair in 0..group.len().saturating_sub(1) {
                let ((high, first), (low, last)) = (group[pair], group[pair + 1]);
                let both = u16::from(high) << 6 | u16::from(low);
                let byte = (both >> (4 - 2 * pair)) as u8;
                view.push(byte, first..last + 1);
            }
        }
    }
    view
}

/// Reads bytes written as numbers: `[73, 81, 111]`.
fn from_numbers(text: &[u8]) -> View {
    let is_between = |byte: u8| matches!(byte, b' ' | b',' | b'\n');
    let mut view = View::default();
    for (start, run) in runs(text, 32, |byte| byte.is_ascii_digit() || is_between(byte)) {
        for (at, digits) in runs(run, 1, |byte| byte.is_ascii_digit()) {
            let byte = std::str::from_utf8(digits)
                .ok()
                .and_then(|digits| digits.parse().ok());
            let place = start + at..start + at + digits.len();
            view.push(byte.unwrap_or(b' '), place);
        }
    }
    view
}

/// The longest stretches of bytes of a kind, and where each begins. Stretches of less than `least` bytes are left out.
fn runs(text: &[u8], least: usize, is_part: impl Fn(u8) -> bool) -> Vec<(usize, &[u8])> {
    let mut runs = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let length = text[at..].iter().take_while(|byte| is_part(**byte)).count();
        if length >= least {
            runs.push((at, &text[at..at + length]));
        }
        at += length + 1;
    }
    runs
}

fn sextet(byte: u8) -> Option<u8> {
    Some(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    })
}

/// A gateway escapes what a program escaped; more layers are not known.
const DEEPEST: usize = 3;
/// `&` up to `;`.
const LONGEST_ENTITY: usize = 12;
