//! Searches, counts, and what pages through all hits
//! ([reference](https://docs.opensearch.org/latest/api-reference/search-apis/)).

mod count;
mod hits;
mod pit;
mod scroll;
#[expect(
    clippy::module_inception,
    reason = "one file for each type, named after it"
)]
mod search;

#[cfg(test)]
mod tests;

pub use self::count::{Count, CountResponse};
pub use self::hits::{Hit, Hits, Relation, Total};
pub use self::pit::{CreatePit, CreatePitResponse, DeletePit, DeletePitResponse, DeletedPit};
pub use self::scroll::{ClearScroll, ClearScrollResponse, Scroll};
pub use self::search::Search;
