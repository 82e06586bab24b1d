//! Single documents: `/{index}/_doc/{id}`
//! ([reference](https://docs.opensearch.org/latest/api-reference/document-apis/)).

mod create;
mod delete;
mod exists;
mod get;
mod index;
mod update;
mod written;

#[cfg(test)]
mod tests;

pub use self::create::Create;
pub use self::delete::Delete;
pub use self::exists::Exists;
pub use self::get::{Get, GetResponse};
pub use self::index::{Index, OpType};
pub use self::update::Update;
pub use self::written::{Change, WriteResponse};
