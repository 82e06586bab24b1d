//! Finds halves of surrogate pairs in JSON and replaces them.

/// Replaces each half of a surrogate pair by U+FFFD; returns `None` if the text has no half.
///
/// A half is an escape such as `\ud83d` without its other half, or a surrogate that is encoded in
/// three bytes like any other character. The replacement has the same length, so that everything
/// else keeps its place.
pub(crate) fn replace_halves(json: &[u8]) -> Option<Vec<u8>> {
    let mut repaired: Option<Vec<u8>> = None;
    let mut at = 0;
    while let Some(found) = json[at..].iter().position(|byte| is_start(*byte)) {
        at += found;
        let (length, replacement) = look(&json[at..]);
        if let Some(replacement) = replacement {
            let repaired = repaired.get_or_insert_with(|| json.to_vec());
            repaired[at..at + length].copy_from_slice(replacement);
        }
        // An escape at the very end may be cut.
        at = json.len().min(at + length);
    }
    repaired
}

/// Whether an escape, or a character whose encoding may be that of a surrogate, begins here.
fn is_start(byte: u8) -> bool {
    matches!(byte, b'\\' | ENCODED)
}

/// Returns how many bytes belong to what begins here, and what replaces them if it is a half.
fn look(json: &[u8]) -> (usize, Option<&'static [u8]>) {
    match json {
        [ENCODED, 0xA0..=0xBF, 0x80..=0xBF, ..] => (3, Some("\u{fffd}".as_bytes())),
        [ENCODED, ..] => (1, None),
        // An escaped backslash is no beginning of the next escape.
        _ => match (unit(json), json.get(6..).and_then(unit)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => (12, None),
            (Some(0xD800..=0xDFFF), _) => (6, Some(br"\ufffd")),
            _ => (2, None),
        },
    }
}

/// Reads the UTF-16 unit of the escape that begins here.
fn unit(json: &[u8]) -> Option<u16> {
    let digits = json.strip_prefix(br"\u")?.get(..4)?;
    digits.iter().try_fold(0, |unit, digit| {
        let digit = char::from(*digit).to_digit(16)?;
        Some(unit << 4 | digit as u16)
    })
}

/// The first byte of U+D000 to U+DFFF in UTF-8; from U+D800 on they are surrogates.
const ENCODED: u8 = 0xED;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_halves_are_replaced_and_in_place() {
        for (json, repaired) in [
            (&br#""\ud83d""#[..], Some(&br#""\ufffd""#[..])),
            (br#""\uDFFF""#, Some(br#""\ufffd""#)),
            (br#""\ud83d\ude00""#, None),
            (br#""\ud83d\ud83d\ude00""#, Some(br#""\ufffd\ud83d\ude00""#)),
            (br#""\ude00\ud83d""#, Some(br#""\ufffd\ufffd""#)),
            (br#""\ud83d\n\ude00""#, Some(br#""\ufffd\n\ufffd""#)),
            (br#""\ud83d \u00e9""#, Some(br#""\ufffd \u00e9""#)),
            (br#""\\ud83d""#, None),
            (br#""\\\ud83d""#, Some(br#""\\\ufffd""#)),
            (br#""\u+123\ud7ff\ue000""#, None),
            (br#""\ud83"#, None),
            (br#""\ud83d"#, Some(br#""\ufffd"#)),
            (br#""\"#, None),
            (
                b"\"\xed\xa0\x80 \xed\xbf\xbf\"",
                Some("\"\u{fffd} \u{fffd}\"".as_bytes()),
            ),
            ("\"\u{d7ff} \u{d000}\"".as_bytes(), None),
            (b"\"\xed\xa0", None),
            (b"\"\xed", None),
            (b"", None),
        ] {
            let text = String::from_utf8_lossy(json);
            assert_eq!(replace_halves(json).as_deref(), repaired, "{text}");
        }
    }
}
