//! The requests that are signed.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri};
use sigtower::Credentials;
use sigtower::credentials::Identity;
use sigtower::sigv4::{Scope, Signer};

/// One request, with the credentials and settings to sign it.
#[derive(Clone, Debug)]
pub(crate) struct Work {
    pub(crate) name: &'static str,
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) body: Bytes,
    pub(crate) token: Option<String>,
    /// Headers signed beyond `host`, `content-type` and `x-amz-*`.
    pub(crate) also_signed: Vec<HeaderName>,
    /// More headers that a signer without a list of headers signs, because the request has them.
    pub(crate) signed_without_list: Vec<HeaderName>,
    /// Additional headers that the request's map has room for.
    room: usize,
}

impl Work {
    fn new(name: &'static str, method: Method, path: &str, body: Bytes) -> Self {
        let mut headers = vec![(ACCEPT, HeaderValue::from_static("application/json"))];
        if !body.is_empty() {
            headers.push((CONTENT_TYPE, HeaderValue::from_static("application/json")));
        }
        Self {
            name,
            method,
            uri: format!("{ORIGIN}{path}").parse().expect("a URI"),
            headers,
            body,
            token: None,
            also_signed: Vec::new(),
            signed_without_list: Vec::new(),
            room: SIGNING_ADDS,
        }
    }

    pub(crate) fn named(self, name: &'static str) -> Self {
        Self { name, ..self }
    }

    pub(crate) fn with_path(mut self, path: &str) -> Self {
        self.uri = format!("{ORIGIN}{path}").parse().expect("a URI");
        self
    }

    pub(crate) fn with_body(self, body: Bytes) -> Self {
        Self { body, ..self }
    }

    pub(crate) fn with_header(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.push((
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        ));
        self
    }

    pub(crate) fn with_token(self) -> Self {
        let letters = (b'A'..=b'Z')
            .chain(b'a'..=b'z')
            .chain(b'0'..=b'9')
            .map(char::from);
        let token = letters.cycle().step_by(7).take(1024).collect();
        Self {
            token: Some(token),
            ..self
        }
    }

    pub(crate) fn without_room(self) -> Self {
        Self { room: 0, ..self }
    }

    /// Adds thirteen headers to `accept` and `content-type`.
    pub(crate) fn with_thirteen_headers(self) -> Self {
        let headers = [
            ("accept-language", "en-GB,en;q=0.9"),
            ("cache-control", "no-cache"),
            ("x-amz-meta-team", "search"),
            ("x-app-name", "catalogue"),
            ("x-app-version", "4.18.2"),
            ("x-client-id", "7b0f4e3c-3c53-4a5e-9d53-1b8c6f0a9a11"),
            ("x-correlation-id", "01J8Z6K9M2Q4R7T1V3X5Y7Z9A1"),
            ("x-feature-flags", "rescore, synonyms, spelling"),
            ("x-opaque-id", "catalogue-search-42"),
            ("x-priority", "interactive"),
            ("x-region-hint", "eu"),
            ("x-request-id", "3f0d4b1e-0a8e-4f5c-8f0e-a43a5c2f7d10"),
            ("x-tenant", "shop-1017"),
        ];
        headers
            .into_iter()
            .fold(self, |work, (name, value)| work.with_header(name, value))
    }

    pub(crate) fn with_every_header_signed(mut self) -> Self {
        self.also_signed = self.names();
        self
    }

    pub(crate) fn with_every_header_signed_by_others(mut self) -> Self {
        self.signed_without_list = self.names();
        self
    }

    fn names(&self) -> Vec<HeaderName> {
        self.headers.iter().map(|(name, _)| name.clone()).collect()
    }

    /// Builds the request as a signing client does: with room for the signature headers.
    pub(crate) fn request<B>(&self, body: B) -> Request<B> {
        let mut headers = HeaderMap::with_capacity(self.headers.len() + self.room);
        headers.extend(self.headers.iter().cloned());
        let mut request = Request::new(body);
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.uri.clone();
        *request.headers_mut() = headers;
        request
    }

    pub(crate) fn credentials(&self) -> Credentials {
        Credentials::new("AKIDEXAMPLE", "secret", self.token.clone())
    }

    pub(crate) fn identity(&self) -> Identity {
        Identity::new(&self.credentials().into()).expect("good credentials")
    }

    pub(crate) fn signer(&self) -> Signer {
        let scope = Scope::new(REGION, SERVICE).expect("a scope");
        Signer::new(scope, self.credentials())
            .with_signed_headers(self.also_signed.clone())
            .expect("signable headers")
    }
}

pub(crate) fn get_health() -> Work {
    Work::new("get-health", Method::GET, "/_cluster/health", Bytes::new())
}

pub(crate) fn put_300() -> Work {
    Work::new("put-300B", Method::PUT, "/movies/_doc/1017", json(300))
}

pub(crate) fn search_1k() -> Work {
    let path = "/movies/_search?allow_no_indices=true&ignore_unavailable=true\
                &request_cache=true&routing=user-1017&size=50";
    Work::new("search-1KiB-5params", Method::POST, path, json(1024))
}

pub(crate) fn bulk(name: &'static str, length: usize) -> Work {
    Work::new(name, Method::POST, "/_bulk", ndjson(length))
}

/// The requests that have goals (benches/NOTES.md), without the layer.
pub(crate) fn promised() -> Vec<Work> {
    vec![
        get_health(),
        put_300(),
        put_300().named("put-300B-token").with_token(),
        search_1k(),
        search_1k()
            .named("search-1KiB-15headers-token")
            .with_thirteen_headers()
            .with_every_header_signed_by_others()
            .with_token(),
        search_1k()
            .named("search-1KiB-15signed-token")
            .with_thirteen_headers()
            .with_every_header_signed()
            .with_token(),
        bulk("bulk-64KiB", 64 << 10),
        bulk("bulk-1MiB", 1 << 20),
        bulk("bulk-10MiB", 10 << 20),
    ]
}

pub(crate) fn json(length: usize) -> Bytes {
    let text = br#"{"title":"Metropolis","year":1927,"director":"Fritz Lang"}"#;
    text.iter().copied().cycle().take(length).collect()
}

/// Bulk operations of this total length. The last one is cut off, but it ends with a newline:
/// without the newline our client copies the body to add one.
fn ndjson(length: usize) -> Bytes {
    let lines = b"{\"index\":{\"_index\":\"movies\"}}\n{\"title\":\"Metropolis\",\"year\":1927}\n";
    let cut = lines.iter().copied().cycle().take(length - 1);
    cut.chain([b'\n']).collect()
}

/// The middle of a day, so that no run crosses midnight, when the key changes.
pub(crate) fn time() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_793_534_400)
}

pub(crate) const ORIGIN: &str = "https://search-movies-abc123.us-east-1.es.amazonaws.com";
pub(crate) const REGION: &str = "us-east-1";
pub(crate) const SERVICE: &str = "es";

/// `host`, `x-amz-date`, `x-amz-content-sha256`, `x-amz-security-token`, `authorization`.
const SIGNING_ADDS: usize = 5;
