//! Providers of AWS credentials, and the cache that stands before them.
//!
//! In: anything that implements the SDK's [`ProvideCredentials`]. Out: one immutable [`Identity`]
//! for each signature. Next: nothing; [`crate::sigv4`] reads from here.

mod cache;
#[cfg(feature = "aws-config")]
mod chain;
mod error;
mod identity;
mod provider;

pub use aws_credential_types::provider::ProvideCredentials;

pub use self::cache::CachedCredentials;
#[cfg(feature = "aws-config")]
pub use self::chain::default_chain;
pub use self::error::CredentialsError;
pub use self::identity::Identity;
pub use self::provider::{Credentials, Environment, FromFn, from_fn};
