use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Method, Request};
use serde::Serialize;

use crate::opensearch::error::Error;
use crate::retry::Idempotency;

use super::kind::{BatchSize, Stated};
use super::path;
use super::query::Query;
use crate::body::Body;
use crate::content_type::{JSON, NDJSON};

/// Builds the request of a [`Call`](super::Call): a method, path segments, a query, then the body.
///
/// Every segment and every query value arrives as given, whatever it contains. The method that ends
/// the chain reports the first thing that was wrong.
///
/// ```
/// use sigtower::opensearch::{Error, Route};
///
/// let route = Route::get().index("movies").literal("_doc").id("a/b c").query("routing", "1+1");
/// assert_eq!(route.empty()?.uri(), "/movies/_doc/a%2Fb%20c?routing=1%2B1");
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug)]
#[must_use]
pub struct Route {
    method: Method,
    path: String,
    query: String,
    stated: Stated,
    idempotency: Option<Idempotency>,
    batch_size: Option<BatchSize>,
    has_dot_segment: bool,
    error: Option<Error>,
}

impl Route {
    /// Starts a route of this method at the root.
    pub fn new(method: Method) -> Self {
        Self {
            method,
            path: String::new(),
            query: String::new(),
            stated: Stated::default(),
            idempotency: None,
            batch_size: None,
            has_dot_segment: false,
            error: None,
        }
    }

    /// Starts a GET.
    pub fn get() -> Self {
        Self::new(Method::GET)
    }

    /// Starts a POST.
    pub fn post() -> Self {
        Self::new(Method::POST)
    }

    /// Starts a PUT.
    pub fn put() -> Self {
        Self::new(Method::PUT)
    }

    /// Starts a DELETE.
    pub fn delete() -> Self {
        Self::new(Method::DELETE)
    }

    /// Starts a HEAD.
    pub fn head() -> Self {
        Self::new(Method::HEAD)
    }

    /// Adds the segments of the API, such as `_cluster/health`; they need no encoding.
    pub fn literal(mut self, segments: &'static str) -> Self {
        if self.stated.words.is_empty() {
            self.stated.words = segments;
        }
        self.path.push('/');
        self.path.push_str(segments);
        self
    }

    /// Adds an index name, an alias, or a list of them with wildcards such as `logs-*,-logs-old`.
    pub fn index(mut self, name: &str) -> Self {
        self.stated.has_index |= self.path.is_empty();
        let checked = path::check_index(name);
        self.checked(name, checked)
    }

    /// Adds a document id of 1 to 512 bytes.
    pub fn id(self, id: &str) -> Self {
        let checked = path::check_id(id);
        self.checked(id, checked)
    }

    /// Adds one segment of any content; `what` names it in the error if it is empty.
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

    /// Adds all parameters of a [`Query`].
    pub fn parameters(self, query: &Query) -> Self {
        query
            .iter()
            .fold(self, |route, (name, value)| route.query(name, value))
    }

    /// States whether the request may be sent again when it is unknown whether it was applied.
    ///
    /// Without this, [`retry`](crate::retry) goes by the method and the API: reads, and writes to
    /// one document id, may be repeated.
    ///
    /// ```
    /// use serde_json::json;
    /// use sigtower::opensearch::{Error, Route};
    ///
    /// // Running the same policy twice does no harm, although it is a POST.
    /// let route = Route::post().literal("_plugins/_sm/policies").segment("policy", "nightly");
    /// let request = route.idempotent(true).json(&json!({}))?;
    /// # Ok::<(), Error>(())
    /// ```
    pub fn idempotent(mut self, idempotent: bool) -> Self {
        self.idempotency = Some(Idempotency::from_bool(idempotent));
        self
    }

    /// States how many operations the request has, for the span field `db.operation.batch.size`.
    ///
    /// ```
    /// use sigtower::opensearch::{Error, Route};
    ///
    /// let searches = "{}\n{\"size\":1}\n{}\n{\"size\":2}\n";
    /// let request = Route::post().literal("_msearch").batch_size(2).ndjson(searches)?;
    /// # Ok::<(), Error>(())
    /// ```
    pub fn batch_size(mut self, operations: usize) -> Self {
        self.batch_size = Some(BatchSize(operations));
        self
    }

    /// Ends the route without a body.
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
        self.finish(Some(JSON), body.into())
    }

    /// Ends the route with lines of JSON, each of which must end in a newline.
    ///
    /// # Errors
    ///
    /// The first thing that was wrong with the route.
    pub fn ndjson(self, lines: impl Into<Body>) -> Result<Request<Body>, Error> {
        self.finish(Some(NDJSON), lines.into())
    }

    fn checked(mut self, value: &str, checked: Result<(), Error>) -> Self {
        self.path.push('/');
        self.has_dot_segment |= path::push_segment(&mut self.path, value);
        if let Err(error) = checked {
            self.error.get_or_insert(error);
        }
        self
    }

    fn finish(
        mut self,
        content_type: Option<HeaderValue>,
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
            request.headers_mut().insert(CONTENT_TYPE, content_type);
        }
        let extensions = request.extensions_mut();
        extensions.insert(self.stated);
        if let Some(idempotency) = self.idempotency {
            extensions.insert(idempotency);
        }
        if let Some(batch_size) = self.batch_size {
            extensions.insert(batch_size);
        }
        if self.has_dot_segment {
            path::mark_dots(&mut request);
        }
        Ok(request)
    }
}

/// As many as a request has when it is sent, so that its header map need not grow.
pub(crate) const HEADERS: usize = 8;
