//! Forwards verified requests to a real OpenSearch.

use std::fmt;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONNECTION, CONTENT_LENGTH, HOST, TRANSFER_ENCODING};
use http::{HeaderName, HeaderValue, Request, Response, StatusCode, Uri};
use http_body_util::BodyExt;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use super::super::received::ReceivedRequest;
use super::super::response;
use crate::body::Body;
use crate::error::BoxError;

/// A real OpenSearch, whose security plugin takes the identity of the caller from headers.
pub(in crate::testing) struct Upstream {
    origin: String,
    client: Client<HttpConnector, Body>,
}

impl Upstream {
    /// # Panics
    ///
    /// If `url` is not `http://host:port`.
    pub(in crate::testing) fn new(url: &str) -> Self {
        let origin = url.trim_end_matches('/').to_owned();
        let is_origin = origin.parse().is_ok_and(|uri: Uri| {
            uri.scheme_str() == Some("http") && uri.path() == "/" && uri.query().is_none()
        });
        assert!(
            is_origin,
            "the upstream URL must have the form http://host:port, not {url}"
        );
        Self {
            origin,
            client: Client::builder(TokioExecutor::new()).build_http(),
        }
    }

    pub(in crate::testing) async fn forward(&self, request: &ReceivedRequest) -> Response<Bytes> {
        match self.exchange(request).await {
            Ok(response) => response,
            Err(error) => {
                let message = format!("no response from the upstream {}: {error:?}", self.origin);
                let body = serde_json::json!({ "message": message }).to_string();
                response::json(StatusCode::BAD_GATEWAY, body)
            }
        }
    }

    async fn exchange(&self, request: &ReceivedRequest) -> Result<Response<Bytes>, BoxError> {
        let response = self.client.request(self.forwarded(request)?).await?;
        let (mut parts, body) = response.into_parts();
        let body = body.collect().await?.to_bytes();
        for framing in [CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING] {
            parts.headers.remove(framing);
        }
        Ok(Response::from_parts(parts, body))
    }

    /// The request as OpenSearch sees it: without the signature, and with the caller's identity.
    fn forwarded(&self, request: &ReceivedRequest) -> Result<Request<Body>, BoxError> {
        let mut forwarded = Request::builder()
            .method(request.method.clone())
            .uri(format!("{}{}", self.origin, request.target()))
            .body(Body::from(request.body.clone()))?;
        let headers = forwarded.headers_mut();
        for (name, value) in &request.headers {
            if !is_for_front_end(name) {
                headers.append(name, value.clone());
            }
        }
        let principal = &request.principal;
        headers.insert("x-forwarded-for", HeaderValue::from_static("127.0.0.1"));
        headers.insert("x-proxy-user", HeaderValue::try_from(principal.arn())?);
        headers.insert(
            "x-proxy-roles",
            HeaderValue::try_from(principal.role_arn())?,
        );
        Ok(forwarded)
    }
}

impl fmt::Debug for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upstream")
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}

/// Whether only the front end may read or set this header.
fn is_for_front_end(name: &HeaderName) -> bool {
    let fixed = [
        AUTHORIZATION,
        CONNECTION,
        CONTENT_LENGTH,
        HOST,
        TRANSFER_ENCODING,
    ];
    let prefixes = ["x-amz-", "x-forwarded-", "x-proxy-"];
    fixed.contains(name)
        || prefixes
            .iter()
            .any(|prefix| name.as_str().starts_with(prefix))
}
