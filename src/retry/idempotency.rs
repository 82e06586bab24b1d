use http::Method;
use http::request::Parts;

/// Whether a request may be sent again when it is unknown whether it was applied.
///
/// Put it into the request's extensions where the method is misleading. A search by POST is idempotent. A PUT
/// that must not replace anything is not: a second one would conflict with the first.
///
/// ```
/// use http::Request;
/// use sigtower::retry::Idempotency;
///
/// let search = Request::post("https://search-x.us-east-1.es.amazonaws.com/_search")
///     .extension(Idempotency::Idempotent)
///     .body("{}")?;
/// # Ok::<(), http::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Idempotency {
    /// Applied twice, the request has the effect and the response of once.
    Idempotent,
    /// Applied twice, the request has a different effect, or the second response is an error.
    NotIdempotent,
}

impl Idempotency {
    /// The rule of HTTP ([RFC 9110, section 9.2.2](https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2)): GET, HEAD, OPTIONS, TRACE, PUT and DELETE are idempotent.
    pub fn of_method(method: &Method) -> Self {
        Self::from_bool(method.is_idempotent())
    }

    pub(crate) fn from_bool(idempotent: bool) -> Self {
        if idempotent {
            Self::Idempotent
        } else {
            Self::NotIdempotent
        }
    }

    /// The value in the request's extensions, or else that of its method.
    pub(crate) fn of(head: &Parts) -> Self {
        let stated = head.extensions.get().copied();
        stated.unwrap_or_else(|| Self::of_method(&head.method))
    }
}
