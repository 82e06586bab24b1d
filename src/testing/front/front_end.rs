//! The front end: what AWS does before a request reaches the cluster.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::header::{AUTHORIZATION, DATE};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;

use super::super::backend::{Store, Upstream};
use super::super::clock::Clock;
use super::super::principal::{Access, Principal};
use super::super::received::{Log, Received};
use super::super::response;
use super::super::verify::{Refused, Verifier, hash, http_date};
use super::connection::{Cut, Shears};
use super::faults::{Faults, Kind};
use crate::body::Body;

/// What all connections of a domain share.
pub(in crate::testing) struct Front {
    pub(in crate::testing) verifier: Verifier,
    pub(in crate::testing) clock: Clock,
    pub(in crate::testing) log: Log,
    first: Mutex<Principal>,
    backend: Backend,
    body_limit: usize,
    faults: Mutex<Faults>,
    answers: AtomicU64,
}

/// Where verified requests go.
pub(in crate::testing) enum Backend {
    Memory(Store),
    Upstream(Box<Upstream>),
}

impl Front {
    pub(in crate::testing) fn new(
        verifier: Verifier,
        first: Principal,
        clock: Clock,
        backend: Backend,
        body_limit: usize,
    ) -> Self {
        Self {
            verifier,
            clock,
            log: Log::default(),
            first: Mutex::new(first),
            backend,
            body_limit,
            faults: Mutex::default(),
            answers: AtomicU64::new(0),
        }
    }

    pub(in crate::testing) fn faults(&self) -> MutexGuard<'_, Faults> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(in crate::testing) fn first(&self) -> Principal {
        self.lock_first().clone()
    }

    pub(in crate::testing) fn rotate(&self, principal: Principal) {
        self.verifier.rotate(principal.clone());
        let mut first = self.lock_first();
        if first.arn() == principal.arn() {
            *first = principal;
        }
    }

    /// One exchange, from the head of the request to the answer.
    pub(super) async fn serve(
        &self,
        request: Request<Incoming>,
        shears: &Shears,
    ) -> Response<Body> {
        self.log.count_one();
        shears.put_away();
        let request_id = self.request_id();
        let (mut parts, body) = request.into_parts();
        hide_secrets(&mut parts.headers);
        let head = parts.method == Method::HEAD;
        let mut answer = match Limited::new(body, self.body_limit).collect().await {
            Ok(body) => {
                self.answer(parts, body.to_bytes(), shears, &request_id)
                    .await
            }
            Err(_) => self.too_large(),
        };
        let headers = answer.headers_mut();
        if let Ok(request_id) = HeaderValue::try_from(request_id) {
            headers.insert("x-amzn-requestid", request_id);
        }
        if let Ok(date) = HeaderValue::try_from(http_date(self.clock.now())) {
            headers.insert(DATE, date);
        }
        answer.map(|body| {
            if head {
                Body::empty()
            } else {
                Body::from(body)
            }
        })
    }

    async fn answer(
        &self,
        parts: Parts,
        body: Bytes,
        shears: &Shears,
        request_id: &str,
    ) -> Response<Bytes> {
        let refusal = |refused| response::refusal(&refused, self.verifier.service(), request_id);
        let verified = match self.verifier.verify(&parts, &body) {
            Ok(verified) => verified,
            Err(refused) => return refusal(refused),
        };
        let received = Received::new(parts, body, verified);
        if !self.log.record(&received) {
            let body = r#"{"message":"verify_next: the check panicked"}"#;
            return response::json(StatusCode::INTERNAL_SERVER_ERROR, body);
        }
        let principal = &received.principal;
        if principal.access() == Access::NoPolicy {
            return refusal(Refused::no_policy(principal.arn(), &received.method));
        }
        let fault = self.faults().take(&received);
        match fault.0 {
            Kind::Pass => self.carry_out(&received).await,
            Kind::Answer(answer) => answer,
            Kind::Delay(delay) => {
                let answer = self.carry_out(&received).await;
                tokio::time::sleep(delay).await;
                answer
            }
            Kind::Cut(cut, after) => {
                let answer = self.carry_out(&received).await;
                shears.cut(cut, after);
                answer
            }
            Kind::Drop => {
                shears.cut(Cut::Reset, 0);
                response::json(StatusCode::SERVICE_UNAVAILABLE, Bytes::new())
            }
        }
    }

    async fn carry_out(&self, received: &Received) -> Response<Bytes> {
        match &self.backend {
            Backend::Memory(store) => store.answer(received, || self.faults().take_items()),
            Backend::Upstream(upstream) => upstream.forward(received).await,
        }
    }

    fn too_large(&self) -> Response<Bytes> {
        let body = format!(
            r#"{{"Message":"Request size exceeded {} bytes"}}"#,
            self.body_limit
        );
        response::json(StatusCode::PAYLOAD_TOO_LARGE, body)
    }

    fn request_id(&self) -> String {
        let number = self.answers.fetch_add(1, Ordering::Relaxed);
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

    fn lock_first(&self) -> MutexGuard<'_, Principal> {
        self.first.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keeps secrets out of the `Debug` of recorded requests.
fn hide_secrets(headers: &mut HeaderMap) {
    for (name, value) in headers.iter_mut() {
        if name == AUTHORIZATION || name == "x-amz-security-token" {
            value.set_sensitive(true);
        }
    }
}
