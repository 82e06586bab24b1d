//! The handle that a test holds on a running domain, and the builder that starts one.
//!
//! In: what a test wants. Out: a [`Domain`] that listens on loopback.
//! Next: [`front`](super::front), which serves the connections.

mod builder;
mod faults;
mod handle;

pub use self::builder::DomainBuilder;
pub use self::handle::Domain;
