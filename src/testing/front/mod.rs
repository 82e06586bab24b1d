//! The front end: what AWS does before a request reaches the cluster.
//!
//! In: connections on loopback. Out: a refusal in the words of AWS, or the response of the backend,
//! with the faults that the test asked for.
//! Next: [`verify`](super::verify) for the signature, then [`backend`](super::backend).

mod collection;
mod collection_bulk;
mod connection;
mod exchange;
mod faults;
mod front_end;
mod presigned;
mod query;
mod request_log;
mod server;

pub use self::collection::Collection;
pub(super) use self::collection::Gate;
pub use self::exchange::Exchange;
pub(super) use self::exchange::OnExchange;
pub use self::faults::{Fault, FaultCounts};
pub(super) use self::front_end::{Backend, FrontEnd};
pub(super) use self::server::serve;
