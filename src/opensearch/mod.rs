//! Typed calls to OpenSearch.
//!
//! In: a question such as [`cluster::Health`]. Out: an [`http::Request`] for the stack, and later
//! the [`Answer`] read into a struct with public fields. Next: the stack that compresses, retries,
//! signs and sends.
//!
//! A [`Client`] has one verb, [`send`](Client::send), and each call is a type:
//!
//! | to | call |
//! | --- | --- |
//! | ask what runs there and how it is | [`Info`], [`cluster::Health`] |
//! | make and remove indices | [`index::Create`], [`index::Delete`], [`index::Exists`] |
//! | look into indices | [`index::GetMapping`], [`index::Refresh`], [`Count`] |
//! | store a document | [`document::Index`], [`document::Create`], [`document::Update`] |
//! | read or remove one by its id | [`document::Get`], [`document::Exists`], [`document::Delete`] |
//! | do many of these at once | [`bulk::Bulk`] |
//! | search | [`search::Search`] |
//! | page through all hits as of now | [`search::CreatePit`], [`search::DeletePit`] |
//! | page through all hits the old way | [`search::Scroll`], [`search::ClearScroll`] |
//! | anything else | [`Client::raw`], or a [`Call`] of your own |
//!
//! Every call has `query_param` for the parameters it has no method for. Ids and index names may
//! have any content and arrive as given; those that cannot be are refused before anything is sent.
//!
//! An [`Error`] says who refused and why: its [`kind`](Error::kind) is what to match on, its
//! [`refusal`](Error::refusal) tells a missing permission from a wrong signature, and its
//! [`hint`](Error::hint) what to do about it.
//!
//! A call of your own is a struct that implements [`Call`], with [`Route`] to build its request.

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
mod idempotency;
mod info;
mod lenient;
mod observe;
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
pub use self::error::{Authority, Difference, Error, ErrorKind, Part, Refusal};
pub use self::info::{Info, InfoAnswer, Version};
pub use self::refresh::Refresh;
pub use self::route::Route;
pub use self::send_signed::send_signed;
pub use self::shards::Shards;
pub use self::version_type::VersionType;
