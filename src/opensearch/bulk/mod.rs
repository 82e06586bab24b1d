//! Many operations on documents in one request
//! ([reference](https://docs.opensearch.org/latest/api-reference/document-apis/bulk/)).

mod action;
mod added;
#[expect(
    clippy::module_inception,
    reason = "one file for each type, named after it"
)]
mod bulk;
mod from_lines;
mod meta;
mod mismatch;
mod one_line;
mod operation;
mod outcome;
mod parameters;
mod read;
mod repeat;
mod source;

#[cfg(test)]
mod tests;

pub use self::action::Action;
pub use self::added::{Added, Named, Partial, Unnamed};
pub use self::bulk::Bulk;
pub use self::mismatch::Mismatch;
pub use self::operation::Operation;
pub use self::outcome::{BulkResponse, Done, Rejected};
pub use self::source::Json;

pub(crate) use self::meta::Meta;
