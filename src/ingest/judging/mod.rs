//! What a response, or the lack of one, means for each operation of its chunk.
//!
//! In: a chunk, and what became of its request. Out: a [`Verdict`], which the state carries out.
//! Everything here is a pure function, except for the caller's hook.

mod context;
mod items;
mod judge;
#[cfg(test)]
mod tests;
mod verdict;
mod whole;

pub(super) use self::context::Context;
pub(super) use self::judge::judge;
pub(super) use self::verdict::{Again, Verdict};
