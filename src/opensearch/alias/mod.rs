//! Aliases: names for one or many indices
//! ([reference](https://docs.opensearch.org/latest/api-reference/alias/)).

#[expect(
    clippy::module_inception,
    reason = "one file for each type, named after it"
)]
mod alias;
mod get;
mod update;

#[cfg(test)]
mod tests;

pub use self::alias::Alias;
pub use self::get::{Get, IndexAliases};
pub use self::update::{Action, Update};
