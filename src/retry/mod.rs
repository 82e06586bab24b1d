//! Sends a request again when that may help and cannot hurt.
//!
//! In: a request whose bytes are final. Out: its answer, or why there is none, after as many
//! attempts as it took. Next: the signer, anew for each attempt.
//!
//! It behaves as AWS's SDKs do since 2026. At most three attempts, after a wait that is random
//! between nothing and twice the last maximum: 50 ms first, 1 s where the service throttles, 20 s at
//! most; `x-amz-retry-after` and `Retry-After` may make it up to five seconds longer. Retries are
//! paid from a bucket of 500 tokens that the client's requests share, 5 for a throttled one and 14
//! for any other; success refills it, so that a service that is down is not asked twice for long.
//!
//! | what came | sent again |
//! | --- | --- |
//! | no connection, or closed before anything was written; refused unprocessed over HTTP/2 | always |
//! | 429; 402 of a serverless collection at its quota; throttling in any dress | always |
//! | 503 of what stands before the cluster: it had nowhere to send the request | always |
//! | 502, 504, 500 of what stands before the cluster, 503 of the cluster | if [`Idempotent`] |
//! | reset, cut off or timed out after it was sent | if [`Idempotent`] |
//! | a signature refused on account of the time | once, with the service's time |
//! | a session token that has expired, a key that is not known any more | once, if there are others by now |
//! | a certificate that is not accepted, any other answer | never |
//!
//! A request that may have been applied and is not [`Idempotent`] is never sent again. What failed
//! for want of an answer is sent again on a connection of its own, since a server that closes one
//! idle connection has often closed others.
//!
//! [`Idempotent`]: Idempotency::Idempotent

mod backoff;
mod classify;
mod clock;
mod exchange;
mod failed;
mod idempotency;
mod layer;
mod limit;
mod observe;
mod quota;
mod report;
mod statistics;

pub use self::failed::Failed;
pub use self::idempotency::Idempotency;
pub use self::report::Report;
pub use self::statistics::Statistics;

pub(crate) use self::exchange::Reported;
pub(crate) use self::layer::{Retry, Settings, Shared};
#[cfg(feature = "opensearch")]
pub(crate) use self::observe::request_id;
