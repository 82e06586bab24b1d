use std::any::Any;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, Method, Uri, Version};

use super::principal::Principal;
use super::verify::{CredentialScope, Verified};

/// A verified request, as it came over the wire.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Received {
    /// The method.
    pub method: Method,
    /// The request target; on HTTP/2 with scheme and authority.
    pub uri: Uri,
    /// The protocol it came by.
    pub version: Version,
    /// The headers; `Debug` hides the authorization and the token.
    pub headers: HeaderMap,
    /// The whole body, as sent.
    pub body: Bytes,
    /// Whose signature it is.
    pub principal: Principal,
    /// The names of the headers that were signed.
    pub signed_headers: Vec<String>,
    /// What it was signed for.
    pub scope: CredentialScope,
    /// When it was signed.
    pub time: SystemTime,
    /// The last line of its canonical request.
    pub payload_hash: String,
}

/// A check of the next request.
pub(super) type Check = Box<dyn FnOnce(&Received) + Send>;

/// What came, and what was expected to come.
#[derive(Default)]
pub(super) struct Log {
    count: AtomicUsize,
    requests: Mutex<Vec<Received>>,
    checks: Mutex<VecDeque<Check>>,
    failure: Mutex<Option<Box<dyn Any + Send>>>,
}

impl Received {
    pub(super) fn new(parts: Parts, body: Bytes, verified: Verified) -> Self {
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

    /// Whether it may be applied twice and nobody could tell: a read, a search, a document stored
    /// under its id.
    pub fn is_idempotent(&self) -> bool {
        let path: Vec<_> = self.uri.path().trim_matches('/').split('/').collect();
        let is_plain = self.uri.query().is_none_or(|query| {
            !["op_type", "if_seq_no", "version"]
                .iter()
                .any(|name| query.contains(name))
        });
        match (self.method.as_str(), &path[..]) {
            ("GET" | "HEAD", ["_search", "scroll", ..]) => false,
            ("GET" | "HEAD", _) => true,
            ("PUT", [_, "_doc", _]) => is_plain,
            ("POST", [.., "_search" | "_count" | "_mget" | "_msearch"]) => true,
            _ => false,
        }
    }
}

impl Log {
    pub(super) fn count_one(&self) {
        self.count.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn count(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    pub(super) fn requests(&self) -> Vec<Received> {
        lock(&self.requests).clone()
    }

    pub(super) fn forget(&self) {
        lock(&self.requests).clear();
    }

    pub(super) fn expect(&self, check: Check) {
        lock(&self.checks).push_back(check);
    }

    /// Keeps a request and shows it to the check that waits for it; `false` if that panicked.
    pub(super) fn record(&self, received: &Received) -> bool {
        lock(&self.requests).push(received.clone());
        let Some(check) = lock(&self.checks).pop_front() else {
            return true;
        };
        let outcome = catch_unwind(AssertUnwindSafe(|| check(received)));
        match outcome {
            Ok(()) => true,
            Err(panic) => {
                lock(&self.failure).get_or_insert(panic);
                false
            }
        }
    }

    /// Repeats the first panic of a check, and panics if a check was never reached.
    pub(super) fn settle(&self) {
        if let Some(panic) = lock(&self.failure).take() {
            resume_unwind(panic);
        }
        let waiting = lock(&self.checks).len();
        assert!(
            waiting == 0,
            "verify_next still waits for {waiting} request(s)"
        );
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
