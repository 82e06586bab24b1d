use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderValue, Response, StatusCode};
use serde_json::Value;

use super::super::super::received::Received;
use super::super::super::response;
use super::cluster::Cluster;
use super::error::ApiError;
use super::params::Params;
use super::route::Route;
use super::{access, bulk, encoding};

/// The in-memory backend.
#[derive(Debug, Default)]
pub(in crate::testing) struct Store(Mutex<Cluster>);

/// A status and a JSON body.
pub(super) type Reply = (u16, Value);

/// What a handler sees of a request.
#[derive(Debug)]
pub(super) struct Call<'a> {
    pub(super) params: Params,
    pub(super) body: &'a [u8],
}

impl Store {
    /// Carries a verified request out; `faults` gives the statuses to refuse bulk items with.
    pub(in crate::testing) fn answer(
        &self,
        received: &Received,
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
        received: &Received,
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
        match route {
            Route::Bulk { index } => bulk::run(&mut cluster, index.as_deref(), &call, &faults()),
            route => cluster.run(route, &call),
        }
    }
}

impl Call<'_> {
    /// The body as JSON; an empty one is `null`.
    pub(super) fn json(&self) -> Result<Value, ApiError> {
        if self.body.trim_ascii().is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(self.body).map_err(|error| ApiError::bad_json(&error))
    }
}
