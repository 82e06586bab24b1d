//! Removes secrets from what a source of credentials says about a failure.
//!
//! Sources echo what they were given or were about to return: a process prints its response before
//! it fails, an endpoint quotes a token.

/// The text with `[redacted]` in place of secrets, which are recognised by the name before them
/// (`"SecretAccessKey": "…"`, `aws_session_token = …`) or by their form.
pub(super) fn redact(text: &str) -> String {
    by_form(&by_name(text))
}

fn by_name(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let (mut clean, mut done) = (String::with_capacity(text.len()), 0);
    while let Some((after, shortest)) = next_name(&lower, done) {
        clean.push_str(&text[done..after]);
        done = after;
        let Some(start) = value_start(text, after) else {
            continue;
        };
        let end = text[start..]
            .find(ends_value)
            .map_or(text.len(), |length| start + length);
        if end - start >= shortest {
            clean.push_str(&text[after..start]);
            clean.push_str(REDACTED);
            done = end;
        }
    }
    clean.push_str(&text[done..]);
    clean
}

/// Where the next name of a secret ends, and how long its value is at least.
fn next_name(lower: &str, from: usize) -> Option<(usize, usize)> {
    let found = SECRET_NAMES.iter().filter_map(|(name, shortest)| {
        let start = from + lower[from..].find(name)?;
        Some((start + name.len(), *shortest))
    });
    found.min()
}

/// Where the value after a name begins: `name = value`, `"name": "value"`, `Name: Bearer value`,
/// `<name>value<`.
fn value_start(text: &str, after: usize) -> Option<usize> {
    let rest = &text[after..];
    let value = rest.trim_start_matches([' ', '\t', '"', '\'', '\\', ':', '=', '>']);
    let between = &rest[..rest.len() - value.len()];
    if !between.contains([':', '=', '>']) {
        return None;
    }
    let scheme = ["bearer ", "basic "].iter().find(|scheme| {
        let start = value.get(..scheme.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    });
    Some(text.len() - value.len() + scheme.map_or(0, |scheme| scheme.len()))
}

fn ends_value(char: char) -> bool {
    char.is_whitespace() || matches!(char, '"' | '\'' | '\\' | ',' | ';' | '&' | '<' | '}' | '`')
}

/// Secret access keys have 40 characters of base64, session tokens hundreds; other tokens are JSON
/// web tokens. Paths, ARNs and request ids are none of these.
fn by_form(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(is_base64) {
        let (before, from) = rest.split_at(start);
        let is_path = before.ends_with(['~', '.', ':']) || from.starts_with('/');
        let is_web_token = from.starts_with("eyJ");
        let end = match is_web_token {
            true => from.find(|char| !is_base64(char) && !matches!(char, '-' | '_' | '.')),
            false => from.find(|char| !is_base64(char)),
        };
        let (value, after) = from.split_at(end.unwrap_or(from.len()));
        clean.push_str(before);
        let is_secret = value.len() >= SECRET_KEY && (is_web_token || is_mixed(value));
        clean.push_str(if is_secret && !is_path {
            REDACTED
        } else {
            value
        });
        rest = after;
    }
    clean.push_str(rest);
    clean
}

fn is_base64(char: char) -> bool {
    char.is_ascii_alphanumeric() || matches!(char, '+' | '/' | '=')
}

fn is_mixed(value: &str) -> bool {
    let has = |kind: fn(&u8) -> bool| value.as_bytes().iter().any(kind);
    has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit)
}

const REDACTED: &str = "[redacted]";
const SECRET_KEY: usize = 40;
/// The end of each name, in lower case, and how long a value is at least.
const SECRET_NAMES: [(&str, usize); 12] = [
    ("secretaccesskey", 1),
    ("secret_access_key", 1),
    ("secretkey", 1),
    ("secret_key", 1),
    ("clientsecret", 1),
    ("client_secret", 1),
    ("sessiontoken", 1),
    ("session_token", 1),
    ("security-token", 1),
    ("authorization", 1),
    ("password", 1),
    ("token", 16),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn named_secrets_and_secrets_of_known_form_are_removed() {
        let key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
        let token = "IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCXVzLWVhc3QtMSJHMEUCIQD";
        let web_token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_X";
        for (text, clean) in [
            (
                r#"{"SecretAccessKey": "canary", "Version": 1}"#.into(),
                r#"{"SecretAccessKey": "[redacted]", "Version": 1}"#,
            ),
            (
                r#"{\"SessionToken\":\"canary\"}"#.into(),
                r#"{\"SessionToken\":\"[redacted]\"}"#,
            ),
            (
                "aws_secret_access_key=canary\naws_session_token = canary".into(),
                "aws_secret_access_key=[redacted]\naws_session_token = [redacted]",
            ),
            (
                "AUTHORIZATION: Bearer canary, refused".into(),
                "AUTHORIZATION: Bearer [redacted], refused",
            ),
            (
                "<SecretKey>canary</SecretKey>".into(),
                "<SecretKey>[redacted]</SecretKey>",
            ),
            (format!("bad key {key}."), "bad key [redacted]."),
            (format!("bad token `{token}`"), "bad token `[redacted]`"),
            (
                format!("bad token {web_token}: no"),
                "bad token [redacted]: no",
            ),
            (
                "accessToken: 0123456789abcdef".into(),
                "accessToken: [redacted]",
            ),
        ] {
            assert_eq!(redact(&text), clean, "{text}");
        }
    }

    #[test]
    fn what_helps_to_find_the_fault_is_kept() {
        for text in [
            "failed to load the token: no such file",
            "failed to open `/home/Anna/.aws/sso/cache/e274eeff768c6396088ec6eb091f4bf4d47ab1e0.json`",
            "/Users/Anna1/Documents/projects/company/credentials/files is a directory",
            "User: arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_AdministratorAccess_1a2B3c4D5e6F/anna \
             is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::123456789012:role/search",
            "request 7a62c49f-347e-4fc4-9331-6e8eEXAMPLE: ExpiredTokenException",
            "the session token has expired",
            "",
            "é: token=é",
        ] {
            assert_eq!(redact(text), text);
        }
    }
}
