//! Uploads to MinIO and to VersityGW.

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body::Frame;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use sigtower::sigv4::{ChunkedBody, SignedFrom};
use sigtower::{BoxError, Credentials, Scope, SigV4Layer};
use tower::{Layer, ServiceExt};

type AnyBody = UnsyncBoxBody<Bytes, BoxError>;
type Service = SignedFrom<Client<HttpConnector, AnyBody>, fn(Bytes) -> AnyBody>;

#[tokio::test]
#[ignore = "needs S3 servers: S3_URLS=$(tests/s3.sh start)"]
async fn on_s3_servers_uploads_in_chunks_are_stored() {
    for url in urls() {
        let service = service("testing-secret");
        let bucket = format!("{url}/chunks");
        let created = send(&service, Request::put(&bucket), "").await.0;
        assert!(matches!(created.as_u16(), 200 | 409), "{url}: {created}");
        for length in [0, 1, 8192, 65_536, 66_560, 65_537, 20_000_000] {
            let key = format!("{bucket}/object-{length}");
            let (body, data) = upload(length);
            let status = put(&service, &key, body).await.unwrap();
            assert_eq!(status, StatusCode::OK, "{url}, {length} bytes");
            let (status, stored) = send(&service, Request::get(&key), "").await;
            assert_eq!(status, StatusCode::OK, "{url}, {length} bytes");
            assert!(stored == data, "{url}: {length} bytes changed");
        }
        let key = format!("{bucket}/small%20chunks/a%3Db");
        let (body, data) = upload(100_000);
        let body = body.with_chunk_size(8192);
        assert_eq!(
            put(&service, &key, body).await.unwrap(),
            StatusCode::OK,
            "{url}"
        );
        assert!(send(&service, Request::get(&key), "").await.1 == data);
    }
}

#[tokio::test]
#[ignore = "needs S3 servers: S3_URLS=$(tests/s3.sh start)"]
async fn on_s3_servers_an_upload_that_is_wrong_is_not_stored() {
    for url in urls() {
        let right = service("testing-secret");
        let bucket = format!("{url}/wrong-chunks");
        send(&right, Request::put(&bucket), "").await;
        let key = format!("{bucket}/object");

        let (body, _) = upload(100_000);
        let status = put(&service("another-secret"), &key, body).await.unwrap();
        assert_eq!(status, StatusCode::FORBIDDEN, "{url}");

        let frames = [
            Ok(Frame::data(Bytes::from(vec![1; 70_000]))),
            Err("disk on fire"),
        ];
        let source = StreamBody::new(futures_util::stream::iter(frames));
        let body = ChunkedBody::new(source, 100_000);
        let request = body.into_request(Request::put(&key).body(()).unwrap());
        let request = request.map(|body| body.map_err(Into::into).boxed_unsync());
        right.clone().oneshot(request).await.unwrap_err();

        let (status, _) = send(&right, Request::get(&key), "").await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{url}");
    }
}

fn urls() -> Vec<String> {
    let urls = std::env::var("S3_URLS").expect("S3_URLS, as tests/s3.sh prints it");
    let urls: Vec<_> = urls.split_whitespace().map(str::to_owned).collect();
    assert_eq!(urls.len(), 2, "MinIO and VersityGW");
    urls
}

fn service(secret: &str) -> Service {
    let hyper = Client::builder(TokioExecutor::new()).build_http::<AnyBody>();
    let scope = Scope::new("us-east-1", "s3").unwrap();
    let sign = SigV4Layer::new(scope, Credentials::new("testing", secret, None));
    let whole: fn(Bytes) -> AnyBody = |bytes| {
        Full::new(bytes)
            .map_err(|never| match never {})
            .boxed_unsync()
    };
    sign.with_body_from(whole).layer(hyper)
}

/// A body of this length in frames of 10,000 bytes, and its data.
fn upload(length: usize) -> (ChunkedBody<AnyBody>, Bytes) {
    let data: Bytes = (0..length).map(|at| (at * 31 % 251) as u8).collect();
    let frames: Vec<_> = data.chunks(10_000).map(Bytes::copy_from_slice).collect();
    let frames = frames
        .into_iter()
        .map(|frame| Ok::<_, BoxError>(Frame::data(frame)));
    let source = StreamBody::new(futures_util::stream::iter(frames)).boxed_unsync();
    (ChunkedBody::new(source, length as u64), data)
}

async fn put(
    service: &Service,
    key: &str,
    body: ChunkedBody<AnyBody>,
) -> Result<StatusCode, BoxError> {
    let request = body.into_request(Request::put(key).body(())?);
    let request = request.map(|body| body.map_err(Into::into).boxed_unsync());
    Ok(service.clone().oneshot(request).await?.status())
}

/// Sends a request whose whole body is signed.
async fn send(
    service: &Service,
    request: http::request::Builder,
    body: &'static str,
) -> (StatusCode, Bytes) {
    let body = Full::from(body)
        .map_err(|never| match never {})
        .boxed_unsync();
    let request = request.body(body).unwrap();
    assert!(matches!(*request.method(), Method::PUT | Method::GET));
    let response = service.clone().oneshot(request).await.unwrap();
    let status = response.status();
    (
        status,
        response.into_body().collect().await.unwrap().to_bytes(),
    )
}
