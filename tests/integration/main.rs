//! One binary for all integration tests.

mod golden;
mod layer;
mod vectors;
mod verifier;
