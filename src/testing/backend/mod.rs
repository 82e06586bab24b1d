//! What stands behind the front end: an in-memory store, or a real OpenSearch.
//!
//! In: verified requests. Out: OpenSearch's responses.
//! Next: nothing; this is the end of the way.

mod store;
mod upstream;

pub(super) use self::store::Store;
pub(super) use self::upstream::Upstream;
