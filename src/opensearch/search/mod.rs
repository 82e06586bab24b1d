//! Searches, counts, and the calls that page through all hits
//! ([reference](https://docs.opensearch.org/latest/api-reference/search-apis/)).

pub mod aggregation;
mod count;
mod hit;
mod hits;
mod inner_hits;
mod lines;
mod msearch;
mod pit;
mod query_string;
mod scroll;
#[expect(
    clippy::module_inception,
    reason = "one file for each type, named after it"
)]
mod search;
mod total;

#[cfg(test)]
mod tests;

pub use self::count::{Count, CountResponse};
pub use self::hit::Hit;
pub use self::hits::Hits;
pub use self::msearch::{Msearch, MsearchResponse};
pub use self::pit::{CreatePit, CreatePitResponse, DeletePit, DeletePitResponse, DeletedPit};
pub use self::scroll::{ClearScroll, ClearScrollResponse, Scroll};
pub use self::search::Search;
pub use self::total::{Relation, Total};
