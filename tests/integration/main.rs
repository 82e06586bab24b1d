//! One binary for all integration tests.

mod generate;
mod golden;
mod layer;
mod oracle;
mod published;
mod vectors;
mod verifier;
