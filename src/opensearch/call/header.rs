use http::header::{HeaderName, HeaderValue};

/// Reads a header that a caller gives. The error does not repeat the value, which may be a secret.
pub(crate) fn header<N, V>(name: N, value: V) -> Result<(HeaderName, HeaderValue), String>
where
    N: TryInto<HeaderName>,
    V: TryInto<HeaderValue>,
{
    match (name.try_into(), value.try_into()) {
        (Ok(name), Ok(value)) => Ok((name, value)),
        (Err(_), _) => Err("a header name is not valid".to_owned()),
        (Ok(name), Err(_)) => Err(format!("the value of header `{name}` is not valid")),
    }
}
