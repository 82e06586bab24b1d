//! One binary for all integration tests.

mod generate;
mod golden;
mod layer;
mod oracle;
mod vectors;
mod verifier;
