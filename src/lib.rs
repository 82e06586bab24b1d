//! Signs any [`http::Request`] with AWS Signature Version 4, and talks to Amazon OpenSearch.
//!
//! sigtower is a [`tower::Layer`](tower_layer::Layer) that canonicalises, hashes and signs what
//! passes it, with credentials from any provider; a transport of hyper and rustls under it; and a
//! thin typed OpenSearch client on top.
//!
//! ```
//! use serde::{Deserialize, Serialize};
//! use sigtower::opensearch::search::{Hits, Search};
//! use sigtower::opensearch::{Refresh, cluster, document};
//! # use sigtower::testing::Domain;
//!
//! #[derive(Serialize, Deserialize)]
//! struct Movie { title: String, year: u16 }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # /*
//! let client = Client::builder("https://search-movies-abc.eu-west-1.es.amazonaws.com")
//!     .credentials(Credentials::new(key_id, secret, None))
//!     .build()?;
//! # */
//! # let domain = Domain::start().await;
//! # let client = domain.client();
//! let health = client.send(cluster::Health::new()).await?;
//! println!("{} is {}", health.cluster_name, health.status);
//!
//! let movie = Movie { title: "The Shawshank Redemption".into(), year: 1994 };
//! let write = document::Index::new("movies", &movie).id("tt0111161");
//! client.send(write.refresh(Refresh::WaitFor)).await?;
//!
//! let found: Hits<Movie> = client.send(Search::new("movies").q("title:redemption")).await?;
//! for hit in &found.hits {
//!     println!("{} {}", hit.id, hit.source.title);
//! }
//! # assert_eq!(found.hits.len(), 1);
//! # Ok(())
//! # }
//! ```
//!
//! # Map
//!
//! A request walks one way: ask, compress, retry, sign, send.
//!
//! | room | what it does |
//! | --- | --- |
//! | `ingest` | any number of documents in, exactly one outcome for each |
//! | `opensearch` | typed calls, one type each, and the `Client` that sends them |
//! | `endpoint` | where a request goes and what it is signed for, from a URL |
//! | `stack` | the order of layers |
//! | `retry` | sends a request again when that may help and cannot hurt |
//! | [`sigv4`] | the layer, and a [`Signer`] for use without tower |
//! | [`credentials`] | providers, and the cache before them |
//! | `transport` | pooled connections of hyper and rustls |
//! | `metrics` | numbers for dashboards: their names and units |
//! | `testing` | a domain on loopback that verifies every signature, for your tests too |
//!
//! Just the layer, round any tower service and for any AWS service: [`SigV4Layer`]. One signed
//! request and no more: `send_signed`.
//!
//! # Features
//!
//! | feature | default | what it adds |
//! | --- | --- | --- |
//! | `opensearch` | yes | typed calls and `Client` |
//! | `client` | by `opensearch` | the transport, retries, and the stack that joins them |
//! | `rustls` | yes | TLS by rustls with aws-lc-rs, trusting the platform's roots |
//! | `ring` | | TLS with ring, in builds that leave `rustls` out |
//! | `webpki-roots` | | Mozilla's roots, bundled, instead of the platform's |
//! | `compression` | yes | gzip for responses, and for requests if asked for |
//! | `aws-config` | | AWS's default credential chain, and `Client::connect` |
//! | `metrics` | | durations, retries and the state of credentials, for any recorder of `metrics` |
//! | `test-util` | | `testing::Domain` |
//!
//! Without any, the crate is the signing layer and credentials: no hyper, no tokio runtime, no TLS,
//! no serde.
//!
//! # What is promised
//!
//! - A request is signed so that every verifier agrees, or refused with a typed error before a byte
//!   is sent. See [`SignError`](sigv4::SignError) for what is refused.
//! - No redirect is followed, nothing goes in clear but to loopback, and payloads are signed, unless
//!   asked otherwise by name.
//! - Secret keys, session tokens and signatures are in no `Debug`, no error and no log. Log lines
//!   (`tracing`, up to TRACE) and metrics never hold credentials or documents, nor what is searched
//!   for unless a client is built to record that.
//! - Library code does not panic on what a caller or a peer sends; `unsafe` is forbidden.
//!
//! The minimum supported Rust is 1.94.1; it follows aws-sigv4 and moves in minor releases.

#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "client")]
pub mod body;
mod clock_skew;
#[cfg(feature = "compression")]
mod compress;
#[cfg(feature = "client")]
mod content_type;
pub mod credentials;
mod encode;
#[cfg(feature = "client")]
pub mod endpoint;
mod error;
#[cfg(feature = "opensearch")]
pub mod ingest;
#[cfg(feature = "metrics")]
pub mod metrics;
#[cfg(not(feature = "metrics"))]
#[path = "metrics/off.rs"]
mod metrics;
#[cfg(feature = "opensearch")]
pub mod opensearch;
mod origin;
#[cfg(feature = "client")]
pub mod retry;
#[cfg(feature = "client")]
mod send_signed;
pub mod sigv4;
#[cfg(feature = "client")]
pub mod stack;
#[cfg(feature = "test-util")]
pub mod testing;
#[cfg(feature = "client")]
pub mod transport;

pub use self::credentials::Credentials;
pub use self::error::BoxError;
#[cfg(feature = "opensearch")]
pub use self::opensearch::Client;
#[cfg(feature = "client")]
pub use self::send_signed::{SendError, send_signed};
pub use self::sigv4::{Region, Scope, SigV4Layer, Signer};

/// The README's examples, compiled.
#[cfg(all(doctest, feature = "opensearch"))]
#[doc = include_str!("../README.md")]
struct Readme;
