use std::sync::Arc;

use http::{Method, StatusCode};

use super::super::verify::VerificationError;

/// A request that a domain has answered, for [`DomainBuilder::on_exchange`](crate::testing::DomainBuilder::on_exchange).
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Exchange<'a> {
    /// The method.
    pub method: &'a Method,
    /// Path and query, as sent.
    pub target: &'a str,
    /// The status of the response.
    pub status: StatusCode,
    /// The ARN of the caller, if the signature is valid.
    pub caller: Option<&'a str>,
    /// Why the request was refused, if the signature or a policy is the reason.
    pub refused: Option<&'a VerificationError>,
}

/// What is called with each exchange.
pub(in crate::testing) type OnExchange = Arc<dyn Fn(&Exchange<'_>) + Send + Sync>;

/// What became of the signature of one request.
#[derive(Default)]
pub(super) struct Verdict {
    pub(super) caller: Option<String>,
    pub(super) refused: Option<VerificationError>,
}
