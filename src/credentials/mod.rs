//! Providers of AWS credentials, and the cache that stands before them.

mod error;

pub use self::error::CredentialsError;
