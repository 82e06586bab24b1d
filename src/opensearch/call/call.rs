use http::Request;

use crate::body::Body;
use crate::endpoint::Endpoint;
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;

/// One call to OpenSearch: how its request is built, and how its response is read.
///
/// Both are pure functions: no client, no clock, no I/O. A call of your own is a struct with these
/// two functions, and you can test it without a server:
///
/// ```
/// use sigtower::body::Body;
/// use sigtower::opensearch::{Call, Error, Query, Response, Route};
///
/// /// GET /_cat/count/{index}
/// struct CatCount {
///     index: String,
///     query: Query,
/// }
///
/// impl Call for CatCount {
///     type Output = u64;
///
///     fn request(&self) -> Result<http::Request<Body>, Error> {
///         let route = Route::get().literal("_cat/count").index(&self.index).query("h", "count");
///         route.parameters(&self.query).empty()
///     }
///
///     fn decode(&self, response: Response) -> Result<u64, Error> {
///         let response = response.success()?;
///         let count = response.text().trim().parse();
///         count.map_err(|cause| Error::decode(&response, cause))
///     }
/// }
///
/// let call = CatCount { index: "müsli".into(), query: Query::default() };
/// assert_eq!(call.request()?.uri(), "/_cat/count/m%C3%BCsli?h=count");
///
/// let response = Response::new(http::StatusCode::OK, http::HeaderMap::new(), "many\n");
/// assert_eq!(call.decode(response).unwrap_err().status(), Some(http::StatusCode::OK));
/// # Ok::<(), Error>(())
/// ```
pub trait Call {
    /// What the response is read into.
    type Output;

    /// Builds the request: method, path and query in origin form, content type and body.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidRequest`](crate::opensearch::ErrorKind::InvalidRequest) when the call is
    /// not valid, for example because an id is empty. Nothing is sent then.
    fn request(&self) -> Result<Request<Body>, Error>;

    /// Builds the request for a client of this endpoint; the same as [`request`](Self::request), unless
    /// the call depends on the endpoint's region or service.
    ///
    /// # Errors
    ///
    /// As [`request`](Self::request).
    fn request_for(&self, endpoint: &Endpoint) -> Result<Request<Body>, Error> {
        let _ = endpoint;
        self.request()
    }

    /// Reads the response, whatever its status.
    ///
    /// # Errors
    ///
    /// When the status is an error, or when the response does not have the expected form.
    fn decode(&self, response: Response) -> Result<Self::Output, Error>;
}

/// A reference to a call is that call: `client.send(&call)` leaves it with the caller.
impl<C: Call + ?Sized> Call for &C {
    type Output = C::Output;

    fn request(&self) -> Result<Request<Body>, Error> {
        (**self).request()
    }

    fn request_for(&self, endpoint: &Endpoint) -> Result<Request<Body>, Error> {
        (**self).request_for(endpoint)
    }

    fn decode(&self, response: Response) -> Result<Self::Output, Error> {
        (**self).decode(response)
    }
}
