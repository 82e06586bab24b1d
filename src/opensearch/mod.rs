//! Typed calls to OpenSearch.
//!
//! In: a question such as [`cluster::Health`]. Out: an [`http::Request`] for the stack, and later
//! the [`Answer`] read into a struct with public fields. Next: the stack that compresses, retries,
//! signs and sends.

pub mod bulk;
pub mod cluster;
pub mod document;
pub mod index;
pub mod search;

mod answer;
mod builder;
mod call;
mod client;
mod count;
mod error;
mod info;
mod lenient;
mod path;
mod query;
mod refresh;
mod route;
mod send_signed;
mod shards;
mod version_type;

#[cfg(test)]
mod fixtures;

pub use self::answer::Answer;
pub use self::builder::{BuildError, ClientBuilder};
pub use self::call::Call;
pub use self::client::Client;
pub use self::count::{Count, Counted};
pub use self::error::{Authority, Error, ErrorKind, Refusal};
pub use self::info::{Info, InfoAnswer, Version};
pub use self::refresh::Refresh;
pub use self::route::Route;
pub use self::send_signed::send_signed;
pub use self::shards::Shards;
pub use self::version_type::VersionType;
