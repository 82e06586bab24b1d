//! Percent escapes ([RFC 3986 §2.1](https://www.rfc-editor.org/rfc/rfc3986#section-2.1)).

/// Whether a byte stands for itself in a canonical path or query: `A-Z a-z 0-9 - . _ ~`.
pub(super) const fn is_unreserved(byte: u8) -> bool {
    UNRESERVED[byte as usize]
}

/// Writes one byte, escaped unless it is unreserved.
pub(super) fn encode(out: &mut Vec<u8>, byte: u8) {
    if is_unreserved(byte) {
        out.push(byte);
    } else {
        let hex = |nibble: u8| b"0123456789ABCDEF"[nibble as usize];
        out.extend_from_slice(&[b'%', hex(byte >> 4), hex(byte & 15)]);
    }
}

/// Writes text with every byte escaped that is not unreserved.
pub(in super::super) fn encode_all(out: &mut Vec<u8>, text: &[u8]) {
    for &byte in text {
        encode(out, byte);
    }
}

/// How many bytes at the start of `text` are unreserved.
pub(super) fn unreserved_run(text: &[u8]) -> usize {
    text.iter()
        .position(|&byte| !is_unreserved(byte))
        .unwrap_or(text.len())
}

/// The byte that a `%XX` at the start of `text` stands for, if that is what stands there.
pub(super) fn decode(text: &[u8]) -> Option<u8> {
    match text {
        [b'%', high, low, ..] => Some(nibble(*high)? << 4 | nibble(*low)?),
        _ => None,
    }
}

fn nibble(digit: u8) -> Option<u8> {
    (digit as char).to_digit(16).map(|value| value as u8)
}

static UNRESERVED: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let as_u8 = byte as u8;
        table[byte] = as_u8.is_ascii_alphanumeric() || matches!(as_u8, b'-' | b'.' | b'_' | b'~');
        byte += 1;
    }
    table
};
