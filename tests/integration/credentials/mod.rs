//! The credentials cache: what it serves, when it calls the provider, and what follows a failure.

#[cfg(feature = "aws-config")]
mod aws;
#[cfg(feature = "aws-config")]
mod child;
mod clients;
mod clocks;
mod drops;
mod failures;
#[cfg(feature = "aws-config")]
mod files;
#[cfg(feature = "aws-config")]
mod profile;
#[cfg(feature = "aws-config")]
mod programs;
mod refreshes;
mod rejections;
mod runtimes;
mod scale;
mod source;
#[cfg(feature = "aws-config")]
mod sts;

const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;
