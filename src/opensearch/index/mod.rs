//! Indices: `/{index}` ([reference](https://docs.opensearch.org/latest/api-reference/index-apis/)).

mod create;
mod delete;
mod exists;
mod get_mapping;
mod refresh;

#[cfg(test)]
mod tests;

pub use self::create::{Create, CreateResponse};
pub use self::delete::Delete;
pub use self::exists::Exists;
pub use self::get_mapping::{GetMapping, IndexMapping};
pub use self::refresh::{Refresh, RefreshResponse};
