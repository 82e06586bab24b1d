//! Faults of every kind, and what the client makes of them.
//!
//! The tools: a [`server`] sends exactly the bytes that a test gives it; a [`wire`] in front of any
//! server ends, stalls, drips or changes bytes at a given position. Tests that take minutes run scaled
//! down by default, and whole with `cargo test --release -- --ignored soak`.

#[cfg(all(target_os = "linux", feature = "compression"))]
mod blocking;
mod bombs;
mod cancelled;
mod every_byte;
mod malformed;
mod random;
pub(crate) mod server;
mod slow;
mod stacks;
pub(crate) mod wire;

use sigtower::opensearch::ClientBuilder;
use sigtower::testing::Domain;

use self::wire::Wire;

/// A builder of a client that reaches a domain over a wire.
fn client_over(wire: &Wire, domain: &Domain) -> ClientBuilder {
    domain.client_builder().connect_to(wire.address())
}
