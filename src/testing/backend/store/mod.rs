//! An OpenSearch of one node, in memory, for quick starts and tests.
//!
//! In: verified requests. Out: the responses of OpenSearch 2.19, or a refusal in the store's own
//! words: `the in-memory store does not support ...`.
//! Next: nothing.
//!
//! The store is no search engine. What it does not do exactly as OpenSearch does, it refuses:
//! [`endpoint`] has the parameters and the members of bodies that it supports. Scores are the
//! exception: they are not those of OpenSearch, and so the order of hits without `sort` is not either.

mod access;
mod bulk;
mod call;
mod cluster;
mod cursors;
mod dispatch;
mod document;
mod encoding;
mod endpoint;
mod error;
mod expression;
mod filter_path;
mod health;
mod index;
mod indices;
mod info;
mod json;
mod mapping;
mod memory;
mod name;
mod not_routed;
mod params;
mod read;
mod refresh;
mod route;
mod search;
mod settings;
mod snapshot;
mod source_filter;
mod time_value;
mod update;
mod write;

pub(in crate::testing) use self::memory::Store;
