//! What is behind the front end: an in-memory store, or a real OpenSearch.
//!
//! In: verified requests. Out: responses of OpenSearch.
//! Next: nothing.

mod store;
mod upstream;

pub(super) use self::store::Store;
pub(super) use self::upstream::Upstream;
