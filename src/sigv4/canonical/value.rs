//! The value of one canonical header.

use crate::sigv4::error::SignError;

/// Trims spaces and tabs at both ends and folds runs of spaces into one.
pub(super) fn write(out: &mut Vec<u8>, name: &str, value: &[u8]) -> Result<(), SignError> {
    if is_plain(value) {
        out.extend_from_slice(value);
        return Ok(());
    }
    let value = value.trim_ascii();
    let mut after_space = false;
    for &byte in value {
        match byte {
            b' ' if after_space => {}
            b' ' => out.push(b' '),
            0x21..=0x7e => out.push(byte),
            b'\t' => {
                return Err(unsignable(
                    name,
                    "its value contains a tab, which signers read differently; use a space",
                ));
            }
            _ => {
                return Err(unsignable(
                    name,
                    "its value is not ASCII, which services read differently; encode it",
                ));
            }
        }
        after_space = byte == b' ';
    }
    Ok(())
}

/// Whether a value is in canonical form already, as most are: nothing to trim, to fold or to refuse.
fn is_plain(value: &[u8]) -> bool {
    if is_graphic(value) {
        return true;
    }
    let mut last = b' ';
    for &byte in value {
        if !matches!(byte, b' '..=b'~') || (byte == b' ' && last == b' ') {
            return false;
        }
        last = byte;
    }
    last != b' '
}

/// Whether all bytes are `!` to `~`. Compares eight at a time: any other byte sets its highest bit.
fn is_graphic(value: &[u8]) -> bool {
    const EACH: u64 = u64::from_ne_bytes([1; 8]);
    let (eights, rest) = value.as_chunks();
    let outside = eights.iter().fold(0, |any, &eight| {
        let eight = u64::from_ne_bytes(eight);
        let below = eight.wrapping_sub(EACH * u64::from(b'!'));
        let above = eight.wrapping_add(EACH);
        any | below | above | eight
    });
    outside & (EACH << 7) == 0 && rest.iter().all(u8::is_ascii_graphic)
}

fn unsignable(name: &str, reason: &'static str) -> SignError {
    SignError::Header {
        name: name.to_owned(),
        reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(value: &'static [u8]) -> Result<String, String> {
        let mut out = Vec::new();
        write(&mut out, "x-amz-meta-a", value).map_err(|error| error.to_string())?;
        Ok(String::from_utf8(out).unwrap())
    }

    #[test]
    fn values_are_trimmed_and_runs_of_spaces_folded() {
        assert_eq!(canonical(b" \t a  \"b   c\" \t").unwrap(), "a \"b c\"");
        assert_eq!(canonical(b"").unwrap(), "");
        assert_eq!(canonical(b"   ").unwrap(), "");
    }

    #[test]
    fn values_that_signers_read_in_different_ways_are_refused() {
        for bad in [
            &b"a\tb"[..],
            b"a \t b",
            "é".as_bytes(),
            b"\xa0a\xa0",
            b"a\x7fb",
        ] {
            assert!(
                canonical(bad).unwrap_err().contains("x-amz-meta-a"),
                "{bad:?}"
            );
        }
    }
}
