//! An OpenSearch of one node, in memory: small, honest in shape and status.
//!
//! Documents are searchable as soon as they are written, refreshed or not. There are no scripts,
//! no analysers beyond words in lower case, and no scores worth comparing.

mod access;
mod bulk;
mod cluster;
mod encoding;
mod error;
mod index;
mod mapping;
mod memory;
mod params;
mod read;
mod route;
mod search;
mod terms;
mod write;

pub(in crate::testing) use self::memory::Store;
use self::memory::{Call, Reply};
