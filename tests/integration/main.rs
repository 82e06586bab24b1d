//! One binary for all integration tests.

mod aws_hosts;
mod child;
mod chunked;
mod collection;
mod collection_rows;
mod connect;
mod credentials;
mod domain;
mod domain_clients;
mod domain_differences;
mod domain_refresh;
mod domain_replay;
mod domain_store;
mod domain_upstream;
mod examples;
mod faults;
mod generate;
mod golden;
mod how_tos;
mod ingest;
mod layer;
mod listening;
mod login;
#[cfg(feature = "metrics")]
mod metrics;
mod observe;
mod oracle;
mod per_call;
mod policy;
mod presign;
mod published;
mod retry;
mod security;
mod socket;
#[cfg(feature = "compression")]
mod streaming;
mod suite;
mod transport;
mod vectors;
mod verifier;
mod verifier_rules;
mod yaml;
