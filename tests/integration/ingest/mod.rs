//! The ingest engine: every operation gets exactly one outcome, whatever the server does.

mod concurrency;
#[path = "../../../benches/ingest/controllers.rs"]
#[allow(dead_code, reason = "the rivals are for the bench")]
mod controllers;
#[path = "../../../benches/ingest/simulation.rs"]
mod simulation;
