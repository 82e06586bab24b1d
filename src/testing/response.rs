//! Answers in the making.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response, StatusCode};

use super::verify::Refused;

/// An answer with a JSON body.
pub(super) fn json(status: StatusCode, body: impl Into<Bytes>) -> Response<Bytes> {
    let mut answer = Response::new(body.into());
    *answer.status_mut() = status;
    answer
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}

/// A refusal as the service's front end words it: OpenSearch Serverless tells next to nothing.
pub(super) fn refusal(refused: &Refused, service: &str, request_id: &str) -> Response<Bytes> {
    if service == "aoss" {
        let body = format!(
            r#"{{"status":403,"request-id":"{request_id}","error":{{"reason":"403 Forbidden","type":"Forbidden"}}}}"#
        );
        let mut answer = json(StatusCode::FORBIDDEN, body);
        let hint = HeaderValue::from_static("X01:gw-helper-deny");
        answer.headers_mut().insert("x-aoss-response-hint", hint);
        return answer;
    }
    let mut answer = json(refused.status(), refused.body());
    let error_type = HeaderValue::from_static(refused.error_type());
    answer.headers_mut().insert("x-amzn-errortype", error_type);
    answer
}

/// The status of a number that a test wrote down.
pub(super) fn status(number: u16) -> StatusCode {
    StatusCode::from_u16(number).expect("an HTTP status is between 100 and 999")
}
