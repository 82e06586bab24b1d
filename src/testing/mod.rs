//! A domain on loopback that verifies every signature, for tests.
//!
//! In: requests as they come over the wire. Out: the responses of AWS and OpenSearch.
//! Next: nothing. The verifier shares nothing with the signer that it checks.
//!
//! Verified requests go to a small store in memory, or to a real OpenSearch
//! ([`DomainBuilder::upstream`]). The store is there for quick starts and tests: indices with
//! mappings and aliases, documents, bulk requests, the common queries, sorting, a few aggregations,
//! scrolls and points in time. A test that passes on the store shall pass on a real domain. So the
//! store does what OpenSearch 2.19 does, and refuses everything else with status 400 and a reason
//! that says so: ``the in-memory store does not support `collapse` in the body of a search``.
//! It refuses parameters, members of bodies, queries, aggregations, types of fields and endpoints,
//! for example `routing` of a get, nested fields, comparisons of dates, `_aliases` and `_msearch`.
//!
//! Some responses differ from those of OpenSearch:
//!
//! - Searches and counts see a write after a refresh: by [`Refresh`](crate::opensearch::Refresh), by
//!   [`index::Refresh`](crate::opensearch::index::Refresh), or after
//!   [`DomainBuilder::refresh_interval`], which is 1 s by default. A get by id sees it at once.
//!   OpenSearch does the same, but may refresh earlier.
//! - Scores are not those of OpenSearch. Without `sort`, the order of hits may differ.
//! - Sequence numbers count the writes to an index. OpenSearch counts those to each of its shards.
//!
//! ```
//! use sigtower::opensearch::{Refresh, document, search};
//! use sigtower::testing::{Domain, Principal};
//!
//! #[derive(Debug, serde::Serialize, serde::Deserialize)]
//! struct Movie {
//!     title: String,
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), sigtower::opensearch::Error> {
//! let domain = Domain::start().await;
//! let movie = Movie { title: "The Godfather".into() };
//! let index = document::Index::new("movies", &movie).id("tt0068646").refresh(Refresh::WaitFor);
//! domain.client().send(index).await?;
//!
//! // A reader finds the movie, and cannot delete it.
//! let reader = domain.client_as(&Principal::reader());
//! let found: search::Hits<Movie> =
//!     reader.send(search::Search::new("movies").q("title:godfather")).await?;
//! assert_eq!(found.hits[0].id, "tt0068646");
//! let error = reader.send(document::Delete::new("movies", "tt0068646")).await.unwrap_err();
//! assert_eq!(error.error_type(), Some("security_exception"));
//!
//! // The test decides what fails: a client tries three times at most.
//! domain.next_response(429).next_response(429).next_response(429);
//! let error = reader.send(search::Search::<Movie>::new("movies")).await.unwrap_err();
//! assert!(error.is_retryable());
//! assert_eq!(domain.requests().len(), 6);
//! # Ok(())
//! # }
//! ```

mod backend;
mod clock;
mod domain;
mod front;
mod gzip;
mod principal;
mod received;
mod response;
mod verify;

pub use self::domain::{Domain, DomainBuilder};
pub use self::front::{Collection, Exchange, Fault, FaultCounts};
pub use self::principal::{Access, Principal};
pub use self::received::ReceivedRequest;
pub use self::verify::{CredentialScope, VerificationError, VerifiedRequest, Verifier};
