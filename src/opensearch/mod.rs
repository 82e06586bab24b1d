//! Typed calls to OpenSearch.
//!
//! In: a question such as [`cluster::Health`]. Out: an [`http::Request`] for the stack, and later
//! the [`Answer`] read into a struct with public fields. Next: the stack that compresses, retries,
//! signs and sends.

pub mod cluster;

mod answer;
mod call;
mod error;
mod info;
mod path;
mod query;
mod route;

pub use self::answer::Answer;
pub use self::call::Call;
pub use self::error::{Authority, Error, ErrorKind, Refusal};
pub use self::info::{Info, InfoAnswer, Version};
pub use self::route::Route;
