//! The layer with bodies of other crates: whole ones, whose hash is signed, and uploads in chunks.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response};
use http_body::{Body, Frame};
use http_body_util::combinators::{BoxBody, UnsyncBoxBody};
use http_body_util::{BodyExt, Full, StreamBody};
use sha2::{Digest, Sha256};
use sigtower::sigv4::{
    ChunkedBody, ChunkedBodyError, ContentSha256, PayloadHash, SignableBody, Signer,
};
use sigtower::stack::{RetryLayer, StackConfig};
use sigtower::{BoxError, Credentials, Scope, SigV4Layer};
use tower::{Layer, ServiceBuilder, ServiceExt, service_fn};

use super::verifier::{KEY_ID, SECRET, verify};

const URI: &str = "https://my-bucket.s3.us-east-1.amazonaws.com/backup.tar";
type Sent = Arc<Mutex<Vec<(Parts, Bytes)>>>;

fn layer() -> SigV4Layer {
    let keys = Credentials::new(KEY_ID, SECRET, Some("token".into()));
    SigV4Layer::new(Scope::new("us-east-1", "s3").unwrap(), keys)
}

/// A request to upload this body.
fn put(body: ChunkedBody<Full<Bytes>>) -> Request<ChunkedBody<Full<Bytes>>> {
    body.into_request(Request::put(URI).body(()).unwrap())
}

/// An upload of four bytes.
fn small() -> Request<ChunkedBody<Full<Bytes>>> {
    put(ChunkedBody::new(Full::from("data"), 4))
}

/// A service that keeps what it is sent.
macro_rules! recorder {
    ($sent:expr) => {{
        let sent = Arc::clone(&$sent);
        service_fn(move |request: Request<_>| {
            let sent = Arc::clone(&sent);
            async move {
                let (head, body) = request.into_parts();
                let body = read(body).await?;
                sent.lock().unwrap().push((head, body));
                Ok::<_, BoxError>(Response::new(()))
            }
        })
    }};
}

async fn read<B>(body: B) -> Result<Bytes, BoxError>
where
    B: Body<Error: Into<BoxError>>,
{
    let collected = body.collect().await.map_err(Into::into)?;
    Ok(collected.to_bytes())
}

/// A body that the crate knows nothing of.
struct Own(Vec<&'static str>);

impl Body for Own {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        let next = (!self.0.is_empty()).then(|| self.0.remove(0));
        Poll::Ready(next.map(|text| Ok(Frame::data(text.into()))))
    }
}

/// What is sent for an upload under this layer.
async fn uploaded(layer: SigV4Layer, request: Request<ChunkedBody<Full<Bytes>>>) -> (Parts, Bytes) {
    let sent = Sent::default();
    let service = layer
        .with_body_from(axum::body::Body::from)
        .layer(recorder!(sent));
    let request = request.map(axum::body::Body::new);
    service.oneshot(request).await.unwrap();
    sent.lock().unwrap().pop().expect("one request")
}

fn check_whole(sent: &Sent, expected: &str) {
    let (head, body) = sent.lock().unwrap().pop().expect("one request");
    assert_eq!(body, expected);
    let hash = PayloadHash::from_digest(Sha256::digest(&body).into());
    assert_eq!(head.headers["x-amz-content-sha256"], hash.as_str());
}

/// Sends a body that is made of bytes through the layer, without any conversion.
async fn without_conversion<B>(body: B)
where
    B: SignableBody<Data: Send> + Send + 'static,
{
    let sent = Sent::default();
    let service = layer().layer(recorder!(sent));
    let request = Request::put(URI).body(body).unwrap();
    service.oneshot(request).await.unwrap();
    check_whole(&sent, "{\"a\":1}");
}

/// Sends a body, and an upload in chunks that became such a body, with the one adaptor.
async fn with_body_from<B>(
    body: B,
    from: impl Fn(Bytes) -> B + Clone,
    upload: impl Fn(ChunkedBody<Full<Bytes>>) -> B,
) where
    B: Body<Error: Into<BoxError>>,
{
    let sent = Sent::default();
    let service = layer().with_body_from(from).layer(recorder!(sent));
    let request = Request::put(URI).body(body).unwrap();
    service.clone().oneshot(request).await.unwrap();
    check_whole(&sent, "{\"a\":1}");

    let data: Bytes = (0..150_000_u32).map(|at| (at % 251) as u8).collect();
    let request = put(ChunkedBody::new(Full::new(data.clone()), 150_000));
    service.oneshot(request.map(upload)).await.unwrap();
    let (head, body) = sent.lock().unwrap().pop().unwrap();
    assert_eq!(verify(&head, &body).unwrap(), data);
    assert_eq!(head.headers["x-amz-security-token"], "token");
}

#[tokio::test]
async fn bodies_made_of_bytes_need_no_conversion() {
    without_conversion(Full::<Bytes>::from("{\"a\":1}")).await;
    without_conversion(axum::body::Body::from("{\"a\":1}")).await;
    let frames = ["{\"a\"", ":1}"].map(|text| Ok::<_, Infallible>(Frame::data(Bytes::from(text))));
    let frames = futures_util::stream::iter(frames);
    without_conversion(axum::body::Body::new(StreamBody::new(frames))).await;
    without_conversion(reqwest::Body::from("{\"a\":1}")).await;
    without_conversion(sigtower::body::Body::from("{\"a\":1}")).await;
}

#[tokio::test]
async fn any_other_body_needs_one_function_and_may_be_an_upload_in_chunks() {
    let full = |bytes: Bytes| Full::new(bytes).map_err(|never| match never {});
    type Boxed = BoxBody<Bytes, BoxError>;
    with_body_from::<Boxed>(
        full("{\"a\":1}".into()).boxed(),
        move |bytes| full(bytes).boxed(),
        |upload| upload.map_err(Into::into).boxed(),
    )
    .await;
    type Unsync = UnsyncBoxBody<Bytes, BoxError>;
    with_body_from::<Unsync>(
        full("{\"a\":1}".into()).boxed_unsync(),
        move |bytes| full(bytes).boxed_unsync(),
        |upload| upload.map_err(Into::into).boxed_unsync(),
    )
    .await;
    with_body_from(
        axum::body::Body::from("{\"a\":1}"),
        axum::body::Body::from,
        axum::body::Body::new,
    )
    .await;
    with_body_from(
        reqwest::Body::from("{\"a\":1}"),
        reqwest::Body::from,
        reqwest::Body::wrap,
    )
    .await;
    with_body_from(
        tonic::body::Body::new(full("{\"a\":1}".into())),
        move |bytes| tonic::body::Body::new(full(bytes)),
        tonic::body::Body::new,
    )
    .await;
    type Either = http_body_util::Either<Own, UnsyncBoxBody<Bytes, BoxError>>;
    with_body_from::<Either>(
        Either::Left(Own(vec!["{\"a\"", ":1}"])),
        move |bytes| Either::Right(full(bytes).boxed_unsync()),
        |upload| Either::Right(upload.map_err(Into::into).boxed_unsync()),
    )
    .await;
}

#[tokio::test]
async fn a_body_of_the_callers_own_is_collected_and_replaced() {
    let sent = Sent::default();
    let layer = layer().with_body_from(|bytes: Bytes| {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        Own(vec![String::leak(text)])
    });
    let request = Request::put(URI).body(Own(vec!["{\"a\"", ":1}"])).unwrap();
    layer.layer(recorder!(sent)).oneshot(request).await.unwrap();
    check_whole(&sent, "{\"a\":1}");
}

#[tokio::test]
async fn a_layer_above_the_signature_must_not_read_an_upload() {
    let sent = Sent::default();
    let sign = layer();
    let service = ServiceBuilder::new()
        .layer(RetryLayer::new(sign.signer(), &StackConfig::new()))
        .layer(sign)
        .service(service_fn(|_: Request<axum::body::Body>| async {
            Ok::<_, BoxError>(Response::new(Full::<Bytes>::default()))
        }));
    let error = service
        .oneshot(small().map(axum::body::Body::new))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("RetryLayer"), "{error}");
    assert!(sent.lock().unwrap().is_empty());
}

#[tokio::test]
async fn each_clone_of_an_upload_is_signed_again() {
    let sent = Sent::default();
    let service = layer()
        .with_body_from(axum::body::Body::from)
        .layer(recorder!(sent));
    let request = small();
    for _ in 0..3 {
        let attempt = request.clone().map(axum::body::Body::new);
        service.clone().oneshot(attempt).await.unwrap();
    }
    for (head, body) in sent.lock().unwrap().iter() {
        assert_eq!(verify(head, body).unwrap(), b"data");
    }
    assert_eq!(sent.lock().unwrap().len(), 3);
}

/// Without the header, a service would store the chunks with what stands around them.
#[tokio::test]
async fn an_upload_sends_its_header_even_if_hashes_are_never_sent() {
    let keys = Credentials::new(KEY_ID, SECRET, None);
    let signer = Signer::new(Scope::new("us-east-1", "s3").unwrap(), keys);
    let signer = signer.with_content_sha256(ContentSha256::Never);
    let (head, body) = uploaded(SigV4Layer::from_signer(signer), small()).await;
    assert_eq!(verify(&head, &body).unwrap(), b"data");
}

#[tokio::test]
async fn a_service_that_does_not_take_chunks_gets_no_request() {
    for service in ["es", "aoss", "lambda", "vpc-lattice-svcs"] {
        let sent = Sent::default();
        let layer = SigV4Layer::new(
            Scope::new("us-east-1", service).unwrap(),
            Credentials::new(KEY_ID, SECRET, None),
        );
        let service = layer
            .with_body_from(axum::body::Body::from)
            .layer(recorder!(sent));
        let error = service
            .oneshot(small().map(axum::body::Body::new))
            .await
            .unwrap_err();
        assert!(error.to_string().contains("OpenSearch does not"), "{error}");
        assert!(sent.lock().unwrap().is_empty());
    }
}

/// The verifier of these tests refuses what is changed.
#[tokio::test]
async fn an_upload_that_is_changed_on_the_way_is_refused() {
    let data = vec![7; 20_000];
    let body = ChunkedBody::new(Full::from(data), 20_000).with_chunk_size(8192);
    let (head, body) = uploaded(layer(), put(body)).await;
    verify(&head, &body).unwrap();
    for at in [0, 30, 100, 8000, 9000, body.len() - 10] {
        let mut changed = body.to_vec();
        changed[at] ^= 1;
        assert!(verify(&head, &changed).is_err(), "byte {at}");
    }
    let mut changed = head;
    changed
        .headers
        .insert("x-amz-decoded-content-length", 1.into());
    assert!(verify(&changed, &body).is_err());
    let error: ChunkedBodyError = ChunkedBodyError::NotSigned;
    assert!(error.to_string().contains("into_request"));
}
