//! The front end: what AWS does before a request reaches the cluster.
//!
//! In: connections on loopback. Out: what AWS answers to a request that it refuses, else what the
//! backend answers, with the faults that the test wants.
//! Next: [`verify`](super::verify) for the signature, then [`backend`](super::backend).

mod connection;
mod faults;
mod front_end;
mod server;

pub use self::faults::{Fault, FaultCounts};
pub(super) use self::front_end::{Backend, Front};
pub(super) use self::server::serve;
