//! An OpenSearch of one node, in memory: small, honest in shape and status.
//!
//! Documents are searchable as soon as they are written, refreshed or not. There are no scripts,
//! no analysers beyond words in lower case, and no scores worth comparing.

mod access;
mod bulk;
mod call;
mod cluster;
mod cursors;
mod dispatch;
mod encoding;
mod error;
mod health;
mod index;
mod indices;
mod info;
mod mapping;
mod memory;
mod name;
mod params;
mod read;
mod route;
mod scalar;
mod search;
mod snapshot;
mod source_filter;
mod terms;
mod write;

pub(in crate::testing) use self::memory::Store;
