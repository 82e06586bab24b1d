//! The ingest engine: every operation gets exactly one outcome, whatever the server does.

mod chunks;
mod concurrency;
#[allow(dead_code, reason = "the rivals are for the bench")]
#[path = "../../../benches/ingest/controllers.rs"]
mod controllers;
mod ending;
pub(crate) mod model;
mod outcomes;
mod property;
mod real;
#[path = "../../../benches/ingest/simulation.rs"]
mod simulation;
mod sockets;
mod storm;
