use std::time::SystemTime;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, Method, Uri, Version};

use super::principal::Principal;
use super::verify::{CredentialScope, VerifiedRequest};

/// A request that the domain received and whose signature is valid.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ReceivedRequest {
    /// The method.
    pub method: Method,
    /// The request target as sent; on HTTP/2 with scheme and authority.
    pub uri: Uri,
    /// The version of HTTP.
    pub version: Version,
    /// The headers. `Debug` hides the values of `authorization` and `x-amz-security-token`.
    pub headers: HeaderMap,
    /// The whole body as sent, compressed if the client compressed it.
    pub body: Bytes,
    /// Who signed the request.
    pub principal: Principal,
    /// The names of the signed headers, sorted.
    pub signed_headers: Vec<String>,
    /// The scope of the signature.
    pub scope: CredentialScope,
    /// When the request was signed.
    pub time: SystemTime,
    /// The payload hash: the last line of the canonical request.
    pub payload_hash: String,
}

impl ReceivedRequest {
    pub(super) fn new(parts: Parts, body: Bytes, verified: VerifiedRequest) -> Self {
        Self {
            method: parts.method,
            uri: parts.uri,
            version: parts.version,
            headers: parts.headers,
            body,
            principal: verified.principal,
            signed_headers: verified.signed_headers,
            scope: verified.scope,
            time: verified.time,
            payload_hash: verified.payload_hash,
        }
    }

    /// Path and query, as sent.
    pub fn target(&self) -> &str {
        self.uri
            .path_and_query()
            .map_or("/", |target| target.as_str())
    }

    /// Whether a second execution leaves the cluster as the first one did: a read, a search, or a
    /// document stored under its id without conditions.
    pub fn is_idempotent(&self) -> bool {
        let path: Vec<_> = self.uri.path().trim_matches('/').split('/').collect();
        let is_unconditional = self.uri.query().is_none_or(|query| {
            !["op_type", "if_seq_no", "version"]
                .iter()
                .any(|name| query.contains(name))
        });
        match (self.method.as_str(), &path[..]) {
            ("GET" | "HEAD", ["_search", "scroll", ..]) => false,
            ("GET" | "HEAD", _) => true,
            ("PUT", [_, "_doc", _]) => is_unconditional,
            ("POST", [.., "_search" | "_count" | "_mget" | "_msearch"]) => true,
            _ => false,
        }
    }
}
