//! Sign any [`http::Request`] with AWS Signature Version 4, and talk to Amazon OpenSearch.

#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "client")]
pub mod body;
#[cfg(feature = "compression")]
mod compress;
pub mod credentials;
#[cfg(feature = "client")]
pub mod endpoint;
#[cfg(feature = "opensearch")]
pub mod opensearch;
pub mod sigv4;
#[cfg(feature = "client")]
pub mod stack;
#[cfg(feature = "test-util")]
pub mod testing;
#[cfg(feature = "client")]
pub mod transport;

pub use self::credentials::Credentials;
pub use self::sigv4::{Region, Scope, SigV4Layer, Signer};

/// Any error, boxed: what a tower stack passes along.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;
