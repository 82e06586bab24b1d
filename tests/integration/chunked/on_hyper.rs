//! Uploads over a connection.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures_util::StreamExt;
use http::{Request, Response, StatusCode};
use http_body::{Body, Frame};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioIo};
use sigtower::sigv4::ChunkedBody;
use sigtower::{BoxError, Credentials, Scope, SigV4Layer};
use tokio::net::TcpListener;
use tower::{Layer, ServiceExt};

use super::verifier::{KEY_ID, SECRET, verify};

type AnyBody = UnsyncBoxBody<Bytes, BoxError>;

/// What a server received, or why it did not accept it.
type Received = Arc<Mutex<Vec<Result<Vec<u8>, String>>>>;

#[tokio::test]
async fn an_upload_of_unknown_frames_arrives_whole() {
    let (url, received) = server().await;
    for length in [0, 1, 65_536, 65_537, 3_000_000] {
        let data: Bytes = (0..length).map(|at: u32| (at % 251) as u8).collect();
        let (mut frames, mut rest, mut size) = (Vec::new(), data.clone(), 1);
        while !rest.is_empty() {
            frames.push(rest.split_to(size.min(rest.len())));
            size = size * 7 % 100_003 + 1;
        }
        let source = futures_util::stream::iter(frames).then(|frame| async {
            tokio::task::yield_now().await;
            Ok::<_, Infallible>(Frame::data(frame))
        });
        let body = ChunkedBody::new(StreamBody::new(source), u64::from(length));
        assert_eq!(put(&url, body).await.unwrap(), StatusCode::OK);
        assert_eq!(received.lock().unwrap().pop().unwrap().unwrap(), data);
    }
}

#[tokio::test]
async fn an_upload_whose_source_fails_is_not_completed() {
    let (url, received) = server().await;
    for (declared, frames) in [
        (
            200_000,
            vec![Ok(Bytes::from(vec![1; 100_000])), Err("disk on fire")],
        ),
        (200_000, vec![Ok(Bytes::from(vec![1; 199_999]))]),
        (200_000, vec![Ok(Bytes::from(vec![1; 200_001]))]),
    ] {
        let source = futures_util::stream::iter(frames).map(|frame| frame.map(Frame::data));
        let body = ChunkedBody::new(StreamBody::new(source), declared);
        put(&url, body).await.unwrap_err();
        let stored = received.lock().unwrap().pop();
        assert!(!matches!(stored, Some(Ok(_))), "the server has an upload");
    }
}

async fn put<B>(url: &str, body: ChunkedBody<B>) -> Result<StatusCode, BoxError>
where
    B: Body<Error: Into<BoxError>> + Send + 'static,
{
    let hyper = Client::builder(TokioExecutor::new()).build_http::<AnyBody>();
    let scope = Scope::new("us-east-1", "s3").unwrap();
    let sign = SigV4Layer::new(scope, Credentials::new(KEY_ID, SECRET, None));
    let whole = |bytes| {
        Full::new(bytes)
            .map_err(|never| match never {})
            .boxed_unsync()
    };
    let service = sign.with_body_from(whole).layer(hyper);
    let request = body.into_request(Request::put(format!("{url}/bucket/key")).body(())?);
    let request = request.map(|body| body.map_err(Into::into).boxed_unsync());
    Ok(service.oneshot(request).await?.status())
}

/// A server that verifies each request by AWS's rules.
async fn server() -> (String, Received) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let received = Received::default();
    let keep = Arc::clone(&received);
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let keep = Arc::clone(&keep);
            let service = hyper::service::service_fn(move |request: Request<Incoming>| {
                let keep = Arc::clone(&keep);
                async move {
                    let (head, body) = request.into_parts();
                    let body = body.collect().await?.to_bytes();
                    let verified = verify(&head, &body);
                    let status = if verified.is_ok() { 200 } else { 403 };
                    keep.lock().unwrap().push(verified);
                    let response = Response::builder().status(status);
                    Ok::<_, hyper::Error>(response.body(Full::<Bytes>::default()).unwrap())
                }
            });
            let serving = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service);
            tokio::spawn(serving);
        }
    });
    (url, received)
}
