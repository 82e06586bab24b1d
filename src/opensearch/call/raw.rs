use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::{HeaderMap, Method, Request};

use super::call::Call;
use super::header::header;
use super::path;
use super::route::HEADERS;
use crate::body::Body;
use crate::content_type;
use crate::endpoint;
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;
use crate::retry::Idempotency;

/// A request that has no type of its own, signed like every other call.
///
/// The output is the [`Response`] with any status except 3xx: an error status is not an `Err`.
///
/// ```
/// use http::Method;
/// use serde_json::json;
/// use sigtower::opensearch::{Call, Error, Raw};
///
/// let policy = json!({"policy": {"default_state": "hot", "states": []}});
/// let raw = Raw::new(Method::PUT, "/_plugins/_ism/policies/logs").header("x-opaque-id", "7").body(policy);
/// assert_eq!(raw.request()?.uri(), "/_plugins/_ism/policies/logs");
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Raw {
    method: Method,
    target: String,
    headers: HeaderMap,
    body: Body,
    idempotency: Option<Idempotency>,
    invalid: Option<String>,
}

impl Raw {
    /// A request of this method to this path.
    ///
    /// The path begins with `/`, may have a query, and is sent as it is: percent-encode what needs
    /// it.
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        Self {
            method,
            target: path.into(),
            headers: HeaderMap::new(),
            body: Body::empty(),
            idempotency: None,
            invalid: None,
        }
    }

    /// Adds a query parameter, percent-encoded.
    pub fn query_param(mut self, name: &str, value: &str) -> Self {
        let separator = if self.target.contains('?') { '&' } else { '?' };
        self.target.push(separator);
        path::push_query(&mut self.target, name);
        self.target.push('=');
        path::push_query(&mut self.target, value);
        self
    }

    /// Adds a header.
    pub fn header<N, V>(mut self, name: N, value: V) -> Self
    where
        N: TryInto<HeaderName>,
        V: TryInto<HeaderValue>,
    {
        match header(name, value) {
            Ok((name, value)) => {
                self.headers.append(name, value);
            }
            Err(reason) => self.refuse(&reason),
        }
        self
    }

    /// Sets the content type of the body.
    ///
    /// Without it a body is JSON, or NDJSON to `_bulk` and `_msearch`, where a missing last newline
    /// is added.
    pub fn content_type(mut self, content_type: &str) -> Self {
        match HeaderValue::try_from(content_type) {
            Ok(value) => {
                self.headers.insert(CONTENT_TYPE, value);
            }
            Err(_) => self.refuse("the content type is not a valid header value"),
        }
        self
    }

    /// Sets the body.
    pub fn body(mut self, body: impl Into<Body>) -> Self {
        self.body = body.into();
        self
    }

    /// States whether the request may be sent again when it is unknown whether it was applied.
    ///
    /// Without this, [`retry`](crate::retry) goes by the method and the API.
    pub fn idempotent(mut self, idempotent: bool) -> Self {
        self.idempotency = Some(Idempotency::from_bool(idempotent));
        self
    }

    fn refuse(&mut self, reason: &str) {
        self.invalid.get_or_insert_with(|| reason.to_owned());
    }
}

impl Call for Raw {
    type Output = Response;

    fn request(&self) -> Result<Request<Body>, Error> {
        if let Some(reason) = &self.invalid {
            return Err(Error::invalid(reason));
        }
        let target = endpoint::target(&self.target);
        let mut request = Request::new(self.body.clone());
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = target.map_err(|error| Error::invalid(error.to_string()))?;
        *request.headers_mut() = self.headers.clone();
        request.headers_mut().reserve(HEADERS);
        content_type::set(&mut request);
        if let Some(idempotency) = self.idempotency {
            request.extensions_mut().insert(idempotency);
        }
        Ok(request)
    }

    fn decode(&self, response: Response) -> Result<Response, Error> {
        Ok(response)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::opensearch::error::ErrorKind;

    #[test]
    fn a_raw_request_has_what_it_was_given() {
        let raw = Raw::new(Method::POST, "/movies/_search?size=1")
            .query_param("preference", "a&b")
            .header("x-opaque-id", "7")
            .body(serde_json::json!({}));
        let request = raw.request().unwrap();
        assert_eq!(request.uri(), "/movies/_search?size=1&preference=a%26b");
        assert_eq!(request.headers()["x-opaque-id"], "7");
        assert_eq!(request.headers()[CONTENT_TYPE], "application/json");
        let raw = raw.content_type("application/cbor");
        let request = raw.request().unwrap();
        assert_eq!(request.headers()[CONTENT_TYPE], "application/cbor");
    }

    #[test]
    fn an_invalid_header_is_an_error_that_hides_its_value() {
        for raw in [
            Raw::new(Method::GET, "/").header("a b", "x"),
            Raw::new(Method::GET, "/").header("x-secret", "hunter2\n"),
            Raw::new(Method::GET, "/").content_type("a\r\nb"),
            Raw::new(Method::GET, "no-slash"),
        ] {
            let error = raw.request().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidRequest);
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
    }
}
