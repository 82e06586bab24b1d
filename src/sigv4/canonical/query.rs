//! The canonical query: parameters decoded, encoded again, sorted by encoded name and value.

use smallvec::SmallVec;

use super::target::UriRules;
use crate::encode::{push_byte, unescape, unreserved_run};
use crate::sigv4::error::SignError;

pub(super) fn write(out: &mut Vec<u8>, query: &str, rules: UriRules) -> Result<(), SignError> {
    if is_canonical(query.as_bytes()) {
        out.extend_from_slice(query.as_bytes());
        return Ok(());
    }
    let mut parameters = SmallVec::<[Parameter; 16]>::new();
    let start = out.len();
    for part in query.as_bytes().split(|&byte| byte == b'&') {
        if part.is_empty() {
            continue;
        }
        let equals = part.iter().position(|&byte| byte == b'=');
        let (name, value) = match equals {
            Some(at) => (&part[..at], &part[at + 1..]),
            None => (part, &part[part.len()..]),
        };
        if name.is_empty() {
            return Err(EMPTY_NAME);
        }
        if out.len() > start {
            out.push(b'&');
        }
        let name_start = out.len();
        write_component(out, name, rules)?;
        let equals = out.len();
        out.push(b'=');
        write_component(out, value, rules)?;
        parameters.push(Parameter {
            name: name_start,
            equals,
            end: out.len(),
        });
    }
    sort(out, start, &mut parameters);
    if rules == UriRules::S3 && has_repeated_name(out, start) {
        return Err(S3_REPEATED);
    }
    Ok(())
}

/// Whether a query is in canonical form already, as many are: `name=value` of unreserved bytes,
/// sorted, no name repeated.
fn is_canonical(query: &[u8]) -> bool {
    let (mut last, mut rest) = (&b""[..], query);
    while !rest.is_empty() {
        let (name, tail) = rest.split_at(unreserved_run(rest));
        let [b'=', tail @ ..] = tail else {
            return false;
        };
        rest = match &tail[unreserved_run(tail)..] {
            [b'&', tail @ ..] if !tail.is_empty() => tail,
            [] => &[],
            _ => return false,
        };
        if name <= last {
            return false;
        }
        last = name;
    }
    true
}

/// Where an encoded `name=value` is in the buffer.
#[derive(Clone, Copy)]
struct Parameter {
    name: usize,
    equals: usize,
    end: usize,
}

impl Parameter {
    /// Names are compared before values, not the joined text: `a=` sorts before `a-b=`.
    fn key<'a>(&self, text: &'a [u8]) -> (&'a [u8], &'a [u8]) {
        (
            &text[self.name..self.equals],
            &text[self.equals + 1..self.end],
        )
    }
}

fn write_component(out: &mut Vec<u8>, text: &[u8], rules: UriRules) -> Result<(), SignError> {
    let mut rest = text;
    let mut ascii = true;
    loop {
        let run = unreserved_run(rest);
        out.extend_from_slice(&rest[..run]);
        rest = &rest[run..];
        let Some((&byte, tail)) = rest.split_first() else {
            break;
        };
        let (byte, tail) = match byte {
            b'+' if rules == UriRules::S3 => return Err(S3_PLUS),
            b'+' => (b' ', tail),
            b'%' => (unescape(rest).ok_or(BAD_ESCAPE)?, &rest[3..]),
            _ => (byte, tail),
        };
        ascii &= byte.is_ascii();
        push_byte(out, byte);
        rest = tail;
    }
    if ascii || is_utf8(text) {
        Ok(())
    } else {
        Err(NOT_UTF8)
    }
}

fn is_utf8(text: &[u8]) -> bool {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&first, tail)) = rest.split_first() {
        match unescape(rest) {
            Some(byte) => (decoded.push(byte), rest = &rest[3..]).1,
            None => (decoded.push(first), rest = tail).1,
        }
    }
    std::str::from_utf8(&decoded).is_ok()
}

/// Sorts the parameters written from `start` on. Most queries are sorted already.
fn sort(out: &mut Vec<u8>, start: usize, parameters: &mut [Parameter]) {
    if parameters.is_sorted_by_key(|parameter| parameter.key(out)) {
        return;
    }
    parameters.sort_by_key(|parameter| parameter.key(out));
    let end = out.len();
    for (at, parameter) in parameters.iter().enumerate() {
        if at > 0 {
            out.push(b'&');
        }
        out.extend_from_within(parameter.name..parameter.end);
    }
    out.drain(start..end);
}

fn has_repeated_name(out: &[u8], start: usize) -> bool {
    let name = |part: &[u8]| part.split(|&byte| byte == b'=').next().map(<[u8]>::to_vec);
    let mut names = out[start..].split(|&byte| byte == b'&').map(name);
    let mut previous = names.next().flatten();
    names.any(|name| {
        let repeated = name == previous;
        previous = name;
        repeated
    })
}

const BAD_ESCAPE: SignError =
    SignError::Query("a `%` is not followed by two hex digits; write a percent sign as `%25`");
const EMPTY_NAME: SignError =
    SignError::Query("a parameter has no name, which some signers drop; remove it");
const NOT_UTF8: SignError =
    SignError::Query("a percent-encoded text is not UTF-8; encode the UTF-8 bytes of the text");
const S3_PLUS: SignError =
    SignError::Query("S3 signers read `+` differently; write `%2B` for a plus, `%20` for a space");
const S3_REPEATED: SignError =
    SignError::Query("S3 reads only one of several parameters with the same name; send it once");

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(query: &str) -> Result<String, String> {
        let mut out = b"/\n".to_vec();
        write(&mut out, query, UriRules::Standard).map_err(|error| error.to_string())?;
        Ok(String::from_utf8(out.split_off(2)).unwrap())
    }

    #[test]
    fn parameters_are_encoded_again_and_sorted_as_pairs() {
        for (sent, signed) in [
            ("", ""),
            ("&", ""),
            ("pretty", "pretty="),
            ("a=1&&b=2&", "a=1&b=2"),
            ("q=a+b", "q=a%20b"),
            ("q=a%2bb", "q=a%2Bb"),
            ("q=a:b*", "q=a%3Ab%2A"),
            ("q=a=b", "q=a%3Db"),
            ("a-b=1&a=1", "a=1&a-b=1"),
            ("p10=1&p1=1", "p1=1&p10=1"),
            ("b=1&a=2&a=1", "a=1&a=2&b=1"),
            ("q=%c3%A9", "q=%C3%A9"),
            ("q=é", "q=%C3%A9"),
            ("a;b=1", "a%3Bb=1"),
        ] {
            assert_eq!(canonical(sent).as_deref(), Ok(signed), "{sent}");
        }
    }

    #[test]
    fn many_parameters_are_sorted_too() {
        let sent: Vec<_> = (0..100).rev().map(|n| format!("k{n:03}=v")).collect();
        let mut signed = sent.clone();
        signed.sort();
        assert_eq!(canonical(&sent.join("&")), Ok(signed.join("&")));
    }

    #[test]
    fn queries_that_verifiers_read_in_different_ways_are_refused() {
        for bad in [
            "=", "=v", "a&=v", "q=%", "q=%4", "q=%zz", "q=%FF", "q=%C3", "%ff=1",
        ] {
            assert!(canonical(bad).is_err(), "{bad}");
        }
        for bad in ["a=1+1", "a=2&a=1", "a&a"] {
            let refused = write(&mut Vec::new(), bad, UriRules::S3);
            assert!(refused.is_err(), "S3: {bad}");
        }
    }
}
