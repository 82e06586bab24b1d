//! Presigned URLs: their signature is for the front end, not for the backend.

use http::header::AUTHORIZATION;

use super::super::received::ReceivedRequest;
use super::super::verify::decode;
use super::query::without_parameters;

/// The request without the `X-Amz-*` parameters of a presigned URL, which OpenSearch does not know.
///
/// A request that is signed by its `authorization` header keeps its whole query.
pub(super) fn without_signature(mut request: ReceivedRequest) -> ReceivedRequest {
    if !request.headers.contains_key(AUTHORIZATION)
        && let Some(uri) = without_parameters(&request.uri, is_of_signature)
    {
        request.uri = uri;
    }
    request
}

fn is_of_signature(parameter: &str) -> bool {
    let name = parameter.split('=').next().unwrap_or_default();
    decode(name.as_bytes()).is_some_and(|name| name.starts_with(b"X-Amz-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_of_the_signature_are_removed_and_all_others_kept() {
        for (sent, kept) in [
            ("/", None),
            ("/?X-Amz-Date=1", Some("/")),
            (
                "/a%2Fb?q=%20x+y&X-Amz-Date=1&&b",
                Some("/a%2Fb?q=%20x+y&&b"),
            ),
            ("/?X%2DAmz%2DSignature=1&x=2", Some("/?x=2")),
            ("/?x-amz-date=1&aX-Amz-=2", Some("/?x-amz-date=1&aX-Amz-=2")),
            ("http://host:1/a?X-Amz-Expires=5", Some("http://host:1/a")),
        ] {
            let uri = without_parameters(&sent.parse().unwrap(), is_of_signature);
            assert_eq!(uri.map(|uri| uri.to_string()).as_deref(), kept, "{sent}");
        }
    }
}
