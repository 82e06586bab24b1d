//! All integration tests, in one binary.

mod golden;
mod layer;
