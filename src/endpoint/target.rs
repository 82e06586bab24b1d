use http::Uri;
use http::uri::PathAndQuery;

use super::error::EndpointError;
use crate::encode::push_text;

/// Reads a request's path and query.
///
/// `http::Uri` would keep characters outside ASCII as they are. A server or proxy may read such
/// bytes differently from the signer, so they are percent-encoded as UTF-8.
pub(crate) fn target(path_and_query: &str) -> Result<Uri, EndpointError> {
    if !path_and_query.starts_with('/') {
        return Err(NO_SLASH);
    }
    if path_and_query.contains('#') {
        return Err(EndpointError::RequestTarget("write `#` as `%23`"));
    }
    let mut encoded = String::with_capacity(path_and_query.len());
    push_text(&mut encoded, path_and_query, |byte| byte < DELETE);
    let target = PathAndQuery::try_from(encoded).map_err(|_| INVALID)?;
    Ok(target.into())
}

pub(super) const NO_SLASH: EndpointError = EndpointError::RequestTarget("it must start with `/`");
const INVALID: EndpointError = EndpointError::RequestTarget(
    "percent-encode spaces and control characters, and keep it under 64 KiB",
);
const DELETE: u8 = 0x7f;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_outside_ascii_are_percent_encoded_and_nothing_else_is() {
        for (raw, encoded) in [
            ("/movies/_doc/é", "/movies/_doc/%C3%A9"),
            ("/ж/_search?q=жé", "/%D0%B6/_search?q=%D0%B6%C3%A9"),
            ("/\u{1f3ac}\u{200b}", "/%F0%9F%8E%AC%E2%80%8B"),
            ("/\u{80}\u{a0}\u{7f}", "/%C2%80%C2%A0%7F"),
            ("/a%2Fb/%zz?x=y&z=%C3%A9", "/a%2Fb/%zz?x=y&z=%C3%A9"),
            ("/a,b*/_search?q=a:b", "/a,b*/_search?q=a:b"),
        ] {
            assert_eq!(target(raw).unwrap(), encoded, "{raw:?}");
        }
    }
}
