//! Compresses request bodies before they are signed, and decodes response bodies as they arrive.
//!
//! In: a request whose body may still change. Out: one whose bytes are final: what is hashed next is
//! what is sent. Next: the signer.

mod deflate;
mod gunzip;
mod layer;
#[cfg(test)]
mod tests;

pub(crate) use self::gunzip::decoder;
pub(crate) use self::layer::Compress;
