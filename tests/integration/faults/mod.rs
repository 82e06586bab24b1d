//! Faults of every kind, and what the client makes of them.
//!
//! The kit: [`server`] says what a test wants it to, byte for byte; a [`wire`] before any server
//! ends, stalls, drips or garbles at a given byte. The rest are rows of the project's goals, each
//! test named after its row. Where one names more than a test run has time for, a part of it runs by
//! default and the whole with `cargo test --release -- --ignored soak`.

#[cfg(all(target_os = "linux", feature = "compression"))]
mod blocking;
mod bombs;
mod cancelled;
mod every_byte;
mod malformed;
pub(crate) mod server;
mod slow;
mod stacks;
pub(crate) mod wire;

use sigtower::opensearch::ClientBuilder;
use sigtower::testing::Domain;

use self::wire::Wire;

/// A client of a domain at the end of a wire, still to be changed.
fn client_over(wire: &Wire, domain: &Domain) -> ClientBuilder {
    domain.client_builder().connect_to(wire.address())
}
