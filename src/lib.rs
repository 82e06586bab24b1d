//! Signs any [`http::Request`] with AWS Signature Version 4, and talks to Amazon OpenSearch.
//!
//! sigtower has three parts: a [`tower::Layer`](tower_layer::Layer) that canonicalises, hashes and
//! signs requests with credentials from any provider; a transport on hyper and rustls below it; and a
//! thin typed OpenSearch client above it.
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
//! | module | what it does |
//! | --- | --- |
//! | `opensearch` | typed calls, one type each, and the `Client` that sends them |
//! | `ingest` | loads any number of documents, with one outcome for each |
//! | `export` | every hit of a search as a stream |
//! | `wait` | follows a task to its end |
//! | `stack` | the order of the layers |
//! | `retry` | sends a request again when that may help and cannot do harm |
//! | [`sigv4`] | the layer, and a [`Signer`] for use without tower |
//! | [`credentials`] | providers, and the cache in front of them |
//! | `endpoint` | where a request goes and what it is signed for, from a URL |
//! | `transport` | pooled connections of hyper and rustls |
//! | `policy` | IAM and serverless access documents |
//! | `coming_from` | snippets of other clients beside this one's |
//! | `recipes` | requests that have no type, one line each |
//! | `metrics` | metrics for dashboards: their names and units |
//! | `testing` | a domain on loopback that verifies every signature, also for your tests |
//!
//! For the layer alone, around any tower service and for any AWS service, use [`SigV4Layer`]. For one
//! signed request, use `send_signed`.
//!
//! # Features
//!
//! | feature | default | what it adds |
//! | --- | --- | --- |
//! | `opensearch` | yes | typed calls and `Client` |
//! | `client` | with `opensearch` | the transport, retries, the stack, and `send_signed` |
//! | `rustls` | yes | TLS by rustls with aws-lc-rs; the platform's root certificates |
//! | `ring` | | TLS by rustls with ring; with `rustls` as well, `TransportConfig::with_tls_provider` chooses |
//! | `webpki-roots` | | Mozilla's root certificates, built in: `TransportConfig::with_webpki_roots` |
//! | `compression` | yes | gzip for responses, and for requests on demand |
//! | `aws-config` | | AWS's default credential chain, and `Client::connect` |
//! | `metrics` | | durations, retries and the state of credentials, for any recorder of the crate `metrics` |
//! | `test-util` | | `testing::Domain` |
//!
//! Without features, the crate is the signing layer and credentials: no hyper, no tokio runtime, no
//! TLS, no serde.
//!
//! # Guarantees
//!
//! - A request is signed so that every verifier agrees, or it is refused with a typed error before a
//!   byte is sent. [`SignError`](sigv4::SignError) lists what is refused.
//! - Redirects are not followed. Nothing is sent in clear text except to loopback, and every payload
//!   is signed. You turn each of these off by a method with a plain name.
//! - Secret keys, session tokens and signatures never appear in `Debug`, in errors or in logs.
//!   `tracing` events and metrics, up to TRACE, contain no credentials and no documents. They contain
//!   queries only if the client is built to record them.
//! - Library code does not panic on what a caller or a server sends; `unsafe` is forbidden.
//!
//! The minimum supported Rust version is 1.94.1. It follows aws-credential-types and changes in minor releases.

#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "client")]
pub mod authentication;
#[cfg(feature = "client")]
pub mod body;
mod clock_skew;
#[cfg(feature = "opensearch")]
#[doc = include_str!("collections.md")]
pub mod collections {}
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
pub mod export;
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
#[cfg(feature = "opensearch")]
mod pace;
#[cfg(feature = "opensearch")]
pub mod policy;
#[cfg(feature = "client")]
pub mod retry;
#[cfg(feature = "client")]
mod send_signed;
#[cfg(feature = "client")]
#[cfg_attr(
    not(feature = "opensearch"),
    expect(
        dead_code,
        reason = "errors of `opensearch` show what retries do not need"
    )
)]
mod service_error;
pub mod sigv4;
#[cfg(feature = "client")]
pub mod stack;
#[cfg(feature = "client")]
mod surrogates;
#[cfg(feature = "test-util")]
pub mod testing;
#[cfg(feature = "client")]
pub mod transport;
#[cfg(feature = "opensearch")]
pub mod wait;

pub use self::credentials::Credentials;
pub use self::error::BoxError;
#[cfg(feature = "opensearch")]
pub use self::opensearch::Client;
#[cfg(feature = "client")]
pub use self::send_signed::{CredentialsArg, SendError, send_signed, send_signed_for};
pub use self::sigv4::{Region, Scope, SigV4Layer, Signer};

#[cfg(feature = "opensearch")]
#[doc = include_str!("coming_from.md")]
#[cfg_attr(feature = "aws-config", doc = include_str!("coming_from_aws.md"))]
pub mod coming_from {}

#[cfg(feature = "opensearch")]
#[doc = include_str!("recipes.md")]
#[doc = "```no_run"]
#[doc = include_str!("../examples/with_dsl.rs")]
#[doc = "```"]
pub mod recipes {}

/// Compiles the examples of the README.
#[cfg(all(doctest, feature = "opensearch"))]
#[doc = include_str!("../README.md")]
struct Readme;
