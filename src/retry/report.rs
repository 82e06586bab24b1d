use std::sync::Arc;

/// What it took to get an answer; stands in the extensions of the response.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Report {
    /// How many attempts there were.
    pub attempts: u32,
    /// Whether an attempt was lost on the way, or this answer leaves open whether the service acted.
    pub may_have_been_applied: bool,
    /// Whether it was not sent again because it may have been applied and is not idempotent.
    pub withheld: bool,
    /// The canonical request that was signed, session token redacted, if the answer tells of
    /// another one.
    pub canonical_request: Option<Arc<str>>,
}
