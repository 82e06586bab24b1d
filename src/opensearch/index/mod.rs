//! Indices: `/{index}` ([reference](https://docs.opensearch.org/latest/api-reference/index-apis/)).

mod close;
mod create;
mod delete;
mod exists;
mod get;
mod get_mapping;
mod get_settings;
mod open;
mod put_mapping;
mod put_settings;
mod refresh;

#[cfg(test)]
mod tests;

pub use self::close::{Close, CloseResponse, ClosedIndex};
pub use self::create::{Create, CreateResponse};
pub use self::delete::Delete;
pub use self::exists::Exists;
pub use self::get::{Get, IndexDescription};
pub use self::get_mapping::{GetMapping, IndexMapping};
pub use self::get_settings::{GetSettings, IndexSettings};
pub use self::open::{Open, OpenResponse};
pub use self::put_mapping::PutMapping;
pub use self::put_settings::PutSettings;
pub use self::refresh::{Refresh, RefreshResponse};
