//! Typed calls to OpenSearch.
//!
//! In: a question such as [`cluster::Health`]. Out: an [`http::Request`] for the stack, and later
//! the [`Response`] read into a struct with public fields. Next: the stack that compresses, retries,
//! signs and sends.
//!
//! A [`Client`] has one verb, [`send`](Client::send), and each call is a type:
//!
//! | to | call |
//! | --- | --- |
//! | ask what runs there and how it is | [`cluster::Info`], [`cluster::Health`] |
//! | make and remove indices | [`index::Create`], [`index::Delete`], [`index::Exists`] |
//! | look into indices | [`index::GetMapping`], [`index::Refresh`], [`search::Count`] |
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
//! # Spans
//!
//! Each call has a `tracing` span `opensearch`, and in it a span `http` for each attempt, with the
//! names that OpenTelemetry has for clients of databases and of HTTP:
//!
//! | span | fields |
//! | --- | --- |
//! | `opensearch` | `db.system.name`, `db.operation.name`, `db.collection.name`, `db.operation.batch.size`, `db.response.status_code`, `db.query.text` ([on request](ClientBuilder::record_query_text)), `http.request.method`, `http.response.status_code`, `http.request.resend_count`, `server.address`, `server.port`, `cloud.region`, `aws.service`, `aws.request_id`, `error.type` |
//! | `http` | `http.request.method`, `http.request.resend_count`, `http.response.status_code`, `network.protocol.version`, `server.address`, `server.port`, `aws.request_id`, `error.type`, and of our own `retry.reason`, `retry.wait` (seconds before the attempt), `clock.skew` (seconds added to our clock for its signature) |
//!
//! Events: INFO when the service's clock turns out to be off, WARN once when a refresh of credentials
//! fails and old ones stay in use, DEBUG for each retry, each retry denied and each refresh.
//!
//! # Calls of your own
//!
//! A call of your own is a struct that implements [`Call`], with [`Route`] to build its request.

pub mod bulk;
pub mod cluster;
pub mod document;
pub mod index;
pub mod search;

pub(crate) mod call;
pub(crate) mod client;
mod decode;
pub(crate) mod error;
pub(crate) mod response;
pub(crate) mod wire;

#[cfg(test)]
pub(crate) mod fixtures;

pub use self::call::{Call, Query, Raw, Route};
pub use self::client::{BuildError, Client, ClientBuilder};
pub use self::error::{Authority, Difference, Error, ErrorKind, Part, Refusal};
pub use self::response::{Response, ResponseHead};
pub use self::wire::{Refresh, Shards, VersionType};
