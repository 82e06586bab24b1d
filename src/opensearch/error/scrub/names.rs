//! Removes the values of headers and parameters whose name says that they are secret.

use std::ops::Range;

/// Replaces the values of secret headers and parameters wherever they are in `text`, and these other secrets.
pub(super) fn scrub(text: &str, others: &[String]) -> String {
    let spans = secret_spans(text);
    let mut clean = String::with_capacity(text.len());
    let mut done = 0;
    for span in &spans {
        // What looks like a value may be the next name, or contain it. Then the spans overlap.
        if span.start >= done {
            clean.push_str(&text[done..span.start]);
            clean.push_str(REDACTED);
        }
        done = done.max(span.end);
    }
    clean.push_str(&text[done..]);
    // The same value may be elsewhere without its name.
    for secret in values(text, spans).iter().chain(others) {
        if clean.contains(secret) {
            clean = clean.replace(secret, REDACTED);
        }
    }
    clean
}

/// The values that have a secret's name in `text` and are long enough to recognise.
pub(super) fn secrets(text: &str) -> Vec<String> {
    values(text, secret_spans(text))
}

/// The first values, also without JSON's escapes.
fn values(text: &str, spans: Vec<Range<usize>>) -> Vec<String> {
    let parts = spans
        .into_iter()
        .flat_map(|span| secret_parts(&text[span]))
        .take(MOST_SECRETS);
    let mut values = Vec::new();
    for part in parts {
        if part.contains('\\') {
            values.extend(serde_json::from_str::<String>(&format!("\"{part}\"")));
        }
        values.push(part.to_owned());
    }
    values
}

/// The values of all secret names, in their order.
fn secret_spans(text: &str) -> Vec<Range<usize>> {
    // CGI writes header names with underscores.
    let lower = text.to_ascii_lowercase().replace('_', "-");
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

/// Where the value after a secret's name begins, if it has one: `name: value`, `"name": "value"`, `"name"=>"value"`,
/// `["name", "value"]`, `name=value`, `<name>value<`, with JSON's escapes or without.
fn value_start(text: &str, after: usize) -> Option<usize> {
    let is_quote = |char: char| matches!(char, ' ' | '\t' | '"' | '\'' | '\\');
    let rest = &text[after..];
    let rest = rest.strip_prefix(" header").unwrap_or(rest);
    let unquoted = rest.trim_start_matches(is_quote);
    let is_quoted = rest[..rest.len() - unquoted.len()].contains(['"', '\'']);
    let value = SEPARATORS
        .iter()
        .find_map(|separator| unquoted.strip_prefix(separator))
        // Between two texts in quotation marks; a list of names has commas, too.
        .or_else(|| unquoted.strip_prefix(',').filter(|_| is_quoted))?;
    let value = value.trim_start_matches(|char| is_quote(char) || matches!(char, '[' | '>'));
    Some(text.len() - value.len())
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

/// What replaces a secret.
pub(super) const REDACTED: &str = "[redacted]";
const SEPARATORS: [&str; 8] = ["=>", ":", "=", ">", "%3A", "%3a", "%3D", "%3d"];
const AUTHORIZATION: &str = "authorization";
/// Of names that begin alike the longest comes first. S3 returns `SignatureProvided` and `Token-0`.
const SECRET_NAMES: [&str; 6] = [
    "x-amz-security-token",
    "x-amz-signature",
    AUTHORIZATION,
    "signatureprovided",
    "signature",
    "token-0",
];
/// A server that echoes a request knows of fewer.
const MOST_SECRETS: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_and_authorization_are_removed_in_any_notation() {
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
                r#"a/bcd=ef is wrong, x-amz-security-token: a\/bcd\u003def"#.into(),
                "[redacted] is wrong, x-amz-security-token: [redacted]",
            ),
            (
                "ab12cd34 is wrong, Authorization: AWS4 Credential=x, Signature=ab12cd34".into(),
                "[redacted] is wrong, Authorization: [redacted]",
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
            (
                format!(r#"{{"x-amz-security-token"=>"{token}", "host"=>"a"}}"#),
                r#"{"x-amz-security-token"=>"[redacted]", "host"=>"a"}"#,
            ),
            (
                format!("'HTTP_X_AMZ_SECURITY_TOKEN': '{token}', 'HTTP_HOST': 'a'"),
                "'HTTP_X_AMZ_SECURITY_TOKEN': '[redacted]', 'HTTP_HOST': 'a'",
            ),
            (
                format!("HTTP_X_AMZ_SECURITY_TOKEN={token}\nHTTP_HOST=a"),
                "HTTP_X_AMZ_SECURITY_TOKEN=[redacted]\nHTTP_HOST=a",
            ),
            (
                format!(r#"[["x-amz-security-token","{token}"],["host","a"]]"#),
                r#"[["x-amz-security-token","[redacted]"],["host","a"]]"#,
            ),
            (
                format!(r#"{{"X-Amz-Security-Token":["{token}"]}}"#),
                r#"{"X-Amz-Security-Token":["[redacted]"]}"#,
            ),
            (
                "SignedHeaders=host,x-amz-security-token,x-amz-date".into(),
                "SignedHeaders=host,x-amz-security-token,x-amz-date",
            ),
            ("x-amz-security-token".into(), "x-amz-security-token"),
            ("x-amz-security-token:".into(), "x-amz-security-token:"),
        ] {
            assert_eq!(scrub(&text, &[]), clean, "{text}");
        }
    }

    #[test]
    fn a_body_full_of_names_is_read_in_one_go() {
        for part in [
            "signature=",
            "authorization: signature=x ",
            "x-amz-security-token:a\n",
        ] {
            let text = part.repeat(64 * 1024 / part.len());
            let begun = std::time::Instant::now();
            scrub(&text, &secrets(&text));
            // Reading it once for each name would take minutes.
            assert!(begun.elapsed().as_secs() < 10, "{part}");
        }
    }
}
