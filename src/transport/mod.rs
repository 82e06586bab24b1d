//! Sends a signed request over hyper and rustls.

mod error;

pub use self::error::{Phase, TransportError};
