//! Code that the benches share.

#![allow(dead_code, reason = "no bench uses all items")]

mod chart;
pub(crate) mod harness;
pub(crate) mod signers;
pub(crate) mod summary;
pub(crate) mod work;
