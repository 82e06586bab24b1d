use http::Uri;
use http::uri::PathAndQuery;

use super::error::EndpointError;

/// Reads a request's path and query. They are kept byte for byte, or refused.
pub(crate) fn target(path_and_query: &str) -> Result<Uri, EndpointError> {
    if !path_and_query.starts_with('/') {
        return Err(NO_SLASH);
    }
    if path_and_query.contains('#') {
        return Err(EndpointError::RequestTarget("write `#` as `%23`"));
    }
    // `http::Uri` would keep such bytes, and a proxy may read them differently from the signer.
    if !path_and_query.is_ascii() {
        return Err(NOT_ASCII);
    }
    let has_control = path_and_query.bytes().any(|byte| byte.is_ascii_control());
    let target = PathAndQuery::try_from(path_and_query);
    match target {
        Ok(target) if !has_control => Ok(target.into()),
        _ => Err(INVALID),
    }
}

pub(super) const NO_SLASH: EndpointError = EndpointError::RequestTarget("it must start with `/`");
const NOT_ASCII: EndpointError =
    EndpointError::RequestTarget("percent-encode characters outside ASCII, `é` as `%C3%A9`");
const INVALID: EndpointError = EndpointError::RequestTarget(
    "percent-encode spaces and control characters, and keep it under 64 KiB",
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raw_characters_outside_ascii_and_control_characters_are_refused() {
        for raw in [
            "é",
            "ж",
            "\u{1f3ac}",
            "\u{200b}",
            "\u{80}",
            "\u{a0}",
            "\u{ff}",
        ] {
            for target in [format!("/movies/_doc/{raw}"), format!("/_search?q={raw}")] {
                assert_eq!(super::target(&target), Err(NOT_ASCII), "{target:?}");
            }
        }
        for raw in ["\0", "\t", "\n", "\r", "\u{1b}", "\u{7f}", " "] {
            assert_eq!(target(&format!("/a{raw}b")), Err(INVALID), "{raw:?}");
        }
        let kept = "/a%2Fb/%zz,*?x=y&z=%C3%A9";
        assert_eq!(target(kept).unwrap(), kept);
    }
}
