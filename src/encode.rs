//! Percent-encoding ([RFC 3986 §2.1](https://www.rfc-editor.org/rfc/rfc3986#section-2.1)) and
//! hexadecimal text.
//!
//! Every room encodes here, except `testing::verify`: the verifier shares no code with the signer
//! that it checks.

/// Whether a byte stands for itself in a canonical path or query: `A-Z a-z 0-9 - . _ ~`.
#[inline]
pub(crate) const fn is_unreserved(byte: u8) -> bool {
    UNRESERVED[byte as usize]
}

/// Appends one byte: as it is when it is unreserved, otherwise as `%XX`.
#[inline]
pub(crate) fn push_byte(out: &mut Vec<u8>, byte: u8) {
    if is_unreserved(byte) {
        out.push(byte);
    } else {
        out.extend_from_slice(&escape(byte));
    }
}

/// Appends text, with `%XX` for every byte that is not unreserved.
pub(crate) fn push_bytes(out: &mut Vec<u8>, text: &[u8]) {
    for &byte in text {
        push_byte(out, byte);
    }
}

/// Appends text, with `%XX` for every byte that `is_raw` does not accept. `is_raw` must accept
/// ASCII only.
#[cfg(feature = "opensearch")]
pub(crate) fn push_text(out: &mut String, text: &str, is_raw: impl Fn(u8) -> bool) {
    for &byte in text.as_bytes() {
        if is_raw(byte) {
            out.push(char::from(byte));
        } else {
            out.extend(escape(byte).map(char::from));
        }
    }
}

/// How many bytes at the start of `text` are unreserved.
#[inline]
pub(crate) fn unreserved_run(text: &[u8]) -> usize {
    text.iter()
        .position(|&byte| !is_unreserved(byte))
        .unwrap_or(text.len())
}

/// The byte that the `%XX` at the start of `text` stands for; `None` when `text` starts otherwise.
#[inline]
pub(crate) fn unescape(text: &[u8]) -> Option<u8> {
    match text {
        [b'%', high, low, ..] => Some(nibble(*high)? << 4 | nibble(*low)?),
        _ => None,
    }
}

/// The SHA-256 of no bytes in lower-case hexadecimal.
pub(crate) const SHA256_OF_NOTHING: &str =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// A digest in lower-case hexadecimal. Computed without a table, so that the compiler turns the
/// loop into vector instructions.
#[inline]
pub(crate) fn hex(digest: [u8; 32]) -> [u8; 64] {
    let digit = |nibble: u8| nibble + if nibble < 10 { b'0' } else { b'a' - 10 };
    let mut out = [0; 64];
    for (pair, byte) in out.as_chunks_mut().0.iter_mut().zip(digest) {
        *pair = [digit(byte >> 4), digit(byte & 15)];
    }
    out
}

#[inline]
fn escape(byte: u8) -> [u8; 3] {
    let digit = |nibble: u8| b"0123456789ABCDEF"[usize::from(nibble)];
    [b'%', digit(byte >> 4), digit(byte & 15)]
}

#[inline]
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_escaped_unless_it_is_unreserved_and_decodes_to_itself() {
        let unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
        for byte in 0..=u8::MAX {
            let mut encoded = Vec::new();
            push_byte(&mut encoded, byte);
            if unreserved.as_bytes().contains(&byte) {
                assert_eq!(encoded, [byte]);
                assert_eq!(unescape(&encoded), None);
            } else {
                assert_eq!(encoded, format!("%{byte:02X}").as_bytes());
                assert_eq!(unescape(&encoded), Some(byte));
                assert_eq!(unescape(&encoded.to_ascii_lowercase()), Some(byte));
            }
        }
        assert_eq!(unreserved_run(b"a~b%20"), 3);
        assert_eq!(unreserved_run(unreserved.as_bytes()), unreserved.len());
    }

    #[test]
    fn text_that_is_no_escape_is_not_decoded() {
        for text in ["", "%", "%4", "%zz", "%4z", "a%41", "%+4", "% 4"] {
            assert_eq!(unescape(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn a_digest_is_written_in_lower_case_hexadecimal() {
        let digest: [u8; 32] = std::array::from_fn(|at| (at * 37 + 5) as u8);
        let expected: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex(digest), expected.as_bytes());
    }
}
