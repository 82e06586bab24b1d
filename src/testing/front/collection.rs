//! How a collection of OpenSearch Serverless differs from a domain.
//!
//! In: a verified request. Out: what the backend gets, and what the collection responds itself.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderValue, Method, Response, StatusCode};
use serde_json::{Value, json};

use super::super::clock::Clock;
use super::super::received::ReceivedRequest;
use super::super::response;
use super::collection_bulk::{self, Bulk};
use super::query::without_parameters;

/// How a [`Domain`](crate::testing::Domain) behaves as a collection of OpenSearch Serverless.
///
/// ```
/// use std::time::Duration;
/// use sigtower::testing::{Collection, Domain};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), sigtower::opensearch::Error> {
/// let collection = Collection::time_series().writable_after(Duration::from_secs(10));
/// let domain = Domain::builder().collection(collection).start().await;
/// let error = domain.client().send(sigtower::opensearch::cluster::Health::new()).await.unwrap_err();
/// assert!(error.hint().unwrap().contains("_cat/indices"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Collection {
    has_ids: bool,
    has_network_access: bool,
    writable_after: Duration,
    pub(in crate::testing) visible_after: Duration,
}

impl Collection {
    /// A search collection: documents have ids of the caller or of the service.
    pub fn search() -> Self {
        Self {
            has_ids: true,
            has_network_access: true,
            writable_after: Duration::ZERO,
            visible_after: Duration::from_secs(1),
        }
    }

    /// A time series collection, which refuses ids of the caller.
    pub fn time_series() -> Self {
        Self {
            has_ids: false,
            ..Self::search()
        }
    }

    /// A vector search collection, which refuses ids of the caller.
    pub fn vector_search() -> Self {
        Self::time_series()
    }

    /// Sets how long a new index refuses writes with `index_not_found_exception`; zero by default.
    /// The time passes by the [clock](super::super::DomainBuilder::clock) of the domain.
    pub fn writable_after(mut self, time: Duration) -> Self {
        self.writable_after = time;
        self
    }

    /// Whether a network policy allows requests; `true` by default. Without one, each request gets the 401 with which
    /// OpenSearch Serverless refuses it before it reads the signature.
    pub fn network_access(mut self, allowed: bool) -> Self {
        self.has_network_access = allowed;
        self
    }

    /// Sets after how long searches see a document; 1 second by default.
    pub fn visible_after(mut self, time: Duration) -> Self {
        self.visible_after = time;
        self
    }
}

/// The collection in front of a backend.
pub(in crate::testing) struct Gate {
    settings: Collection,
    clock: Clock,
    created: Mutex<HashMap<String, SystemTime>>,
}

/// What happens to a request.
pub(super) enum Judgement {
    Respond(Response<Bytes>),
    Forward(Box<ReceivedRequest>),
    Bulk(Bulk),
}

impl Gate {
    pub(in crate::testing) fn new(settings: Collection, clock: Clock) -> Self {
        Self {
            settings,
            clock,
            created: Mutex::default(),
        }
    }

    /// The response to a request from a network that no policy allows.
    pub(super) fn refused_network(&self) -> Option<Response<Bytes>> {
        if self.settings.has_network_access {
            return None;
        }
        let mut response = response::json(StatusCode::UNAUTHORIZED, Bytes::new());
        let hint = HeaderValue::from_static("X01:network-policy-deny");
        response.headers_mut().insert("x-aoss-response-hint", hint);
        Some(response)
    }

    /// Judges a request before it reaches the backend.
    pub(super) fn judge(&self, request: &ReceivedRequest) -> Judgement {
        let segments: Vec<_> = request
            .uri
            .path()
            .split('/')
            .filter(|it| !it.is_empty())
            .collect();
        if is_missing(&request.method, &segments) {
            return Judgement::Respond(response::json(StatusCode::NOT_FOUND, Bytes::new()));
        }
        if let Some(refusal) = refused_parameter(request, &segments) {
            return Judgement::Respond(refusal);
        }
        match segments[..] {
            ["_bulk"] => self.judge_bulk(request, None),
            [index, "_bulk"] => self.judge_bulk(request, Some(index)),
            [index, "_doc" | "_create" | "_update", ..] if request.method != Method::GET => {
                self.judge_write(request, index, segments.len() > 2)
            }
            _ => Judgement::Forward(Box::new(without_scroll(request))),
        }
    }

    /// Notes which indices are new, and returns the response as a collection writes it.
    pub(super) fn complete(
        &self,
        request: &ReceivedRequest,
        response: Response<Bytes>,
    ) -> Response<Bytes> {
        self.observe(request, &response);
        match response.status() {
            StatusCode::FORBIDDEN => refusal(StatusCode::FORBIDDEN, not_permitted()),
            _ => response,
        }
    }

    fn observe(&self, request: &ReceivedRequest, response: &Response<Bytes>) {
        let index = request.uri.path().trim_matches('/');
        let is_index = !index.is_empty() && !index.contains('/') && !index.starts_with('_');
        if !is_index || !response.status().is_success() {
            return;
        }
        match request.method {
            Method::PUT => drop(self.created().insert(index.to_owned(), self.clock.now())),
            Method::DELETE => drop(self.created().remove(index)),
            _ => {}
        }
    }

    fn judge_write(&self, request: &ReceivedRequest, index: &str, has_id: bool) -> Judgement {
        if !self.is_writable(index) {
            return Judgement::Respond(refusal(StatusCode::NOT_FOUND, not_found(index)));
        }
        if has_id && !self.settings.has_ids && request.method != Method::DELETE {
            return Judgement::Respond(refusal(StatusCode::BAD_REQUEST, ids_not_supported()));
        }
        Judgement::Forward(Box::new(request.clone()))
    }

    fn judge_bulk(&self, request: &ReceivedRequest, index: Option<&str>) -> Judgement {
        let split = collection_bulk::split(request, index, |operation| {
            let index = operation.index.as_deref().unwrap_or_default();
            if !self.is_writable(index) {
                return Some((404, not_found(index)));
            }
            let refuses_id = operation.has_id && !self.settings.has_ids;
            (refuses_id && operation.action != "delete").then(|| (400, ids_not_supported()))
        });
        split.map_or_else(
            || Judgement::Forward(Box::new(request.clone())),
            Judgement::Bulk,
        )
    }

    fn is_writable(&self, index: &str) -> bool {
        let created = self.created().get(index).copied();
        created.is_none_or(|created| {
            let age = self.clock.now().duration_since(created).unwrap_or_default();
            age >= self.settings.writable_after
        })
    }

    fn created(&self) -> MutexGuard<'_, HashMap<String, SystemTime>> {
        self.created.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a collection has no such call: it responds with 404.
fn is_missing(method: &Method, segments: &[&str]) -> bool {
    match segments {
        ["_search", "scroll", ..]
        | [
            "_cluster" | "_nodes" | "_tasks" | "_snapshot" | "_reindex" | "_refresh" | "_flush"
            | "_forcemerge" | "_delete_by_query" | "_update_by_query" | "_template",
            ..,
        ]
        | ["_cat", "shards" | "nodes" | "health", ..]
        | [
            _,
            "_refresh" | "_flush" | "_forcemerge" | "_open" | "_close" | "_delete_by_query"
            | "_update_by_query",
            ..,
        ] => true,
        ["_plugins", "_ism", ..] | [] => true,
        _ => method == Method::PATCH,
    }
}

fn refused_parameter(request: &ReceivedRequest, segments: &[&str]) -> Option<Response<Bytes>> {
    let is_deletion = request.method == Method::DELETE && segments.len() == 1;
    let mut parameters = request.uri.query().unwrap_or_default().split('&');
    let error = parameters.find_map(|parameter| {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        match name {
            "refresh" if value != "false" => Some(refresh_not_supported(value)),
            "master_timeout" | "cluster_manager_timeout" => Some(unrecognized(request, name)),
            "timeout" if is_deletion => Some(unrecognized(request, name)),
            _ => None,
        }
    })?;
    Some(refusal(StatusCode::BAD_REQUEST, error))
}

fn refusal(status: StatusCode, error: Value) -> Response<Bytes> {
    let body = json!({ "error": error, "status": status.as_u16() });
    response::json(status, body.to_string())
}

fn refresh_not_supported(value: &str) -> Value {
    let policy = if value.is_empty() { "true" } else { value };
    let reason = format!("{policy} refresh policy is not supported.");
    with_root_cause(json!({ "type": "status_exception", "reason": reason }))
}

fn unrecognized(request: &ReceivedRequest, name: &str) -> Value {
    let path = request.uri.path();
    illegal_argument(&format!(
        "request [{path}] contains unrecognized parameter: [{name}]"
    ))
}

fn not_found(index: &str) -> Value {
    let reason = format!("no such index [{index}]");
    with_root_cause(
        json!({ "type": "index_not_found_exception", "reason": reason, "index": index }),
    )
}

/// What a collection says when no data access policy allows the call.
fn not_permitted() -> Value {
    let reason = "OpenSearch exception [type=authorization_exception, reason=User does not have permissions for the requested resource]";
    json!({ "type": "security_exception", "reason": reason })
}

fn ids_not_supported() -> Value {
    illegal_argument("Document ID is not supported in create/index operation request")
}

fn illegal_argument(reason: &str) -> Value {
    with_root_cause(json!({ "type": "illegal_argument_exception", "reason": reason }))
}

/// The error as the server writes it: with itself as the only root cause.
fn with_root_cause(cause: Value) -> Value {
    let mut error = cause.clone();
    error["root_cause"] = json!([cause]);
    error
}

/// The service ignores the parameter `scroll` of a search: the first page comes, and no other.
fn without_scroll(request: &ReceivedRequest) -> ReceivedRequest {
    let mut request = request.clone();
    let is_scroll = |parameter: &str| parameter.starts_with("scroll=");
    if let Some(uri) = without_parameters(&request.uri, is_scroll) {
        request.uri = uri;
    }
    request
}
