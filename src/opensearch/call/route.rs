use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Method, Request};
use serde::Serialize;

use crate::opensearch::error::Error;

use super::path;
use crate::body::Body;

/// Builds the request of a [`Call`](super::Call): a method, path segments, a query, then the body.
///
/// Every segment and query value arrives as given, whatever is in it. The first thing wrong is
/// reported by the method that ends the chain.
///
/// ```
/// use sigtower::opensearch::{Error, Route};
///
/// let request = Route::get().index("movies").literal("_doc").id("a/b c").query("routing", "1+1").empty()?;
/// assert_eq!(request.uri(), "/movies/_doc/a%2Fb%20c?routing=1%2B1");
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug)]
#[must_use]
pub struct Route {
    method: Method,
    path: String,
    query: String,
    dot_segment: bool,
    error: Option<Error>,
}

impl Route {
    /// A route of this method, at the root.
    pub fn new(method: Method) -> Self {
        Self {
            method,
            path: String::new(),
            query: String::new(),
            dot_segment: false,
            error: None,
        }
    }

    /// A GET.
    pub fn get() -> Self {
        Self::new(Method::GET)
    }

    /// A POST.
    pub fn post() -> Self {
        Self::new(Method::POST)
    }

    /// A PUT.
    pub fn put() -> Self {
        Self::new(Method::PUT)
    }

    /// A DELETE.
    pub fn delete() -> Self {
        Self::new(Method::DELETE)
    }

    /// A HEAD.
    pub fn head() -> Self {
        Self::new(Method::HEAD)
    }

    /// Adds segments that need no encoding, such as `_cluster/health`.
    pub fn literal(mut self, segments: &'static str) -> Self {
        self.path.push('/');
        self.path.push_str(segments);
        self
    }

    /// Adds an index name, an alias, or a list of them with wildcards such as `logs-*,-logs-old`.
    pub fn index(self, name: &str) -> Self {
        let checked = path::check_index(name);
        self.checked(name, checked)
    }

    /// Adds a document id.
    pub fn id(self, id: &str) -> Self {
        let checked = path::check_id(id);
        self.checked(id, checked)
    }

    /// Adds one segment of any content; `what` names it in the error when it is empty.
    pub fn segment(self, what: &str, value: &str) -> Self {
        let checked = path::check_not_empty(what, value);
        self.checked(value, checked)
    }

    /// Adds a query parameter.
    pub fn query(mut self, name: &str, value: &str) -> Self {
        if !self.query.is_empty() {
            self.query.push('&');
        }
        path::push_query(&mut self.query, name);
        self.query.push('=');
        path::push_query(&mut self.query, value);
        self
    }

    /// Ends the route: no body.
    ///
    /// # Errors
    ///
    /// The first thing that was wrong with the route.
    pub fn empty(self) -> Result<Request<Body>, Error> {
        self.finish(None, Body::empty())
    }

    /// Ends the route with a JSON body.
    ///
    /// # Errors
    ///
    /// The first thing that was wrong with the route, or that `body` cannot be serialised.
    pub fn json(self, body: &(impl Serialize + ?Sized)) -> Result<Request<Body>, Error> {
        let body = serde_json::to_vec(body)?;
        self.finish(Some("application/json"), body.into())
    }

    /// Ends the route with lines of JSON, each of which must end in a newline.
    ///
    /// # Errors
    ///
    /// The first thing that was wrong with the route.
    pub fn ndjson(self, lines: impl Into<Body>) -> Result<Request<Body>, Error> {
        self.finish(Some("application/x-ndjson"), lines.into())
    }

    fn checked(mut self, value: &str, checked: Result<(), Error>) -> Self {
        self.path.push('/');
        self.dot_segment |= path::push_segment(&mut self.path, value);
        if let Err(error) = checked {
            self.error.get_or_insert(error);
        }
        self
    }

    fn finish(
        mut self,
        content_type: Option<&'static str>,
        body: Body,
    ) -> Result<Request<Body>, Error> {
        if let Some(error) = self.error {
            return Err(error);
        }
        if self.path.is_empty() {
            self.path.push('/');
        }
        if !self.query.is_empty() {
            self.path.push('?');
            self.path.push_str(&self.query);
        }
        let mut request = Request::builder()
            .method(self.method)
            .uri(self.path)
            .body(body)?;
        request.headers_mut().reserve(HEADERS);
        if let Some(content_type) = content_type {
            let value = HeaderValue::from_static(content_type);
            request.headers_mut().insert(CONTENT_TYPE, value);
        }
        if self.dot_segment {
            path::mark_dots(&mut request);
        }
        Ok(request)
    }
}

/// As many as a request has when it is sent, so that their map need not grow.
pub(crate) const HEADERS: usize = 8;
