use http::HeaderMap;
use serde_json::Value;

use super::scrub::Scrub;
use crate::service_error::{self, ClusterError, ServiceError};

/// What a server says about an error, fit to be kept and shown: without secrets, and of bounded size.
#[derive(Debug, Default)]
pub(crate) struct ApiError {
    /// `index_not_found_exception`, `ExpiredTokenException`, …
    pub(crate) error_type: Option<String>,
    pub(crate) reason: Option<String>,
    /// The root cause, if it is a different one.
    pub(crate) cause: Option<String>,
    pub(crate) request_id: Option<String>,
    /// `x-aoss-response-hint`.
    pub(crate) response_hint: Option<String>,
}

impl ApiError {
    pub(super) fn of_response(error: &ServiceError, headers: &HeaderMap, scrub: &Scrub) -> Self {
        let kept = |text: &Option<String>| text.as_deref().map(|text| scrub.keep(text));
        Self {
            error_type: kept(&error.error_type),
            reason: kept(&error.reason),
            cause: kept(&error.cause),
            request_id: kept(&error.request_id).or_else(|| header(headers, "x-opaque-id", scrub)),
            response_hint: header(headers, "x-aoss-response-hint", scrub),
        }
    }

    /// Reads what the headers say beside a body that is not an error.
    pub(super) fn of_headers(headers: &HeaderMap, scrub: &Scrub) -> Self {
        let request_id = service_error::request_id(headers).map(|id| scrub.keep(id));
        Self {
            request_id: request_id.or_else(|| header(headers, "x-opaque-id", scrub)),
            response_hint: header(headers, "x-aoss-response-hint", scrub),
            ..Self::default()
        }
    }

    /// Reads the `error` of one item of a bulk response.
    pub(crate) fn of_item(error: &Value, scrub: &Scrub) -> Self {
        let error = ClusterError::read(error);
        let kept = |text: Option<String>| text.map(|text| scrub.keep(&text));
        Self {
            error_type: kept(error.error_type),
            reason: kept(error.reason),
            cause: kept(error.cause),
            ..Self::default()
        }
    }
}

fn header(headers: &HeaderMap, name: &str, scrub: &Scrub) -> Option<String> {
    let value = String::from_utf8_lossy(headers.get(name)?.as_bytes());
    let value: String = value.trim().chars().take(MAX_HEADER_CHARS).collect();
    (!value.is_empty()).then(|| scrub.keep(&value))
}

const MAX_HEADER_CHARS: usize = 256;
