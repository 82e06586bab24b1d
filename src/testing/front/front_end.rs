//! One exchange, from the head of a request to its response.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::header::{AUTHORIZATION, DATE};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;

use super::super::backend::{Store, Upstream};
use super::super::clock::Clock;
use super::super::principal::{Access, Principal};
use super::super::received::ReceivedRequest;
use super::super::response;
use super::super::verify::{VerificationError, Verifier, hash, http_date};
use super::collection::{Gate, Judgement};
use super::connection::{Cut, CutHandle};
use super::exchange::{Exchange, OnExchange, Verdict};
use super::faults::{FaultKind, Faults};
use super::presigned;
use super::request_log::RequestLog;
use crate::body::Body;

/// What all connections of a domain share.
pub(in crate::testing) struct FrontEnd {
    pub(in crate::testing) verifier: Verifier,
    pub(in crate::testing) clock: Clock,
    pub(in crate::testing) log: RequestLog,
    first_principal: Mutex<Principal>,
    backend: Backend,
    /// Set if the domain behaves as a serverless collection.
    gate: Option<Gate>,
    body_limit: usize,
    faults: Mutex<Faults>,
    response_count: AtomicU64,
    on_exchange: Option<OnExchange>,
}

/// Where verified requests go.
pub(in crate::testing) enum Backend {
    Memory(Store),
    Upstream(Box<Upstream>),
}

impl FrontEnd {
    pub(in crate::testing) fn new(
        verifier: Verifier,
        first_principal: Principal,
        clock: Clock,
        backend: Backend,
        gate: Option<Gate>,
        body_limit: usize,
        on_exchange: Option<OnExchange>,
    ) -> Self {
        Self {
            verifier,
            clock,
            log: RequestLog::default(),
            first_principal: Mutex::new(first_principal),
            backend,
            gate,
            body_limit,
            faults: Mutex::default(),
            response_count: AtomicU64::new(0),
            on_exchange,
        }
    }

    pub(in crate::testing) fn faults(&self) -> MutexGuard<'_, Faults> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(in crate::testing) fn first_principal(&self) -> Principal {
        self.lock_first_principal().clone()
    }

    pub(in crate::testing) fn rotate(&self, principal: Principal) {
        self.verifier.rotate(principal.clone());
        let mut first = self.lock_first_principal();
        if first.arn() == principal.arn() {
            *first = principal;
        }
    }

    /// Serves one request; `cut_handle` cuts the connection that the response is sent on.
    pub(super) async fn serve(
        &self,
        request: Request<Incoming>,
        cut_handle: &CutHandle,
    ) -> Response<Body> {
        self.log.count_request();
        cut_handle.clear();
        let request_id = self.next_request_id();
        let (mut parts, body) = request.into_parts();
        mark_secrets(&mut parts.headers);
        let is_head = parts.method == Method::HEAD;
        let watched = self.on_exchange.as_ref();
        let watched = watched.map(|watch| (watch, parts.method.clone(), parts.uri.clone()));
        let mut verdict = Verdict::default();
        let mut response = match Limited::new(body, self.body_limit).collect().await {
            Ok(body) => {
                self.respond(
                    parts,
                    body.to_bytes(),
                    cut_handle,
                    &request_id,
                    &mut verdict,
                )
                .await
            }
            Err(error) if error.is::<LengthLimitError>() => self.too_large(),
            Err(_) => response::json(StatusCode::BAD_REQUEST, Bytes::new()),
        };
        let headers = response.headers_mut();
        if let Ok(request_id) = HeaderValue::try_from(request_id) {
            headers.insert("x-amzn-requestid", request_id);
        }
        if let Ok(date) = HeaderValue::try_from(http_date(self.clock.now())) {
            headers.insert(DATE, date);
        }
        if let Some((watch, method, uri)) = watched {
            watch(&Exchange {
                method: &method,
                target: uri.path_and_query().map_or("/", |target| target.as_str()),
                status: response.status(),
                caller: verdict.caller.as_deref(),
                refused: verdict.refused.as_ref(),
            });
        }
        response.map(|body| {
            if is_head {
                Body::empty()
            } else {
                Body::from(body)
            }
        })
    }

    async fn respond(
        &self,
        parts: Parts,
        body: Bytes,
        cut_handle: &CutHandle,
        request_id: &str,
        verdict: &mut Verdict,
    ) -> Response<Bytes> {
        if let Some(refused) = self.gate.as_ref().and_then(Gate::refused_network) {
            return refused;
        }
        let service = self.verifier.service();
        let verified = match self.verifier.verify(&parts, &body) {
            Ok(verified) => verified,
            Err(error) => {
                let error = verdict.refused.insert(error);
                return response::denied(error, service, request_id);
            }
        };
        verdict.caller = Some(verified.principal.arn().to_owned());
        let request = ReceivedRequest::new(parts, body, verified);
        if !self.log.record(&request) {
            let body = r#"{"message":"the check given to verify_next panicked"}"#;
            return response::json(StatusCode::INTERNAL_SERVER_ERROR, body);
        }
        let request = presigned::without_signature(request);
        let principal = &request.principal;
        if principal.access() == Access::NoPolicy {
            let error = VerificationError::no_policy(principal.arn(), &request.method);
            let error = verdict.refused.insert(error);
            return response::denied(error, service, request_id);
        }
        let fault = self.faults().take(&request);
        match fault.0 {
            FaultKind::Pass => self.carry_out(&request).await,
            FaultKind::Respond(response) => response,
            FaultKind::Delay(delay) => {
                let response = self.carry_out(&request).await;
                tokio::time::sleep(delay).await;
                response
            }
            FaultKind::Cut(cut, after) => {
                let response = self.carry_out(&request).await;
                cut_handle.cut(cut, after);
                response
            }
            FaultKind::Drop => {
                cut_handle.cut(Cut::Reset, 0);
                response::json(StatusCode::SERVICE_UNAVAILABLE, Bytes::new())
            }
        }
    }

    async fn carry_out(&self, request: &ReceivedRequest) -> Response<Bytes> {
        let Some(gate) = &self.gate else {
            return self.pass_on(request).await;
        };
        let response = match gate.judge(request) {
            Judgement::Respond(response) => response,
            Judgement::Forward(request) => self.pass_on(&request).await,
            Judgement::Bulk(bulk) => {
                let carried_out = match &bulk.rest {
                    Some(rest) => Some(self.pass_on(rest).await),
                    None => None,
                };
                bulk.merge(carried_out)
            }
        };
        gate.complete(request, response)
    }

    async fn pass_on(&self, request: &ReceivedRequest) -> Response<Bytes> {
        match &self.backend {
            Backend::Memory(store) => store.respond(request, || self.faults().take_items()),
            Backend::Upstream(upstream) => upstream.forward(request).await,
        }
    }

    fn too_large(&self) -> Response<Bytes> {
        let body = format!(
            r#"{{"Message":"Request size exceeded {} bytes"}}"#,
            self.body_limit
        );
        response::json(StatusCode::PAYLOAD_TOO_LARGE, body)
    }

    /// A UUID that is different for each response of this domain.
    fn next_request_id(&self) -> String {
        let number = self.response_count.fetch_add(1, Ordering::Relaxed);
        let digits = hash(&number.to_be_bytes());
        format!(
            "{}-{}-4{}-8{}-{}",
            &digits[..8],
            &digits[8..12],
            &digits[13..16],
            &digits[17..20],
            &digits[20..32]
        )
    }

    fn lock_first_principal(&self) -> MutexGuard<'_, Principal> {
        self.first_principal
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keeps secrets out of the `Debug` of recorded requests.
fn mark_secrets(headers: &mut HeaderMap) {
    for (name, value) in headers.iter_mut() {
        if name == AUTHORIZATION || name == "x-amz-security-token" {
            value.set_sensitive(true);
        }
    }
}
