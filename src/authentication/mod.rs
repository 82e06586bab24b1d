//! How requests are authenticated: one choice for each stack.
//!
//! In: a request whose bytes are final. Out: the same request with its signature, its `authorization` header, or
//! unchanged. Next: the transport.

#[expect(
    clippy::module_inception,
    reason = "one file for each type, named after it"
)]
mod authentication;
mod error;
mod future;
mod login;
mod service;
mod token;

pub use self::authentication::Authentication;
pub use self::error::InvalidLogin;
pub use self::token::BearerToken;

pub(crate) use self::service::Authenticate;
#[cfg(feature = "opensearch")]
pub(crate) use self::token::provider as token_provider;
