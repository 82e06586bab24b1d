//! Ingest pipelines: processors that change documents before they are stored
//! ([reference](https://docs.opensearch.org/latest/ingest-pipelines/)).

mod delete;
mod get;
mod put;
mod simulate;

#[cfg(test)]
mod tests;

pub use self::delete::Delete;
pub use self::get::Get;
pub use self::put::Put;
pub use self::simulate::{Simulate, SimulateResponse, SimulatedDocument};
