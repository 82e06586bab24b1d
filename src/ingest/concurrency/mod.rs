//! How many chunks may be at the server at the same time: learned from its responses.
//!
//! In: the start and the end of every chunk, with times that the caller passes in. Out: whether
//! the next chunk may start now, at a later time, or only after a response. Nothing here reads a
//! clock or waits, so simulated servers can test the type in simulated time.

mod average;
mod controller;
mod pacer;
mod start;
mod storm;
mod window;

pub use self::controller::Concurrency;
pub use self::start::Start;
