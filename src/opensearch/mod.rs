//! Typed calls to OpenSearch, and the client that sends them.
//!
//! In: a call such as [`cluster::Health`]. Out: an [`http::Request`] for the stack, and later the
//! [`Response`] read into a struct with public fields. Next: the stack, which compresses, retries,
//! signs and sends.
//!
//! A [`Client`] has one verb, [`send`](Client::send), and each call is a type.
//! [`call`](Client::call) sends it with a timeout, attempts or headers of its own.
//!
//! | to | call |
//! | --- | --- |
//! | get the version and the health of a cluster | [`cluster::Info`], [`cluster::Health`] |
//! | create and delete indices | [`index::Create`], [`index::Delete`], [`index::Exists`] |
//! | describe, open and close indices | [`index::Get`], [`index::Open`], [`index::Close`] |
//! | read and change mappings and settings | [`index::GetMapping`], [`index::PutMapping`], [`index::GetSettings`], [`index::PutSettings`] |
//! | refresh, count | [`index::Refresh`], [`search::Count`] |
//! | read and change aliases | [`alias::Get`], [`alias::Update`] |
//! | manage index templates | [`template::Put`], [`template::Get`], [`template::Delete`] |
//! | manage ingest pipelines | [`pipeline::Put`], [`pipeline::Get`], [`pipeline::Delete`], [`pipeline::Simulate`] |
//! | list indices, shards and nodes | [`cat::Indices`], [`cat::Shards`], [`cat::Nodes`] |
//! | store a document | [`document::Index`], [`document::Create`], [`document::Update`] |
//! | get or delete a document by its id | [`document::Get`], [`document::Exists`], [`document::Delete`] |
//! | do many of these in one request | [`bulk::Bulk`] |
//! | change or copy many documents in a task | [`document::DeleteByQuery`], [`document::UpdateByQuery`], [`document::Reindex`] |
//! | follow, limit and cancel a task | [`tasks::Get`], [`tasks::Rethrottle`], [`tasks::Cancel`], [`tasks::List`] |
//! | get many documents | [`document::Mget`] |
//! | search, once or many times | [`search::Search`], [`search::Msearch`] |
//! | page through all hits at one point in time | [`search::CreatePit`], [`search::DeletePit`] |
//! | page through all hits with a scroll | [`search::Scroll`], [`search::ClearScroll`] |
//! | make and restore snapshots | [`snapshot`] |
//! | anything else | [`Raw`], or a [`Call`] of your own |
//!
//! Every call has `query_param` for parameters that have no method. Ids and index names may have any
//! content and arrive as given; an invalid one is an error before anything is sent.
//!
//! Match on the [`kind`](Error::kind) of an [`Error`]. Its [`refusal`](Error::refusal) separates a
//! missing permission from a wrong signature, and its [`hint`](Error::hint) says what to do.
//!
//! # Spans
//!
//! Each call has a `tracing` span `opensearch` with one span `http` for each attempt. Their fields
//! have OpenTelemetry's names for database clients and for HTTP:
//!
//! | span | fields |
//! | --- | --- |
//! | `opensearch` | `db.system.name`, `db.operation.name`, `db.collection.name`, `db.operation.batch.size`, `db.response.status_code`, `db.query.text` ([on request](ClientBuilder::record_query_text)), `http.request.method`, `http.response.status_code`, `http.request.resend_count`, `server.address`, `server.port`, `cloud.region`, `aws.service`, `aws.request_id`, `error.type` |
//! | `http` | `http.request.method`, `http.request.resend_count`, `http.response.status_code`, `network.protocol.version`, `server.address`, `server.port`, `aws.request_id`, `error.type`; and without a name in OpenTelemetry: `retry.reason`, `retry.wait` (seconds before the attempt), `clock.skew` (seconds added to this machine's clock for the signature) |
//!
//! Events: INFO when the service's clock differs, WARN once when a refresh of credentials fails and
//! the old ones stay in use, DEBUG for each retry, each denied retry and each refresh.
//!
//! # Calls of your own
//!
//! Implement [`Call`] for a struct, and build its request with a [`Route`].

pub mod alias;
pub mod bulk;
pub mod cat;
pub mod cluster;
pub mod document;
pub mod index;
pub mod pipeline;
pub mod search;
pub mod snapshot;
pub mod tasks;
pub mod template;

pub(crate) mod call;
pub(crate) mod client;
mod decode;
pub(crate) mod error;
mod refused_id;
pub(crate) mod response;
pub(crate) mod target;
pub(crate) mod wire;

#[cfg(test)]
pub(crate) mod fixtures;

pub use self::call::{Call, Query, Raw, Route};
pub use self::client::{BuildError, CallRequest, Client, ClientBuilder, StreamingResponse};
pub use self::error::{Authority, Difference, Error, ErrorKind, Part, Refusal};
pub use self::response::{Response, ResponseHead};
pub use self::target::{CollectionType, Target};
pub use self::wire::{Acknowledged, Refresh, Shards, VersionType};
