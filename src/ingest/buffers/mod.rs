//! Memory: buffers that are used again, and everything that counts against the limit.
//!
//! In: how many bytes are needed. Out: a buffer, or none while others must return first. [`Charge`]
//! counts bytes that are in no buffer.

mod charge;
mod home;
mod lent;
mod pool;
#[cfg(test)]
mod tests;

pub(super) use self::charge::Charge;
pub(super) use self::pool::Buffers;
