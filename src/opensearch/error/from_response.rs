//! Reads an error from a response.

use std::sync::Arc;

use http::Uri;
use http::header::LOCATION;

use super::api_error::ApiError;
use super::data_access;
use super::error::{Error, Inner};
use super::kind::ErrorKind;
use super::refusal::Refusal;
use super::scrub::Scrub;
use crate::error::BoxError;
use crate::opensearch::response::Response;
use crate::retry;
use crate::service_error::{Service, ServiceError};

impl Error {
    /// An error for a response that the call cannot read, or that contradicts the call. For a call of your own.
    ///
    /// `cause` becomes the [`source`](std::error::Error::source). The message shows the status and the ids of the
    /// response, and, for an error of [`Response::json`], the field and the type that was expected there.
    ///
    /// ```
    /// # use http::{HeaderMap, StatusCode};
    /// use sigtower::opensearch::{Error, ErrorKind, Response};
    ///
    /// fn count(response: &Response) -> Result<u64, Error> {
    ///     response.text().trim().parse().map_err(|cause| Error::decode(response, cause))
    /// }
    ///
    /// let response = Response::new(StatusCode::OK, HeaderMap::new(), "many");
    /// let error = count(&response).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Decode);
    /// assert_eq!(error.to_string(), "unexpected response: invalid digit found in string (200)");
    /// ```
    pub fn decode(response: &Response, cause: impl Into<BoxError>) -> Self {
        let cause = cause.into();
        let scrub = Scrub::of(response);
        let cause_line = scrub.keep_line(&cause.to_string());
        let line = format!("unexpected response: {cause_line}");
        let mut error = Self::new(ErrorKind::Decode, line);
        let inner = error.inner_mut();
        inner.status = Some(response.status);
        inner.body = Some(scrub.body(&response.body));
        inner.attempts = response.attempts();
        inner.may_have_been_applied = may_have_been_applied(response);
        if response.status.is_success() {
            inner.api = ApiError::of_headers(&response.headers, &scrub);
        } else {
            let found = service_error(response);
            inner.api = ApiError::of_response(&found, &response.headers, &scrub);
            inner.retryable = is_retryable(response, &found);
        }
        error.with_source(cause)
    }

    /// An error for a response whose status is not 2xx.
    pub(crate) fn from_response(response: &Response) -> Self {
        let scrub = Scrub::of(response);
        let found = service_error(response);
        let api = ApiError::of_response(&found, &response.headers, &scrub);
        let report = response.report();
        let scope = report.and_then(|report| report.evidence.scope.as_ref());
        let mut refusal = Refusal::of_response(response.status, &found, &api, scope, &scrub);
        let has_login = report.is_some_and(|report| report.evidence.record.has_login());
        if has_login && matches!(refusal, Some(Refusal::Unsigned | Refusal::NotAuthenticated)) {
            refusal = Some(Refusal::LoginRejected);
        }
        let signed = report.and_then(|report| report.canonical_request.as_deref());
        if let (Some(refusal), Some(signed)) = (&mut refusal, signed) {
            refusal.compare(signed, &scrub);
        }
        let kind = match report {
            Some(report) if report.withheld => ErrorKind::Unknown,
            _ => ErrorKind::of_response(response.status, &found, refusal.as_ref()),
        };
        let is_too_large = kind == ErrorKind::TooLarge;
        let call = response.collection_call().zip(refusal.as_ref());
        let advice = call.and_then(|(call, refusal)| data_access::advise(refusal, call, &scrub));
        let (advised, document) = advice.map(|advice| (advice.hint, advice.document)).unzip();
        let hint = advised.or_else(|| refusal.as_ref().map(|refusal| refusal.hint().into_owned()));
        Self::from_inner(Inner {
            line: match kind {
                ErrorKind::Redirect => Some(redirect_line(response)),
                ErrorKind::TooLarge => Some(too_large_line(response, &found, &api)),
                _ => None,
            },
            hint: hint.or_else(|| is_too_large.then(|| TOO_LARGE_HINT.to_owned())),
            document,
            kind,
            status: Some(response.status),
            api,
            refusal,
            body: Some(scrub.body(&response.body)),
            retryable: is_retryable(response, &found) && kind != ErrorKind::Unknown,
            timed_out: false,
            attempts: response.attempts(),
            may_have_been_applied: report.is_some_and(|report| report.may_have_been_applied),
            source: None,
        })
    }
}

/// What the response says: already read when the retries judged it, except for a response made by a test.
fn service_error(response: &Response) -> Arc<ServiceError> {
    let report = response.report();
    let read = report.and_then(|report| report.evidence.error.clone());
    read.unwrap_or_else(|| {
        let (status, headers) = (response.status, &response.headers);
        let service = Service::OpenSearch;
        Arc::new(ServiceError::read(status, headers, &response.body, service))
    })
}

fn is_retryable(response: &Response, error: &ServiceError) -> bool {
    match response.report() {
        Some(report) => report.retryable,
        None => retry::is_passing(response.status, error),
    }
}

/// Whether the call may have been applied although its response cannot be read. A success was applied, unless the
/// request only reads.
fn may_have_been_applied(response: &Response) -> bool {
    let is_success = response.status.is_success();
    match response.report() {
        Some(report) => report.may_have_been_applied || is_success && !report.evidence.is_safe,
        None => is_success,
    }
}

/// `request body of 12582912 bytes is too large; the server accepts 10485760 bytes`
fn too_large_line(response: &Response, error: &ServiceError, api: &ApiError) -> String {
    let sent = response.report().map(|report| report.evidence.body_len);
    let mut line = match sent {
        Some(sent) => format!("request body of {sent} bytes is too large"),
        None => "request body is too large".to_owned(),
    };
    if let Some(limit) = error.size_limit {
        line += &format!("; the server accepts {limit} bytes");
    } else if let Some(reason) = &api.reason {
        line += &format!(": {reason}");
    }
    line
}

/// Where the response points to, without user information, query and fragment.
fn redirect_line(response: &Response) -> String {
    let location = response.headers.get(LOCATION).map(|value| value.as_bytes());
    // `//host/path` has the scheme of the request. `Uri` would read it as a path.
    let same_scheme = location.is_some_and(|location| location.starts_with(b"//"));
    let location = location.map(|location| match same_scheme {
        true => [b"same:", location].concat(),
        false => location.to_vec(),
    });
    let Some(location) = location.and_then(|location| Uri::try_from(location).ok()) else {
        return "redirected; redirects are not followed".into();
    };
    let origin = match (location.scheme_str(), location.authority()) {
        (Some(scheme), Some(authority)) => {
            let host = authority.as_str().rsplit('@').next().unwrap_or_default();
            let scheme = if same_scheme {
                ""
            } else {
                &format!("{scheme}:")
            };
            format!("{scheme}//{host}")
        }
        _ => String::new(),
    };
    let path = location.path();
    format!("redirected to {origin}{path}; redirects are not followed")
}

const TOO_LARGE_HINT: &str = "split the request, a bulk into smaller bulks for instance, or compress it; a domain's instance type, or \
     `http.max_content_length` of a cluster, sets the limit";
