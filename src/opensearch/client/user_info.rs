//! User name and password in a URL.

use super::build_error::BuildError;
use crate::encode::unescape;

/// Takes user name and password out of a URL, if it has any: `https://admin:pass%2Fword@localhost:9200`.
///
/// Both are percent-decoded. A URL without a password after the user name has an empty password.
pub(super) fn split(url: String) -> Result<(String, Option<(String, String)>), BuildError> {
    let begin = url.find("://").map_or(0, |at| at + "://".len());
    let rest = &url[begin..];
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let Some((user_info, _)) = rest[..end].rsplit_once('@') else {
        return Ok((url, None));
    };
    let (user, password) = user_info.split_once(':').unwrap_or((user_info, ""));
    let login = (decode(user)?, decode(password)?);
    let without = format!("{}{}", &url[..begin], &rest[user_info.len() + 1..]);
    Ok((without, Some(login)))
}

fn decode(text: &str) -> Result<String, BuildError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, others @ ..] = rest {
        match unescape(rest) {
            Some(byte) => {
                bytes.push(byte);
                rest = &rest[3..];
            }
            None => {
                bytes.push(*first);
                rest = others;
            }
        }
    }
    String::from_utf8(bytes).map_err(|_| BuildError::Value {
        variable: "OPENSEARCH_URL",
        expected: "a URL whose user name and password are percent-encoded UTF-8",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_info_is_taken_out_of_a_url_and_decoded() {
        for (url, rest, login) in [
            ("https://a.example", "https://a.example", None),
            ("https://a.example/@x", "https://a.example/@x", None),
            (
                "https://admin:pw@a.example:9200/",
                "https://a.example:9200/",
                Some(("admin", "pw")),
            ),
            (
                "https://admin:p%2Fw%40%3a@a.example",
                "https://a.example",
                Some(("admin", "p/w@:")),
            ),
            (
                "https://admin:p@w@a.example",
                "https://a.example",
                Some(("admin", "p@w")),
            ),
            (
                "https://admin:100%@a.example",
                "https://a.example",
                Some(("admin", "100%")),
            ),
            (
                "admin:a:b@localhost:9200",
                "localhost:9200",
                Some(("admin", "a:b")),
            ),
            (
                "https://admin@a.example",
                "https://a.example",
                Some(("admin", "")),
            ),
        ] {
            let (without, found) = split(url.into()).unwrap();
            assert_eq!(without, rest, "{url}");
            let login = login.map(|(user, password)| (user.to_owned(), password.to_owned()));
            assert_eq!(found, login, "{url}");
        }
        let error = split("https://admin:hunter2%ff@a.example".into()).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"));
    }
}
