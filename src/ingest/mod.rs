//! Loads any number of documents, and gives every operation exactly one outcome.

mod concurrency;

pub use self::concurrency::{Concurrency, Start};
