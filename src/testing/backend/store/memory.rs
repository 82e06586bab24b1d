use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderValue, Response, StatusCode};

use super::super::super::received::ReceivedRequest;
use super::super::super::response;
use super::call::{Call, Reply};
use super::cluster::Cluster;
use super::error::ApiError;
use super::params::Params;
use super::route::Route;
use super::{access, dispatch, encoding};

/// The in-memory backend.
#[derive(Debug, Default)]
pub(in crate::testing) struct Store(Mutex<Cluster>);

impl Store {
    /// Carries a verified request out; `faults` gives the statuses to refuse bulk items with.
    pub(in crate::testing) fn answer(
        &self,
        received: &ReceivedRequest,
        faults: impl FnOnce() -> Vec<u16>,
    ) -> Response<Bytes> {
        let (status, body) = match self.reply(received, faults) {
            Ok((status, body)) => (status, body.to_string()),
            Err(error) => (error.status(), error.to_json().to_string()),
        };
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut answer = response::json(status, body);
        let headers = answer.headers_mut();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/json; charset=UTF-8"),
        );
        let accepts = received
            .headers
            .get(ACCEPT_ENCODING)
            .and_then(|value| value.to_str().ok());
        if accepts.is_some_and(|accepts| accepts.contains("gzip"))
            && let Some(small) = encoding::gzip(answer.body())
        {
            answer
                .headers_mut()
                .insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            *answer.body_mut() = small;
        }
        answer
    }

    fn reply(
        &self,
        received: &ReceivedRequest,
        faults: impl FnOnce() -> Vec<u16>,
    ) -> Result<Reply, ApiError> {
        let route = Route::find(&received.method, received.uri.path(), received.target())?;
        access::check(&received.principal, route.action())?;
        let params = Params::read(received.uri.query().unwrap_or_default());
        params.check_names(received.uri.path())?;
        let body = encoding::body(&received.headers, &received.body)?;
        let call = Call {
            params,
            body: &body,
        };
        let mut cluster = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        dispatch::run(&mut cluster, route, &call, &faults())
    }
}
