//! Tables about the cluster, as typed rows
//! ([reference](https://docs.opensearch.org/latest/api-reference/cat/index/)).
//!
//! What a row does not model is in `other`, after a `query_param("h", "…")` that asks for it.

mod cell;
mod indices;
mod nodes;
mod recovery;
mod shards;
mod table;

#[cfg(test)]
mod tests;

pub use self::indices::{IndexRow, Indices};
pub use self::nodes::{NodeRow, Nodes};
pub use self::recovery::{Recovery, RecoveryRow};
pub use self::shards::{ShardRow, Shards};
