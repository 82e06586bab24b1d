use http::Request;

use crate::body::Body;
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;

/// One question to OpenSearch: how it is asked, and how its response is read.
///
/// Building the request is a pure function: no client, no clock, no I/O. So a call of your own is
/// a struct and these two functions, and is tested without a server:
///
/// ```
/// use sigtower::body::Body;
/// use sigtower::opensearch::{Response, Call, Error, Route};
///
/// /// GET /_cat/count/{index}
/// struct CatCount {
///     index: String,
/// }
///
/// impl Call for CatCount {
///     type Output = String;
///
///     fn request(&self) -> Result<http::Request<Body>, Error> {
///         Route::get().literal("_cat/count").index(&self.index).query("h", "count").empty()
///     }
///
///     fn decode(&self, response: Response) -> Result<String, Error> {
///         Ok(response.success()?.text().trim().to_owned())
///     }
/// }
///
/// let request = CatCount { index: "müsli".into() }.request()?;
/// assert_eq!(request.uri(), "/_cat/count/m%C3%BCsli?h=count");
/// # Ok::<(), Error>(())
/// ```
pub trait Call {
    /// What the response is read into.
    type Output;

    /// The request: method, path and query in origin form, content type and body.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidRequest`](super::ErrorKind::InvalidRequest) when the call cannot be
    /// asked, for instance because an id is empty. Nothing is sent then.
    fn request(&self) -> Result<Request<Body>, Error>;

    /// Reads the response, whatever its status.
    ///
    /// # Errors
    ///
    /// When the server refused, failed, or answered something else than was expected.
    fn decode(&self, response: Response) -> Result<Self::Output, Error>;
}

/// A reference to a call is that call: `client.send(&call)` leaves it with the caller.
impl<C: Call + ?Sized> Call for &C {
    type Output = C::Output;

    fn request(&self) -> Result<Request<Body>, Error> {
        (**self).request()
    }

    fn decode(&self, response: Response) -> Result<Self::Output, Error> {
        (**self).decode(response)
    }
}
