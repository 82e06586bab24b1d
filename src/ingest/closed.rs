use serde::Serialize;

use crate::opensearch::bulk::Operation;

/// A load takes no more operations: it is finished, was aborted, or its runtime is gone.
///
/// ```
/// # use serde_json::json;
/// # use sigtower::ingest::Operation;
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let domain = tokio::runtime::Runtime::new()?.block_on(sigtower::testing::Domain::start());
/// # let client = domain.client();
/// let load = client.ingest("movies").start(); // outside of a tokio runtime
/// let push = load.push(Operation::index(json!({"title": "Alien"})));
/// let closed = futures_util::FutureExt::now_or_never(push).unwrap().unwrap_err();
/// assert_eq!(closed.operation.source().unwrap(), r#"{"title":"Alien"}"#);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, thiserror::Error)]
#[error("the load is closed and takes no operations; start a new one within a tokio runtime")]
#[non_exhaustive]
pub struct Closed {
    /// The operation that was not taken, with its document as JSON: push it to another load.
    pub operation: Box<Operation>,
}

impl Closed {
    pub(super) fn new<D: Serialize>(operation: &Operation<D>) -> Self {
        let operation = Box::new(operation.by_ref().into_json());
        Self { operation }
    }
}
