//! mod.

mod principal;
mod verify;

pub use self::principal::{Access, Principal};
pub use self::verify::{CredentialScope, Refused, Verified, Verifier};
