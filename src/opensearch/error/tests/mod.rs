mod failures;
mod refusals;
mod responses;

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use super::error::Error;
use crate::opensearch::response::Response;

fn response(
    status: u16,
    headers: &[(&'static str, &'static str)],
    body: impl Into<String>,
) -> Response {
    let headers: HeaderMap = headers
        .iter()
        .map(|&(name, value)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        })
        .collect();
    Response::new(StatusCode::from_u16(status).unwrap(), headers, body.into())
}

fn refused(
    status: u16,
    headers: &[(&'static str, &'static str)],
    body: impl Into<String>,
) -> Error {
    response(status, headers, body).success().unwrap_err()
}
