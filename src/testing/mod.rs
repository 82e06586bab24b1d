//! A domain on loopback that verifies every signature, for tests.
//!
//! In: requests as they come over the wire. Out: what AWS would answer, and the requests it saw.
//! Nothing here is shared with the signer: see [`Verifier`].

mod answer;
mod builder;
mod clock;
mod domain;
mod faults;
mod front;
mod line;
mod principal;
mod received;
mod server;
mod store;
mod upstream;
mod verify;

pub use self::builder::DomainBuilder;
pub use self::domain::Domain;
pub use self::principal::{Access, Principal};
pub use self::received::Received;
pub use self::verify::{CredentialScope, Refused, Verified, Verifier};
