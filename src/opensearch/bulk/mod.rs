//! Many operations on documents in one request
//! ([reference](https://docs.opensearch.org/latest/api-reference/document-apis/bulk/)).

mod action;
mod added;
#[expect(
    clippy::module_inception,
    reason = "one file for each type, named after it"
)]
mod bulk;
mod meta;
mod mismatch;
mod operation;
mod outcome;
mod read;

#[cfg(test)]
mod tests;

pub use self::action::Action;
pub use self::added::{Added, Named, Partial, Unnamed};
pub use self::bulk::Bulk;
pub use self::mismatch::Mismatch;
pub use self::operation::{Json, Operation};
pub use self::outcome::{BulkResponse, Done, Rejected};

pub(crate) use self::meta::Meta;
