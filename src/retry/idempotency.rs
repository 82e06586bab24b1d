use http::Method;
use http::request::Parts;

/// Whether a request may be sent again when nobody knows if it was applied.
///
/// Put it into the request's extensions where the method does not tell: a search by POST is
/// idempotent, a PUT that must find nothing in its place is not, because a second one would be told
/// of a conflict with itself.
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
pub enum Idempotency {
    /// Applied twice is as good as applied once, and answered alike.
    Idempotent,
    /// Applied twice, or told of the first time, would be wrong.
    NotIdempotent,
}

impl Idempotency {
    /// What HTTP says of the method: GET, HEAD, OPTIONS, TRACE, PUT and DELETE are idempotent.
    pub fn of_method(method: &Method) -> Self {
        if method.is_idempotent() {
            Self::Idempotent
        } else {
            Self::NotIdempotent
        }
    }

    /// What the request says, or else its method.
    pub(crate) fn of(head: &Parts) -> Self {
        let told = head.extensions.get().copied();
        told.unwrap_or_else(|| Self::of_method(&head.method))
    }
}
