//! Rewrites the text of a profile file so that `aws_config` reads it as botocore does.
//!
//! botocore uses Python's `configparser`, which is more lenient than `aws_config`: keys may be
//! indented, a colon may stand for the equals sign, comments may stand anywhere.

/// The text of a profile file, with as many lines as before.
pub(super) fn clean(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut cleaner = Cleaner::default();
    let lines: Vec<_> = text.split('\n').map(|line| cleaner.clean(line)).collect();
    lines.join("\n")
}

/// The values in a cleaned text that must not be shown.
pub(super) fn secrets(cleaned: &str) -> Vec<String> {
    let properties = cleaned.lines().filter_map(|line| line.split_once('='));
    let secrets = properties.filter(|(key, _)| {
        let key = key.trim();
        SECRET_KEYS
            .iter()
            .any(|secret| key.eq_ignore_ascii_case(secret))
    });
    secrets.map(|(_, value)| value.trim().to_owned()).collect()
}

#[derive(Default)]
struct Cleaner {
    /// How far the current property is indented. A line that is indented further continues it.
    indent: Option<usize>,
    is_left_out: bool,
}

impl Cleaner {
    fn clean(&mut self, line: &str) -> String {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            return String::new();
        }
        let indent = line.chars().take_while(|char| char.is_whitespace()).count();
        if self.indent.is_some_and(|property| property < indent) {
            return match self.is_left_out {
                true => String::new(),
                false => format!("  {trimmed}"),
            };
        }
        if trimmed.starts_with('[') {
            self.indent = None;
            let end = trimmed.find(']').map_or(trimmed.len(), |end| end + 1);
            return trimmed[..end].to_owned();
        }
        self.indent = Some(indent);
        let property = with_equals_sign(trimmed);
        // An empty token means that there is none. With one, the SDK would sign for roles.
        let is_empty_token = property.split_once('=').is_some_and(|(key, value)| {
            key.trim().eq_ignore_ascii_case("aws_session_token") && value.trim().is_empty()
        });
        self.is_left_out = is_empty_token;
        if is_empty_token {
            String::new()
        } else {
            property
        }
    }
}

/// The first of `=` and `:` ends the key.
fn with_equals_sign(property: &str) -> String {
    match property.find(['=', ':']) {
        Some(at) if property[at..].starts_with(':') => {
            format!("{}={}", &property[..at], &property[at + 1..])
        }
        _ => property.to_owned(),
    }
}

const SECRET_KEYS: [&str; 2] = ["aws_secret_access_key", "aws_session_token"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_as_botocore_reads_them() {
        for (text, expected) in [
            ("[a]\r\nk = v\r\n", "[a]\nk = v\n"),
            ("[a]\rk = v\r", "[a]\nk = v\n"),
            ("[a]\n  k = v\n  l = w\n", "[a]\nk = v\nl = w\n"),
            ("  [a]\n\tk = v\n", "[a]\nk = v\n"),
            ("[a]\n  # why\n  k = v\n    ; more\n", "[a]\n\nk = v\n\n"),
            (
                "[a] # why\nk: v\nl : w=x\nm = x:y\n",
                "[a]\nk= v\nl = w=x\nm = x:y\n",
            ),
            (
                "[a]\ns3 =\n  b = 1\n  c = 2\nk = v\n",
                "[a]\ns3 =\n  b = 1\n  c = 2\nk = v\n",
            ),
            (
                "[a]\n  s3 =\n    b = 1\n  k = v\n",
                "[a]\ns3 =\n  b = 1\nk = v\n",
            ),
            ("[a]\nAWS_Session_Token =\n  x\nk = v\n", "[a]\n\n\nk = v\n"),
            ("[a]\nbroken\n[b\nk = v", "[a]\nbroken\n[b\nk = v"),
        ] {
            assert_eq!(clean(text), expected, "{text:?}");
            assert_eq!(clean(&clean(text)), clean(text), "{text:?}");
        }
    }

    #[test]
    fn secrets_are_found() {
        let text = "[a]\naws_access_key_id = id\nAWS_SECRET_ACCESS_KEY=canary\n[b]\naws_session_token = x=y";
        assert_eq!(secrets(text), ["canary", "x=y"]);
    }
}
