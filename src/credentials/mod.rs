//! Providers of AWS credentials, and the cache in front of them.
//!
//! In: anything that implements the SDK's [`ProvideCredentials`]. Out: one immutable [`Identity`] for
//! each signature. [`crate::sigv4`] signs with it.
//!
//! | keys come from | provider |
//! | --- | --- |
//! | memory | [`Credentials`] |
//! | `AWS_ACCESS_KEY_ID` and related variables | [`Environment`] |
//! | an async function: Vault, a sidecar, a file | [`from_fn`] |
//! | a profile, a role, SSO, a container, EC2 | `default_chain`, or one of `aws_config` (feature `aws-config`) |
//!
//! [`CachedCredentials`] fetches credentials, keeps them and replaces them before they expire. Its page
//! states the rules: the windows before the expiry, the pauses between calls, the clock that counts,
//! and what follows a failure.
//!
//! Keys without an expiry may be replaced at their source, in a file for instance. The cache fetches
//! them again every 15 minutes, and as soon as the service rejects them.
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
#[cfg(all(feature = "aws-config", feature = "opensearch"))]
pub(crate) use self::chain::profile_in_use;
#[cfg(feature = "aws-config")]
pub use self::chain::{DefaultChain, default_chain};
pub use self::error::{CredentialsError, ProviderFailure};
pub use self::identity::Identity;
pub use self::provider::{Credentials, Environment, FromFn, from_fn};
