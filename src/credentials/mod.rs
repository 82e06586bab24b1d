//! Providers of AWS credentials, and the cache that stands before them.
//!
//! In: anything that implements the SDK's [`ProvideCredentials`]. Out: one immutable [`Identity`]
//! for each signature. Next: nothing; [`crate::sigv4`] reads from here.
//!
//! | keys from | provider |
//! | --- | --- |
//! | memory | [`Credentials`] |
//! | `AWS_ACCESS_KEY_ID` and its like | [`Environment`] |
//! | an async function: Vault, a sidecar, a file | [`from_fn`] |
//! | a profile, a role, SSO, a container, EC2 | `default_chain`, or one of `aws_config` (feature `aws-config`) |
//!
//! [`CachedCredentials`] says when they are fetched anew, and what becomes of failures.
//! Keys without an expiry that somebody else replaces, in a file for instance, are read again every
//! 15 minutes and as soon as the service rejects them.
#![cfg_attr(feature = "aws-config", doc = "")]
#![cfg_attr(feature = "aws-config", doc = include_str!("aws.md"))]

mod cache;
#[cfg(feature = "aws-config")]
mod chain;
mod error;
mod identity;
mod provider;
mod reason;
mod redact;

pub use aws_credential_types::provider::ProvideCredentials;

pub use self::cache::CachedCredentials;
#[cfg(feature = "aws-config")]
pub use self::chain::{DefaultChain, default_chain};
pub use self::error::{CredentialsError, ProviderFailure};
pub use self::identity::Identity;
pub use self::provider::{Credentials, Environment, FromFn, from_fn};
