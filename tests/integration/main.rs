//! One binary for all integration tests.

mod domain;
mod domain_replay;
mod generate;
mod golden;
mod layer;
mod oracle;
mod published;
mod socket;
mod suite;
mod transport;
mod vectors;
mod verifier;
