//! Sends a request again when that can help and cannot do harm.
//!
//! In: a request whose bytes are final. Out: its response, or why there is none, after one or more attempts. Next: the
//! signer, which signs each attempt with the current time and credentials.
//!
//! The rules are those of AWS's SDKs since 2026. There are at most three attempts. The wait before a retry is random
//! between zero and a maximum. The maximum starts at 50 ms, or at 1 s if the service throttles, doubles with each retry,
//! and is at most 20 s. The headers `x-amz-retry-after` and `Retry-After` may extend it by up to five seconds. Retries
//! are paid from 500 tokens that all requests of a client share: 5 for a throttled request, 14 for any other. Success
//! pays tokens back, so that a service that is down soon gets no retries.
//!
//! | outcome | sent again |
//! | --- | --- |
//! | no connection; a connection that closed before anything was written; refused unprocessed over HTTP/2 | always |
//! | 429; 402 of a serverless collection at its quota; an error code that means throttling | always |
//! | 503 that clearly comes from a proxy before the cluster: an empty body, a document with only a `message`, a page of a load balancer whose heading does not speak of a broken exchange | always |
//! | 502, 504; 500 from before the cluster; 503 of the cluster, or from an unknown author | if [`Idempotent`] |
//! | 429 with the result of many operations | if [`Idempotent`] |
//! | connection reset, cut off or timed out after the request was sent | if [`Idempotent`] |
//! | a signature that may have been rejected for its time | once, if the service's time differs by more than four minutes |
//! | an expired session token, an unknown access key | once, if the provider has others |
//! | a cause that does not pass, such as `too_many_buckets_exception` | never |
//! | a certificate that is not accepted; a response that cannot be read; any other response | never |
//!
//! A request that may have been applied and is not [`Idempotent`] is never sent again. After a failure without a
//! response, the retry opens a new connection, because a server that closes one idle connection has often closed others.
//!
//! # What an error response is judged by
//!
//! Servers echo text that a caller chose, such as a document id. So an error code is read only from the header
//! `x-amzn-errortype`, from `__type` or `code` at the top of a JSON document, or from `<Code>` at the start of an AWS
//! `<Error>` document. The cluster's own errors are judged by the types in their `error`. Amazon OpenSearch Service
//! often leaves out the code. From it, a 403 whose document is one `message`, and nothing else, counts if the message is
//! one of AWS's known sentences. No text is ever searched for a reason to retry. 404 and 409 are never throttling and
//! never say anything about credentials.
//!
//! [`Idempotent`]: Idempotency::Idempotent

mod apply;
mod backoff;
mod caller_retries;
mod clock;
mod decide;
mod ended;
mod exchange;
mod failed;
mod history;
mod idempotency;
mod layer;
mod limit;
mod observe;
mod quota;
mod report;
mod request_limits;
mod shared;
mod statistics;
mod verdict;

pub use self::failed::Failed;
pub use self::idempotency::Idempotency;
pub use self::report::Report;
pub use self::request_limits::RequestLimits;
pub use self::statistics::Statistics;

#[cfg(feature = "opensearch")]
pub(crate) use self::caller_retries::CallerRetries;
pub(crate) use self::layer::Retry;
pub(crate) use self::report::Reported;
pub(crate) use self::shared::{Settings, Shared};
#[cfg(feature = "opensearch")]
pub(crate) use self::verdict::{is_passing, was_declined};
