//! Builds responses.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response, StatusCode};

use super::verify::VerificationError;

/// A response with a JSON body.
pub(super) fn json(status: StatusCode, body: impl Into<Bytes>) -> Response<Bytes> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    let content_type = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}

/// The response of a service's front end to a request that it refuses.
///
/// OpenSearch Serverless (`aoss`) gives no reason: its response is the same for every refusal of a
/// well-formed request.
pub(super) fn denied(
    error: &VerificationError,
    service: &str,
    request_id: &str,
) -> Response<Bytes> {
    if service == "aoss" && !error.is_malformed() {
        let body = format!(
            r#"{{"status":403,"request-id":"{request_id}","error":{{"reason":"403 Forbidden","type":"Forbidden"}}}}"#
        );
        let mut response = json(StatusCode::FORBIDDEN, body);
        let hint = HeaderValue::from_static("X01:gw-helper-deny");
        response.headers_mut().insert("x-aoss-response-hint", hint);
        return response;
    }
    let mut response = json(error.status(), error.body());
    let error_type = HeaderValue::from_static(error.error_type());
    response
        .headers_mut()
        .insert("x-amzn-errortype", error_type);
    response
}

/// The status of this number.
///
/// # Panics
///
/// If HTTP has no such status.
pub(super) fn status(number: u16) -> StatusCode {
    StatusCode::from_u16(number).unwrap_or_else(|_| {
        panic!("{number} is not an HTTP status: use a number between 100 and 999")
    })
}
