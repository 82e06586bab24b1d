//! Index templates: settings, mappings and aliases of indices that are created later
//! ([reference](https://docs.opensearch.org/latest/im-plugin/index-templates/)).

mod delete;
mod get;
mod put;

#[cfg(test)]
mod tests;

pub use self::delete::Delete;
pub use self::get::{Get, Template};
pub use self::put::Put;
