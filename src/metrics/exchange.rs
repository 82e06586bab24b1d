use http::{Method, StatusCode, Uri};
use metrics::{Label, counter, gauge, histogram};
use tokio::time::Instant;

use super::names::{CLOCK_SKEW, REQUEST_DURATION, RETRIES, RETRIES_DENIED};
use crate::origin::server;

/// Times one attempt.
pub(crate) struct Attempt(Instant);

impl Attempt {
    pub(crate) fn begin() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn end(
        self,
        method: &Method,
        uri: &Uri,
        status: Option<StatusCode>,
        failure: Option<&'static str>,
    ) {
        let mut labels = server_labels(uri);
        labels.push(Label::from_static_parts(
            "http.request.method",
            known(method),
        ));
        add_outcome(&mut labels, "http.response.status_code", status, failure);
        histogram!(REQUEST_DURATION, labels).record(self.0.elapsed());
    }
}

/// Records that a request is sent again.
pub(crate) fn retry(reason: &'static str) {
    counter!(RETRIES, "reason" => reason).increment(1);
}

/// Records that a request that failed is not sent again.
pub(crate) fn retry_denied(reason: &'static str) {
    counter!(RETRIES_DENIED, "reason" => reason).increment(1);
}

/// Records the service's clock, by the last response.
pub(crate) fn clock_skew(uri: &Uri, seconds_ahead: f64) {
    gauge!(CLOCK_SKEW, server_labels(uri)).set(seconds_ahead);
}

fn server_labels(uri: &Uri) -> Vec<Label> {
    let (address, port) = server(uri);
    vec![
        Label::new("server.address", address.to_owned()),
        Label::new("server.port", port.to_string()),
    ]
}

/// Adds the status, and the failure if there was one.
pub(super) fn add_outcome(
    labels: &mut Vec<Label>,
    status_name: &'static str,
    status: Option<StatusCode>,
    failure: Option<&'static str>,
) {
    if let Some(status) = status {
        labels.push(Label::new(status_name, status.as_str().to_owned()));
    }
    let refused = status.filter(|status| status.as_u16() >= 400);
    match (failure, refused) {
        (Some(failure), _) => labels.push(Label::from_static_parts("error.type", failure)),
        (None, Some(refused)) => {
            labels.push(Label::new("error.type", refused.as_str().to_owned()));
        }
        (None, None) => {}
    }
}

/// The method, or `_OTHER` for one that HTTP does not define.
fn known(method: &Method) -> &'static str {
    match method.as_str() {
        "CONNECT" => "CONNECT",
        "DELETE" => "DELETE",
        "GET" => "GET",
        "HEAD" => "HEAD",
        "OPTIONS" => "OPTIONS",
        "PATCH" => "PATCH",
        "POST" => "POST",
        "PUT" => "PUT",
        "TRACE" => "TRACE",
        _ => "_OTHER",
    }
}
