//! Percent-encoding of path segments and query values, and what may stand in them.

use http::Request;

use crate::body::Body;
use crate::encode::{is_unreserved, push_text};
use crate::opensearch::error::Error;
use crate::sigv4::EncodedDotSegments;

/// Appends `segment` so that it arrives as given, and returns whether it was a dot segment.
///
/// `:`, `@` and the sub-delimiters stay raw, as RFC 3986 allows: OpenSearch Serverless does not
/// decode `%3A` in ids such as `urn:test:1`. `+` is encoded, because some servers decode it as a
/// space. The segments `.` and `..` are encoded, because a proxy would resolve them.
pub(crate) fn push_segment(path: &mut String, segment: &str) -> bool {
    if matches!(segment, "." | "..") {
        path.push_str(&segment.replace('.', "%2E"));
        return true;
    }
    push_text(path, segment, |byte| {
        is_unreserved(byte) || b":@!$&'()*,;=".contains(&byte)
    });
    false
}

/// Appends a query name or value. All but the unreserved characters are encoded, so that no server
/// reads `+` as a space or `&` as a separator.
pub(crate) fn push_query(query: &mut String, text: &str) {
    push_text(query, text, is_unreserved);
}

/// Lets the signer accept the encoded dot segment in the path.
pub(crate) fn mark_dots(request: &mut Request<Body>) {
    request.extensions_mut().insert(EncodedDotSegments);
}

/// Accepts an id of 1 to 512 bytes.
pub(crate) fn check_id(id: &str) -> Result<(), Error> {
    check_not_empty("document id", id)?;
    if id.len() > MAX_ID_BYTES {
        return Err(Error::invalid(format!(
            "document id is {} bytes long; the limit is {MAX_ID_BYTES} bytes",
            id.len()
        )));
    }
    Ok(())
}

/// Accepts an index name that is not empty and not the name of an API, such as `_bulk`.
pub(crate) fn check_index(name: &str) -> Result<(), Error> {
    check_not_empty("index name", name)?;
    if name.starts_with('_') && name != "_all" {
        return Err(Error::invalid(format!(
            "{name:?} is not an index name: an index name cannot begin with an underscore"
        )));
    }
    Ok(())
}

pub(crate) fn check_not_empty(what: &str, value: &str) -> Result<(), Error> {
    if value.is_empty() {
        return Err(Error::invalid(format!("{what} is empty")));
    }
    Ok(())
}

const MAX_ID_BYTES: usize = 512;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::opensearch::call::Call;
    use crate::opensearch::document;
    use crate::opensearch::error::ErrorKind;

    fn path_of(id: &str) -> String {
        let request = document::Exists::new("movies", id).request().unwrap();
        let path = request.uri().path();
        path.strip_prefix("/movies/_doc/").unwrap().to_owned()
    }

    #[test]
    fn an_id_arrives_as_given() {
        for (id, segment) in [
            ("tt0111161", "tt0111161"),
            ("urn:test:1", "urn:test:1"),
            ("a@b!$&'()*,;=", "a@b!$&'()*,;="),
            ("-._~", "-._~"),
            ("a b", "a%20b"),
            ("a+b", "a%2Bb"),
            ("a/b", "a%2Fb"),
            ("//", "%2F%2F"),
            ("%2F", "%252F"),
            ("100%", "100%25"),
            ("?q=1#f", "%3Fq=1%23f"),
            ("\"<>\\^`{|}", "%22%3C%3E%5C%5E%60%7B%7C%7D"),
            ("\u{0}\t\r\n\u{7f}", "%00%09%0D%0A%7F"),
            ("жé", "%D0%B6%C3%A9"),
            ("\u{1f3ac}", "%F0%9F%8E%AC"),
            (".", "%2E"),
            ("..", "%2E%2E"),
            ("...", "..."),
            ("%2e", "%252e"),
            (".a", ".a"),
            ("../_search", "..%2F_search"),
        ] {
            assert_eq!(path_of(id), segment, "{id:?}");
        }
    }

    #[test]
    fn only_a_dot_segment_is_marked_for_the_signer() {
        for (index, id, marked) in [
            ("movies", "1", false),
            ("movies", ".", true),
            ("movies", "..", true),
            ("..", "1", true),
            ("movies", "...", false),
            ("movies", "%2E", false),
        ] {
            let request = document::Exists::new(index, id).request().unwrap();
            let mark = request.extensions().get::<EncodedDotSegments>();
            assert_eq!(mark.is_some(), marked, "{index} {id}");
        }
    }

    #[test]
    fn an_invalid_id_or_index_is_an_error_before_sending() {
        let long = "é".repeat(256);
        assert_eq!(path_of(&long).len(), 256 * 6);
        let too_long = format!("{long}x");
        for (index, id, reason) in [
            ("movies", "", "document id is empty"),
            (
                "movies",
                &*too_long,
                "document id is 513 bytes long; the limit is 512 bytes",
            ),
            ("", "1", "index name is empty"),
            (
                "_bulk",
                "1",
                "\"_bulk\" is not an index name: an index name cannot begin with an underscore",
            ),
        ] {
            let error = document::Exists::new(index, id).request().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidRequest);
            assert_eq!(error.to_string(), reason);
        }
    }

    #[test]
    fn a_path_too_long_for_a_uri_is_an_error() {
        let index = "é".repeat(20_000);
        let error = document::Exists::new(index, "1").request().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    }

    proptest! {
        #[test]
        fn any_segment_and_query_value_decode_to_what_they_were(text in "\\PC{1,60}|[ -~]{1,60}|(?s).{1,60}") {
            let (mut segment, mut value) = (String::new(), String::new());
            push_segment(&mut segment, &text);
            push_query(&mut value, &text);
            prop_assert_eq!(decode(&segment), text.as_bytes());
            prop_assert_eq!(decode(&value), text.as_bytes());
            prop_assert!(segment.bytes().chain(value.bytes()).all(|byte| byte.is_ascii_graphic()));
            prop_assert!(!segment.contains(|char| "/?#+\"<>\\^`{|}".contains(char)), "{}", segment);
            prop_assert!(!value.contains(|char| "&=+#;,:/?@'".contains(char)), "{}", value);
        }
    }

    fn decode(encoded: &str) -> Vec<u8> {
        let mut bytes = encoded.bytes();
        let mut decoded = Vec::new();
        while let Some(byte) = bytes.next() {
            decoded.push(match byte {
                b'%' => {
                    let hex: Vec<u8> = bytes.by_ref().take(2).collect();
                    u8::from_str_radix(str::from_utf8(&hex).unwrap(), 16).unwrap()
                }
                byte => byte,
            });
        }
        decoded
    }
}
