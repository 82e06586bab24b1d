//! What was hashed is what is sent, whatever the body does.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderMap, Request};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use hyper_util::client::legacy;
use hyper_util::rt::TokioExecutor;
use sha2::{Digest, Sha256};
use sigtower::sigv4::{PayloadHash, PayloadSigning, Scope, SignError};
use sigtower::testing::Domain;
use sigtower::{BoxError, Credentials, SigV4Layer};
use tower::{Layer, ServiceExt, service_fn};

/// A body that says other things each time it is asked.
#[derive(Default)]
struct Fickle {
    frames: VecDeque<&'static str>,
    /// What it claims of its size before it is read.
    claims: SizeHint,
    polled: usize,
    /// What the layer made of it.
    whole: Option<Bytes>,
}

impl Fickle {
    fn new(frames: &[&'static str]) -> Self {
        Self {
            frames: frames.iter().copied().collect(),
            ..Self::default()
        }
    }

    fn claiming(mut self, lower: u64, upper: Option<u64>) -> Self {
        self.claims.set_lower(lower);
        if let Some(upper) = upper {
            self.claims.set_upper(upper);
        }
        self
    }
}

impl From<Bytes> for Fickle {
    fn from(whole: Bytes) -> Self {
        let claims = SizeHint::with_exact(whole.len() as u64);
        Self {
            whole: Some(whole),
            claims,
            ..Self::default()
        }
    }
}

impl Body for Fickle {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if let Some(whole) = self.whole.take() {
            return Poll::Ready((!whole.is_empty()).then(|| Ok(Frame::data(whole))));
        }
        self.polled += 1;
        if self.polled % 2 == 1 {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(
            self.frames
                .pop_front()
                .map(|text| Ok(Frame::data(text.into()))),
        )
    }

    fn size_hint(&self) -> SizeHint {
        self.claims
    }
}

#[tokio::test]
async fn the_hash_on_the_wire_is_of_the_bytes_on_the_wire() {
    for (body, expected) in [
        (Fickle::new(&[]), ""),
        (Fickle::new(&["one"]), "one"),
        (Fickle::new(&["one", "", "two", "three"]), "onetwothree"),
        (Fickle::new(&["one", "two"]).claiming(0, Some(3)), "onetwo"),
        (Fickle::new(&["one"]).claiming(0, Some(1 << 40)), "one"),
        (Fickle::new(&["one"]).claiming(7, None), "one"),
    ] {
        let domain = Domain::start().await;
        let request = Request::post(format!("{}/_bulk", domain.url()));
        let request = request.header("transfer-encoding", "chunked");
        send(&domain, request.body(body).unwrap()).await.unwrap();
        let received = domain.requests().pop().expect("it was verified");
        assert_eq!(received.body, expected);
        let hash = PayloadHash::from_digest(Sha256::digest(expected).into());
        assert_eq!(received.headers["x-amz-content-sha256"], hash.as_str());
        assert_eq!(received.payload_hash, hash.as_str());
        assert!(!received.headers.contains_key("transfer-encoding"));
    }
}

#[tokio::test]
async fn a_length_that_is_not_the_bodys_is_an_error_and_nothing_is_sent() {
    let domain = Domain::start().await;
    for length in [
        "2",
        "4",
        "0",
        "-3",
        "3, 3",
        "+3",
        "0x3",
        "",
        "18446744073709551616",
        "é",
    ] {
        let request = Request::post(format!("{}/_bulk", domain.url()));
        let request = request.header("content-length", length.as_bytes());
        let request = request.body(Fickle::new(&["one"])).unwrap();
        let error = send(&domain, request).await.expect_err(length);
        let error = error.downcast_ref::<SignError>();
        assert!(
            matches!(error, Some(SignError::ContentLength { actual: 3, .. })),
            "{length}: {error:?}"
        );
    }
    let twice = Request::post(format!("{}/_bulk", domain.url()))
        .header("content-length", "3")
        .header("content-length", "5");
    let twice = twice.body(Fickle::new(&["one"])).unwrap();
    let error = send(&domain, twice).await.unwrap_err();
    assert!(error.is::<SignError>(), "{error}");
    assert_eq!(domain.request_count(), 0);
}

#[tokio::test]
async fn a_body_that_claims_more_than_the_limit_is_never_read() {
    let domain = Domain::start().await;
    let request = Request::post(format!("{}/_bulk", domain.url()));
    let huge = Fickle::new(&["one"]).claiming(u64::MAX, None);
    let error = send(&domain, request.body(huge).unwrap())
        .await
        .unwrap_err();
    let error = error.downcast_ref::<SignError>();
    assert!(matches!(error, Some(SignError::BodyTooLarge { .. })));
    assert_eq!(domain.request_count(), 0);
}

#[tokio::test]
async fn a_body_unlike_the_hash_its_caller_vouched_for_is_refused_by_the_service() {
    let domain = Domain::start().await;
    let vouched = PayloadSigning::Precomputed(PayloadHash::of(b"one"));
    let sign = layer(&domain).with_payload_signing(vouched);
    for (body, is_refused) in [("one", false), ("two", true)] {
        let request = Request::post(format!("{}/_bulk", domain.url()));
        let request = request.body(Fickle::from(Bytes::from(body))).unwrap();
        let plain = legacy::Client::builder(TokioExecutor::new()).build_http();
        let answer = sign.layer(plain).oneshot(request).await.unwrap();
        assert_eq!(answer.status() == 403, is_refused, "{body}");
    }
}

#[tokio::test]
async fn what_the_layer_hands_on_never_says_other_than_was_hashed() {
    let bodies = [
        Fickle::new(&["one", "two"]),
        Fickle::new(&["one"]).claiming(1, Some(2)),
        Fickle::default(),
    ];
    for body in bodies {
        let inner = service_fn(|request: Request<Fickle>| async {
            let claimed = request.body().size_hint().exact();
            let (parts, body) = request.into_parts();
            let bytes = body.collect().await?.to_bytes();
            Ok::<_, BoxError>((parts.headers, claimed, bytes))
        });
        let sign = SigV4Layer::new(
            Scope::new("us-east-1", "es").unwrap(),
            Credentials::new("AKIDEXAMPLE", "secret", None),
        );
        let request = Request::post("https://search.example/").body(body).unwrap();
        let (headers, claimed, bytes): (HeaderMap, _, _) =
            sign.layer(inner).oneshot(request).await.unwrap();
        assert_eq!(claimed, Some(bytes.len() as u64));
        let hash = PayloadHash::of(&bytes);
        assert_eq!(headers["x-amz-content-sha256"], hash.as_str());
    }
}

/// Signs as the domain wants it, and sends over a plain hyper client.
async fn send(domain: &Domain, request: Request<Fickle>) -> Result<(), BoxError> {
    let plain = legacy::Client::builder(TokioExecutor::new()).build_http();
    let answer = layer(domain).layer(plain).oneshot(request).await?;
    assert_ne!(answer.status(), 403);
    Ok(())
}

fn layer(domain: &Domain) -> SigV4Layer {
    let scope = Scope::new(domain.region(), domain.service()).unwrap();
    SigV4Layer::new(scope, domain.credentials())
}
