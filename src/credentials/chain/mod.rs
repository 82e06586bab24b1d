//! The default chain: credentials from where AWS's tools find them.
//!
//! The sources are those of `aws_config`. This module asks them one after the other, reads profile
//! files as botocore does, and says in one line which source failed and why.

mod clean;
mod container;
mod default_chain;
mod profile;
mod profile_files;

pub use self::default_chain::{DefaultChain, default_chain};
#[cfg(feature = "opensearch")]
pub(crate) use self::profile::profile_in_use;
