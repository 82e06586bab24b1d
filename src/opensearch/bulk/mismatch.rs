use std::error::Error as StdError;
use std::fmt;

use super::operation::Operation;
use crate::error::BoxError;
use crate::opensearch::response::Response;

/// The response to a bulk does not have one outcome for each operation in their order.
///
/// It is unknown which operations were carried out. This is the [source](StdError::source) of an
/// [`Error`](crate::opensearch::Error) of the kind
/// [`Decode`](crate::opensearch::ErrorKind::Decode).
pub struct Mismatch {
    pub(super) what: String,
    pub(super) operations: Vec<Operation>,
    pub(super) response: Response,
    pub(super) source: Option<BoxError>,
}

impl Mismatch {
    /// The operations that were sent.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// The response as it came.
    pub fn response(&self) -> &Response {
        &self.response
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "bulk outcomes are unknown: {}", self.what)
    }
}

impl fmt::Debug for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mismatch")
            .field("what", &self.what)
            .field("operations", &self.operations.len())
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}

impl StdError for Mismatch {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
