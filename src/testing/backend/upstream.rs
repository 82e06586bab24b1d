//! Hands verified requests on to a real OpenSearch.

use std::fmt;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONNECTION, CONTENT_LENGTH, HOST, TRANSFER_ENCODING};
use http::{HeaderName, HeaderValue, Request, Response, StatusCode, Uri};
use http_body_util::BodyExt;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use super::super::received::Received;
use super::super::response;
use crate::body::Body;
use crate::error::BoxError;

/// A real OpenSearch whose security plugin trusts our word for who calls.
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
        let uri: Uri = origin.parse().expect("an upstream is a URL");
        let plain = uri.scheme_str() == Some("http") && uri.path() == "/" && uri.query().is_none();
        assert!(plain, "an upstream is http://host:port, not {url}");
        Self {
            origin,
            client: Client::builder(TokioExecutor::new()).build_http(),
        }
    }

    pub(in crate::testing) async fn forward(&self, received: &Received) -> Response<Bytes> {
        match self.exchange(received).await {
            Ok(answer) => answer,
            Err(error) => {
                let message = format!("{} did not answer: {error:?}", self.origin);
                let body = serde_json::json!({ "message": message }).to_string();
                response::json(StatusCode::BAD_GATEWAY, body)
            }
        }
    }

    async fn exchange(&self, received: &Received) -> Result<Response<Bytes>, BoxError> {
        let answer = self.client.request(self.request(received)?).await?;
        let (mut parts, body) = answer.into_parts();
        let body = body.collect().await?.to_bytes();
        for framing in [CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING] {
            parts.headers.remove(framing);
        }
        Ok(Response::from_parts(parts, body))
    }

    fn request(&self, received: &Received) -> Result<Request<Body>, BoxError> {
        let mut request = Request::builder()
            .method(received.method.clone())
            .uri(format!("{}{}", self.origin, received.target()))
            .body(Body::from(received.body.clone()))?;
        let headers = request.headers_mut();
        for (name, value) in &received.headers {
            if !ours(name) {
                headers.append(name, value.clone());
            }
        }
        let principal = &received.principal;
        headers.insert("x-forwarded-for", HeaderValue::from_static("127.0.0.1"));
        headers.insert("x-proxy-user", HeaderValue::try_from(principal.arn())?);
        headers.insert(
            "x-proxy-roles",
            HeaderValue::try_from(principal.role_arn())?,
        );
        Ok(request)
    }
}

impl fmt::Debug for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upstream")
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}

/// Whether a header is the front end's to read or to set, not the caller's to hand on.
fn ours(name: &HeaderName) -> bool {
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
