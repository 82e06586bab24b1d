//! The canonical path.
//!
//! Every service except S3 signs the normalized path, with each segment encoded once more than it is
//! sent. S3 signs the object key, encoded once and not normalized
//! ([AWS](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html)).

use super::target::UriRules;
use crate::encode::{is_unreserved, push_byte, unescape, unreserved_run};
use crate::sigv4::error::SignError;

pub(super) fn write(
    out: &mut Vec<u8>,
    path: &str,
    rules: UriRules,
    encoded_dots: bool,
) -> Result<(), SignError> {
    let path = path.as_bytes();
    if is_canonical(path) {
        out.extend_from_slice(path);
        return Ok(());
    }
    match rules {
        UriRules::Standard => write_normalized(out, path, encoded_dots),
        UriRules::S3 => write_object_key(out, path, encoded_dots),
    }
}

/// Whether a path is in canonical form already, as most are: a slash before each segment, and segments
/// of unreserved bytes that do not begin with a dot.
fn is_canonical(path: &[u8]) -> bool {
    let (mut faults, mut last) = (0, 0);
    for &byte in path {
        let class = CLASSES[usize::from(byte)];
        // No early return, because faults are rare and branches cost.
        faults |= class & (NEVER | last & NOT_AFTER_SLASH);
        last = if byte == b'/' { NOT_AFTER_SLASH } else { 0 };
    }
    faults == 0 && path.first() == Some(&b'/')
}

const NEVER: u8 = 1;
const NOT_AFTER_SLASH: u8 = 2;

static CLASSES: [u8; 256] = {
    let mut classes = [NEVER; 256];
    let mut byte = 0;
    while byte < 256 {
        match byte as u8 {
            b'/' | b'.' => classes[byte] = NOT_AFTER_SLASH,
            unreserved if is_unreserved(unreserved) => classes[byte] = 0,
            _ => {}
        }
        byte += 1;
    }
    classes
};

fn write_normalized(out: &mut Vec<u8>, path: &[u8], encoded_dots: bool) -> Result<(), SignError> {
    let start = out.len();
    let mut segments = path.split(|&byte| byte == b'/').peekable();
    while let Some(segment) = segments.next() {
        let last = segments.peek().is_none();
        match segment {
            // Signers disagree about whether `/a/.` and `/a/..` keep a trailing slash.
            b"." | b".." if last => return Err(ENDS_IN_DOTS),
            b"" | b"." => {}
            b".." => pop_segment(out, start)?,
            _ => write_segment(out, segment, encoded_dots)?,
        }
    }
    if path.ends_with(b"/") || out.len() == start {
        out.push(b'/');
    }
    Ok(())
}

fn pop_segment(out: &mut Vec<u8>, start: usize) -> Result<(), SignError> {
    let slash = out[start..].iter().rposition(|&byte| byte == b'/');
    out.truncate(start + slash.ok_or(ABOVE_ROOT)?);
    Ok(())
}

fn write_segment(out: &mut Vec<u8>, segment: &[u8], encoded_dots: bool) -> Result<(), SignError> {
    out.push(b'/');
    let mut rest = segment;
    while !rest.is_empty() {
        let run = unreserved_run(rest);
        out.extend_from_slice(&rest[..run]);
        rest = &rest[run..];
        if let Some((&byte, tail)) = rest.split_first() {
            if byte == b'%' {
                unescape(rest).ok_or(BAD_ESCAPE)?;
            }
            push_byte(out, byte); // the `%` of an escape too, which is encoded a second time
            rest = tail;
        }
    }
    if !encoded_dots && is_encoded_dots(segment) {
        return Err(ENCODED_DOTS);
    }
    Ok(())
}

fn write_object_key(out: &mut Vec<u8>, path: &[u8], encoded_dots: bool) -> Result<(), SignError> {
    let start = out.len();
    for (at, segment) in path.split(|&byte| byte == b'/').enumerate() {
        if at > 0 {
            out.push(b'/');
        }
        let mut rest = segment;
        while let Some((&byte, tail)) = rest.split_first() {
            let (byte, tail) = match byte {
                b'+' => return Err(S3_PLUS),
                b'%' => (unescape(rest).ok_or(BAD_ESCAPE)?, &rest[3..]),
                _ => (byte, tail),
            };
            if byte == b'/' {
                return Err(S3_SLASH);
            }
            push_byte(out, byte);
            rest = tail;
        }
        if !encoded_dots && is_encoded_dots(segment) {
            return Err(ENCODED_DOTS);
        }
    }
    if out.len() == start {
        out.push(b'/');
    }
    Ok(())
}

/// Whether a segment decodes to `.` or `..` and has at least one dot percent-encoded.
fn is_encoded_dots(segment: &[u8]) -> bool {
    let mut dots = 0;
    let mut rest = segment;
    while !rest.is_empty() {
        rest = match rest {
            [b'.', tail @ ..] | [b'%', b'2', b'e' | b'E', tail @ ..] => tail,
            _ => return false,
        };
        dots += 1;
    }
    dots <= 2 && segment.contains(&b'%')
}

const BAD_ESCAPE: SignError =
    SignError::Path("a `%` is not followed by two hex digits; write a percent sign as `%25`");
const ABOVE_ROOT: SignError = SignError::Path("`..` leads above the root; remove it");
const ENDS_IN_DOTS: SignError =
    SignError::Path("it ends in `.` or `..`, which signers read differently; remove that segment");
const ENCODED_DOTS: SignError = SignError::Path(
    "a segment is a percent-encoded `.` or `..`, which proxies resolve; if it is a name, put \
     `EncodedDotSegments` into the request's extensions",
);
const S3_PLUS: SignError =
    SignError::Path("S3 signers read `+` differently; write `%2B` for a plus, `%20` for a space");
const S3_SLASH: SignError =
    SignError::Path("S3 signers read `%2F` differently; write `/` or choose another key");

#[cfg(test)]
mod tests {
    use super::*;

    fn normalized(path: &str) -> Result<String, String> {
        let mut out = b"GET\n".to_vec();
        write(&mut out, path, UriRules::Standard, false).map_err(|error| error.to_string())?;
        Ok(String::from_utf8(out.split_off(4)).unwrap())
    }

    #[test]
    fn paths_are_normalized_and_encoded_once_more() {
        for (sent, signed) in [
            ("", "/"),
            ("/", "/"),
            ("//", "/"),
            ("/a", "/a"),
            ("/a/", "/a/"),
            ("//a//b//", "/a/b/"),
            ("/a/./b", "/a/b"),
            ("/a/./", "/a/"),
            ("/a/../b", "/b"),
            ("/a/b/../../c/", "/c/"),
            ("/.well-known", "/.well-known"),
            ("/...", "/..."),
            ("/%20", "/%2520"),
            ("/%2f", "/%252f"),
            ("/a*,b", "/a%2A%2Cb"),
            ("/é", "/%C3%A9"),
        ] {
            assert_eq!(normalized(sent).as_deref(), Ok(signed), "{sent}");
        }
    }

    #[test]
    fn paths_that_verifiers_read_in_different_ways_are_refused() {
        for bad in [
            "/.",
            "/a/.",
            "/a/..",
            "/..",
            "/../a",
            "/a/../../b",
            "/%2e",
            "/a/%2E%2e/b",
            "/.%2E",
            "/%",
            "/%4",
            "/%zz",
            "/a%",
        ] {
            assert!(normalized(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_id_of_dots_is_signed_when_the_caller_permits_it() {
        let mut out = Vec::new();
        write(&mut out, "/movies/_doc/%2E%2E", UriRules::Standard, true).unwrap();
        assert_eq!(out, b"/movies/_doc/%252E%252E");
    }
}
