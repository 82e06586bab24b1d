//! Every hit of a search as a stream of typed documents.
//!
//! In: an index, and if you like a query and an order. Out: a [`HitStream`] of
//! [`Hit`]s, or an [`ExportError`]. Next: the calls of
//! [`search`](crate::opensearch::search), one for each page, through the [`Client`](crate::Client).
//!
//! ```
//! use futures_util::TryStreamExt;
//! use serde_json::{Value, json};
//! # use sigtower::opensearch::{Refresh, document};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let domain = sigtower::testing::Domain::start().await;
//! # let client = domain.client();
//! # let movie = json!({"title": "Alien"});
//! # client.send(document::Index::new("movies", &movie).id("1").refresh(Refresh::True)).await?;
//! let mut hits = client.export::<Value>("movies").query(json!({"match_all": {}})).stream();
//! while let Some(hit) = hits.try_next().await? {
//!     println!("{} {}", hit.id, hit.source["title"]);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! The pages are those of one [point in time](crate::opensearch::search::CreatePit): changes during
//! the export do not appear. Each page extends the life of the point in time, and it is deleted at the
//! end, after an error, and when the stream is dropped. Before OpenSearch 2.4, and if
//! [`scroll`](Export::scroll) asks for it, the pages are those of a scroll.
//!
//! # Order
//!
//! The next page begins after the sort values of the last hit, so no two hits may have the same sort
//! values. A *tiebreaker* is therefore added to each order: `_id`, unless
//! [`tiebreaker`](Export::tiebreaker) names a field. Sorting by `_id` loads all ids into the memory of
//! the nodes. For very large indices, name a keyword field with unique values, or `_shard_doc` on
//! OpenSearch 3.3 and later. At the end the number of hits is compared with the number that the server
//! counted; if hits are missing, the last item is [`ExportError::Incomplete`].
//!
//! # Resume and follow
//!
//! Keep the [`sort`](Hit::sort) values of the last hit that you have processed, and give them to
//! [`resume_after`](Export::resume_after). [`follow`](Export::follow) yields documents that sort after
//! the last one as they come.

mod builder;
mod check;
mod context;
mod error;
mod follow;
mod hit_stream;
mod open;
mod pages;
mod settings;

#[cfg(test)]
mod tests;

pub use self::builder::Export;
pub use self::error::ExportError;
pub use self::hit_stream::HitStream;
pub use crate::opensearch::search::Hit;
