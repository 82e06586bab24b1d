use serde::Deserialize;

use super::altered;
use crate::opensearch::call::Query;
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;

/// The response to a call that changes the cluster's state. The change is made, even if the wait for
/// the nodes timed out.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct Acknowledged {
    /// Whether all nodes knew the change before the timeout. If a filter removed this from a
    /// successful response, it is `true`.
    pub acknowledged: bool,
}

impl Acknowledged {
    /// The response to a change that is made.
    pub(crate) fn made() -> Self {
        Self { acknowledged: true }
    }

    /// Reads the response to a call with these parameters that succeeded.
    pub(crate) fn read(response: &Response, query: &Query) -> Result<Self, Error> {
        altered::read_acknowledged(response, query)
    }
}
