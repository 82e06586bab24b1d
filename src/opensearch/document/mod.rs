//! Single documents, `/{index}/_doc/{id}`, and tasks that change many
//! ([reference](https://docs.opensearch.org/latest/api-reference/document-apis/)).

mod by_query;
mod create;
mod delete;
mod delete_by_query;
mod exists;
mod get;
mod index;
mod mget;
mod reindex;
mod update;
mod update_by_query;
mod written;

#[cfg(test)]
mod tests;

pub use self::by_query::Conflicts;
pub use self::create::Create;
pub use self::delete::Delete;
pub use self::delete_by_query::DeleteByQuery;
pub use self::exists::Exists;
pub use self::get::{Get, GetResponse};
pub use self::index::{Index, OpType};
pub use self::mget::Mget;
pub use self::reindex::Reindex;
pub use self::update::Update;
pub use self::update_by_query::UpdateByQuery;
pub use self::written::{Change, WriteResponse};
