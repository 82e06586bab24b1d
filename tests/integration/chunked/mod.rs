//! Uploads in signed chunks.

mod bodies;
mod on_hyper;
mod on_s3_servers;
mod verifier;
