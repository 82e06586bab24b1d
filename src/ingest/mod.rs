//! Loads any number of documents, and gives every operation exactly one outcome.
//!
//! In: [`Operation`]s, one by one, from an iterator or from a stream. Out: for each of them one
//! [`Outcome`]. Next: the [`Client`](crate::Client), with one bulk request for each chunk.
//!
//! ```
//! # use serde_json::json;
//! # use sigtower::opensearch::bulk::Operation;
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let domain = sigtower::testing::Domain::start().await;
//! # let client = domain.client();
//! # let movies = [json!({"title": "Alien"}), json!({"title": "Heat"})];
//! let load = client.ingest("movies").generated_ids().start();
//! for movie in &movies {
//!     load.push(Operation::index(movie)).await?; // waits while memory is full
//! }
//! let report = load.finish().await;
//! println!("{} stored, {} rejected, {} unknown", report.done, report.rejected.len(), report.unknown.len());
//! for item in report.rejected {
//!     eprintln!("{item}"); // `item.operation` can be stored, corrected and pushed again
//! }
//! # assert_eq!(report.done, 2);
//! # Ok(())
//! # }
//! ```
//!
//! A task on tokio's runtime sends the chunks; the program only pushes. Each failure is
//! handled as follows:
//!
//! | failure | handling |
//! | --- | --- |
//! | an item with 429, a circuit breaker, a blocked cluster, an unavailable shard, a quota | only that item is sent again |
//! | the whole request refused for such a reason, no connection, no credentials | the chunk is sent again |
//! | 413, or a request that is larger than the server takes | the chunk is halved, and the size remembered |
//! | a gzip body that is refused | the chunk is sent again uncompressed, as are all later chunks of the client |
//! | a request that was lost, or a response that cannot be read | operations that may be applied twice are sent again, the others are [unknown](Outcome::Unknown) |
//! | any other error | [rejected](Outcome::Rejected) |
//!
//! Waits before a retry are random, from nothing to a maximum that doubles from 100 ms to 20 s. An
//! operation is retried for ten minutes, unless [`retry_for`](IngestBuilder::retry_for) sets another
//! time. Operations on one id of one index are applied in the order in which they were pushed.

mod backoff;
mod buffers;
mod builder;
mod chunk;
mod classify;
mod closed;
mod compress;
mod concurrency;
mod engine;
mod entry;
mod flight;
mod ids;
mod judging;
mod lanes;
mod limit;
mod load;
mod load_settings;
mod outcome;
mod outcomes;
mod request;
mod response;
mod setters;
mod settings;
mod shared;
mod sink;
mod state;
mod statistics;
mod watch;

pub use self::builder::IngestBuilder;
pub use self::classify::{Decision, Failure};
pub use self::closed::Closed;
pub use self::concurrency::{Concurrency, Start};
pub use self::ids::Ids;
pub use self::load::Load;
pub use self::outcome::{Done, Outcome, Rejected, Report, Unknown};
pub use self::outcomes::Outcomes;
pub use self::statistics::Statistics;
pub use self::watch::Watch;
pub use crate::opensearch::bulk::{Action, Operation};
