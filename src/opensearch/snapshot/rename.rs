//! The names that restored indices get.

use regex_lite::Regex;

use crate::opensearch::error::Error;

/// A pattern and its replacement, both as Java's `String.replaceAll` reads them.
#[derive(Clone, Debug)]
pub(super) struct Rename {
    pub(super) pattern: String,
    pub(super) replacement: String,
}

impl Rename {
    /// Checks the pattern, and that the replacement makes index names of what the pattern finds.
    pub(super) fn check(&self) -> Result<(), Error> {
        self.compiled()?;
        Ok(())
    }

    /// Returns the new name of an index.
    pub(super) fn apply(&self, index: &str) -> Result<String, Error> {
        let (regex, replacement) = self.compiled()?;
        let renamed = match index.strip_prefix(BACKING_INDEX) {
            // The server renames the data stream, not the prefix of its indices.
            Some(rest) => format!("{BACKING_INDEX}{}", regex.replace_all(rest, replacement)),
            None => regex.replace_all(index, replacement).into_owned(),
        };
        check_index_name(&renamed).map_err(|reason| {
            self.invalid(format!(
                "it renames index `{index}` to {renamed:?}, {reason}"
            ))
        })?;
        Ok(renamed)
    }

    fn compiled(&self) -> Result<(Regex, String), Error> {
        if self.pattern.is_empty() {
            return Err(self.invalid("it is empty and matches between all characters"));
        }
        let regex = Regex::new(&self.pattern).map_err(|error| {
            let reason = match self.pattern.contains("(?=")
                || self.pattern.contains("(?!")
                || self.pattern.contains("(?<=")
                || self.pattern.contains("(?<!")
            {
                true => "look-around is not supported here".to_owned(),
                false if self.pattern.starts_with('*') => {
                    "it is a regular expression; write `.*` for any text".to_owned()
                }
                false => format!("it is not a valid regular expression: {error}"),
            };
            self.invalid(reason)
        })?;
        let replacement = self.translated(regex.captures_len() - 1)?;
        Ok((regex, replacement))
    }

    /// Translates the replacement from Java's form: `$1` to `${1}`, `\$` to `$$`.
    fn translated(&self, groups: usize) -> Result<String, Error> {
        let mut translated = String::new();
        let mut rest = self.replacement.chars().peekable();
        while let Some(char) = rest.next() {
            match char {
                '\\' => match rest.next() {
                    Some(digit) if digit.is_ascii_digit() => {
                        return Err(self.invalid(format!("write `${digit}`, not `\\{digit}`")));
                    }
                    Some('$') => translated.push_str("$$"),
                    Some(char) => translated.push(char),
                    None => return Err(self.invalid("the replacement ends with a backslash")),
                },
                '$' => {
                    let Some(digit) = rest.peek().and_then(|char| char.to_digit(10)) else {
                        return Err(self.invalid(
                            "`$` in the replacement needs the number of a group, such as `$1`",
                        ));
                    };
                    let mut number = digit as usize;
                    rest.next();
                    if number > groups {
                        return Err(self.invalid(format!(
                            "the replacement uses group ${number}, but the pattern has {groups} groups"
                        )));
                    }
                    // As Java: more digits belong to the number while such a group exists.
                    while let Some(digit) = rest.peek().and_then(|char| char.to_digit(10))
                        && number * 10 + (digit as usize) <= groups
                    {
                        number = number * 10 + digit as usize;
                        rest.next();
                    }
                    translated.push_str(&format!("${{{number}}}"));
                }
                char if !is_allowed(char) => {
                    return Err(self.invalid(format!(
                        "the replacement contains {char:?}, which no index name may contain"
                    )));
                }
                char => translated.push(char),
            }
        }
        Ok(translated)
    }

    fn invalid(&self, reason: impl AsRef<str>) -> Error {
        Error::invalid(format!(
            "rename pattern {:?} with replacement {:?}: {}",
            self.pattern,
            self.replacement,
            reason.as_ref()
        ))
    }
}

fn check_index_name(name: &str) -> Result<(), &'static str> {
    if name.is_empty() {
        return Err("which is empty");
    }
    if name.len() > 255 {
        return Err("which is longer than 255 bytes");
    }
    if name.starts_with(['-', '_', '+']) {
        return Err("but an index name must not begin with -, _ or +");
    }
    if matches!(name, "." | "..") || !name.chars().all(is_allowed) {
        return Err("which is not an index name");
    }
    Ok(())
}

fn is_allowed(char: char) -> bool {
    !char.is_uppercase() && !char.is_whitespace() && !"\\/*?\"<>|,#:".contains(char)
}

const BACKING_INDEX: &str = ".ds-";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::opensearch::error::ErrorKind;

    fn renamed(pattern: &str, replacement: &str, index: &str) -> Result<String, Error> {
        let (pattern, replacement) = (pattern.into(), replacement.into());
        let rename = Rename {
            pattern,
            replacement,
        };
        rename.check()?;
        rename.apply(index)
    }

    /// The right column is what Java's `String.replaceAll` returns.
    #[test]
    fn indices_are_renamed_as_java_does() {
        for (pattern, replacement, index, expected) in [
            ("movies", "movies-restored", "movies", "movies-restored"),
            ("movies", "films", "movies-movies", "films-films"),
            ("(.+)", "restored-$1", "movies", "restored-movies"),
            ("(.+)", "$1x", "movies", "moviesx"),
            ("(.+)", "$11", "movies", "movies1"),
            ("^(m)(.*)$", "$2$1", "movies", "oviesm"),
            ("^", "a-", "movies", "a-movies"),
            ("x", "y", "movies", "movies"),
            ("o", "\\$", "movies", "m$vies"),
            ("logs-(\\d{4})", "old-$1", "logs-2024", "old-2024"),
            ("(.+)", "r-$1", ".ds-web-000001", ".ds-r-web-000001"),
        ] {
            let name = renamed(pattern, replacement, index);
            assert_eq!(name.unwrap(), expected, "{pattern} {replacement}");
        }
    }

    #[test]
    fn a_wrong_pattern_is_an_error_that_says_what_to_write() {
        for (pattern, replacement, reason) in [
            ("", "x", "it is empty"),
            ("*", "x", "write `.*`"),
            ("(a", "x", "not a valid regular expression"),
            ("a(?!b)", "x", "look-around"),
            ("movies", "$1", "group $1, but the pattern has 0 groups"),
            ("(.+)", "$2", "group $2, but the pattern has 1 groups"),
            ("(.+)", "\\1", "write `$1`"),
            ("(.+)", "a$", "`$` in the replacement"),
            ("(.+)", "${name}", "`$` in the replacement"),
            ("(.+)", "a\\", "ends with a backslash"),
            ("(.+)", "Films", "'F'"),
            ("(.+)", "a b", "' '"),
            ("(.+)", "_$1", "must not begin with"),
            ("movies", "", "which is empty"),
        ] {
            let error = renamed(pattern, replacement, "movies").unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidRequest);
            assert!(error.to_string().contains(reason), "{error}");
        }
    }
}
