//! Operations that are sent in one request.
//!
//! In: operations, which [`Open`] serialises one behind the other. Out: a [`Chunk`], whose lines are the
//! body of a request.

mod complete;
mod first_line;
mod open;
mod regroup;
#[cfg(test)]
mod tests;

pub(super) use self::complete::{Chunk, operation};
pub(super) use self::first_line::Invalid;
pub(super) use self::open::Open;
