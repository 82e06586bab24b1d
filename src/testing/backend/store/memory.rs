use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderValue, Response, StatusCode};
use serde_json::Value;

use super::super::super::clock::Clock;
use super::super::super::received::ReceivedRequest;
use super::super::super::response;
use super::call::{Call, Reply};
use super::cluster::Cluster;
use super::error::ApiError;
use super::params::Params;
use super::route::Route;
use super::{access, dispatch, encoding, filter_path};

/// The in-memory store: an OpenSearch of one node.
#[derive(Debug)]
pub(in crate::testing) struct Store {
    cluster: Mutex<Cluster>,
    clock: Clock,
}

impl Store {
    /// An empty store. A search finds a document once it was refreshed, or once this interval has
    /// passed by the clock since it was written.
    pub(in crate::testing) fn new(clock: Clock, refresh_interval: Duration) -> Self {
        Self {
            cluster: Mutex::new(Cluster::new(refresh_interval)),
            clock,
        }
    }

    /// Carries a verified request out; `faults` returns the statuses for the items of a bulk
    /// request.
    pub(in crate::testing) fn respond(
        &self,
        request: &ReceivedRequest,
        faults: impl FnOnce() -> Vec<u16>,
    ) -> Response<Bytes> {
        let params = Params::read(request.uri.query().unwrap_or_default());
        let is_pretty = params.flag("pretty", false).unwrap_or(false);
        let (status, body) = self
            .reply(request, params, faults)
            .unwrap_or_else(|error| (error.status(), error.to_json()));
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = response::json(status, written(&body, is_pretty));
        let headers = response.headers_mut();
        let content_type = HeaderValue::from_static("application/json; charset=UTF-8");
        headers.insert(CONTENT_TYPE, content_type);
        let accepts = request
            .headers
            .get(ACCEPT_ENCODING)
            .and_then(|value| value.to_str().ok());
        if accepts.is_some_and(|accepts| accepts.contains("gzip"))
            && let Some(small) = encoding::gzip(response.body())
        {
            let headers = response.headers_mut();
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            *response.body_mut() = small;
        }
        response
    }

    fn reply(
        &self,
        request: &ReceivedRequest,
        params: Params,
        faults: impl FnOnce() -> Vec<u16>,
    ) -> Result<Reply, ApiError> {
        let path = request.uri.path();
        let route = Route::find(&request.method, path, request.target())?;
        let endpoint = route.endpoint();
        access::check(&request.principal, endpoint.action)?;
        params.check_names(endpoint, path)?;
        params.flag("pretty", false)?;
        encoding::check_accept(&request.headers)?;
        let body = encoding::body(&request.headers, &request.body)?;
        let call = Call {
            endpoint,
            params,
            body: &body,
            now: self.now(),
        };
        call.params.check_timeouts()?;
        let mut cluster = self.cluster.lock().unwrap_or_else(PoisonError::into_inner);
        cluster.tick(call.now);
        let (status, body) = dispatch::run(&mut cluster, route, &call, faults)?;
        Ok((status, filter_path::filter(body, &call.params)))
    }

    fn now(&self) -> SystemTime {
        self.clock.now()
    }
}

fn written(body: &Value, is_pretty: bool) -> String {
    if is_pretty {
        format!("{body:#}\n")
    } else {
        body.to_string()
    }
}
