//! The ingest engine: every operation gets exactly one outcome, whatever the server does.

mod beside;
mod chunks;
mod closed;
mod concurrency;
#[allow(dead_code, reason = "the rivals are for the bench")]
#[path = "../../../benches/ingest/controllers.rs"]
mod controllers;
mod ending;
mod gzip;
mod memory;
pub(crate) mod model;
mod outcomes;
mod property;
mod real;
#[path = "../../../benches/ingest/simulation.rs"]
mod simulation;
mod sockets;
mod spans;
mod storm;
