//! The layer's contract: readiness, bodies, overrides, and nothing sent on error.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body::{Body, Frame};
use http_body_util::{BodyExt, Full, StreamBody};
use sha2::{Digest, Sha256};
use sigtower::credentials::from_fn;
use sigtower::sigv4::{
    Payload, PayloadHash, PayloadSigning, Region, Scope, ServiceName, SignError, SigningOverride,
};
use sigtower::{BoxError, Credentials, SigV4Layer, Signer};
use tower::{Layer, Service, ServiceBuilder, ServiceExt, service_fn};

const URI: &str = "https://search-movies-abc123.us-east-1.es.amazonaws.com/movies/_search";

#[tokio::test]
async fn the_service_that_was_polled_ready_is_the_one_called() {
    // tower-test's mock panics when a clone is called that was not polled ready.
    let (mock, mut handle) = tower_test::mock::pair::<Request<Full<Bytes>>, Response<()>>();
    let mut service = es_layer().layer(mock);

    handle.allow(0);
    let poll = poll_ready(&mut service).await;
    assert!(poll.is_pending(), "ready although the inner service is not");

    handle.allow(2);
    for _ in 0..2 {
        assert_eq!(poll_ready(&mut service).await, Poll::Ready(true));
        let response = tokio::spawn(service.call(request("{}")));
        let (sent, respond) = handle.next_request().await.unwrap();
        assert!(sent.headers().contains_key("authorization"));
        respond.send_response(Response::new(()));
        response.await.unwrap().unwrap();
    }
}

/// A given signing time does not decide when credentials expire.
#[tokio::test]
async fn a_signature_for_another_time_is_made_with_the_credentials_of_now() {
    let calls = Arc::new(Mutex::new(0));
    let counted = Arc::clone(&calls);
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_900_000_000);
    let provider = from_fn(move || {
        *counted.lock().unwrap() += 1;
        let keys = Credentials::new("AKIDEXAMPLE", "secret", None);
        std::future::ready(Ok::<_, Infallible>(
            keys.with_expiry(now + Duration::from_secs(3600)),
        ))
    });
    let signer = Signer::new(Scope::new("us-east-1", "es").unwrap(), provider).with_clock(now);
    let day = Duration::from_secs(24 * 60 * 60);
    for time in [now, now + day, now - day, now + 400 * day] {
        let (mut parts, ()) = Request::get(URI).body(()).unwrap().into_parts();
        signer
            .sign_at(&mut parts, Payload::Empty, time)
            .await
            .unwrap();
        assert!(parts.headers.contains_key("authorization"));
    }
    assert_eq!(*calls.lock().unwrap(), 1);
}

#[tokio::test]
async fn readiness_is_kept_while_credentials_load() {
    let (go, wait) = tokio::sync::watch::channel(false);
    let slow = from_fn(move || {
        let mut wait = wait.clone();
        async move {
            wait.wait_for(|go| *go).await.map_err(BoxError::from)?;
            Ok::<_, BoxError>(credentials())
        }
    });
    let (mock, mut handle) = tower_test::mock::pair::<Request<Full<Bytes>>, Response<()>>();
    let limited = ServiceBuilder::new()
        .layer(SigV4Layer::new(es(), slow))
        .concurrency_limit(1)
        .service(mock);
    let response = tokio::spawn(limited.oneshot(request("{}")));
    tokio::task::yield_now().await;
    go.send(true).unwrap();
    let (_, respond) = handle.next_request().await.unwrap();
    respond.send_response(Response::new(()));
    response.await.unwrap().unwrap();
}

#[tokio::test]
async fn the_first_poll_signs_and_sends_when_body_and_credentials_are_in_memory() {
    let sent = Arc::new(Mutex::new(0));
    let counter = Arc::clone(&sent);
    let mut service = es_layer().layer(service_fn(move |_: Request<Full<Bytes>>| {
        *counter.lock().unwrap() += 1;
        std::future::ready(Ok::<_, Infallible>(Response::new(())))
    }));
    // The first request loads the credentials.
    service.call(request("{}")).await.unwrap();
    let mut response = Box::pin(service.call(request("{}")));
    let polled = response
        .as_mut()
        .poll(&mut Context::from_waker(std::task::Waker::noop()));
    assert!(matches!(polled, Poll::Ready(Ok(_))));
    assert_eq!(*sent.lock().unwrap(), 2);
}

#[tokio::test]
async fn a_body_in_one_frame_is_passed_on_without_a_copy() {
    let bytes = Bytes::from(vec![b'x'; 1000]);
    let (at, length) = (bytes.as_ptr() as usize, bytes.len());
    let service = es_layer().layer(service_fn(
        move |request: Request<Full<Bytes>>| async move {
            let sent = request.into_body().collect().await.unwrap().to_bytes();
            assert_eq!((sent.as_ptr() as usize, sent.len()), (at, length));
            Ok::<_, Infallible>(Response::new(()))
        },
    ));
    service
        .oneshot(Request::post(URI).body(Full::new(bytes)).unwrap())
        .await
        .unwrap();
}

#[tokio::test]
async fn a_streamed_body_is_collected_hashed_and_sent_with_a_known_length() {
    let frames = ["{\"a\"", ":1}", "\n"].map(|text| Ok::<_, Infallible>(Frame::data(text.into())));
    let body = Stream::of_frames(frames);
    let request = Request::post(URI)
        .header("transfer-encoding", "chunked")
        .body(body)
        .unwrap();
    let (headers, body) = send(es_layer(), request).await.unwrap();
    assert_eq!(body, "{\"a\":1}\n");
    let expected = PayloadHash::from_digest(Sha256::digest(&body).into());
    assert_eq!(headers["x-amz-content-sha256"], expected.as_str());
    assert!(!headers.contains_key("transfer-encoding"));
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_whole_or_streamed() {
    let layer = es_layer().with_body_limit(4);
    assert!(send(layer.clone(), request("1234")).await.is_ok());
    let error = send(layer.clone(), request("12345")).await.unwrap_err();
    assert!(
        matches!(sign_error(&error), SignError::BodyTooLarge { limit: 4, .. }),
        "{error}"
    );

    let frames = ["123", "45"].map(|text| Ok::<_, Infallible>(Frame::data(text.into())));
    let body = Stream::of_frames(frames);
    let error = send(layer, Request::post(URI).body(body).unwrap())
        .await
        .unwrap_err();
    assert!(
        matches!(sign_error(&error), SignError::BodyTooLarge { limit: 4, .. }),
        "{error}"
    );
}

#[tokio::test]
async fn a_body_that_fails_has_a_false_length_or_has_trailers_is_refused() {
    let broken = [
        Ok(Frame::data(Bytes::from("1"))),
        Err(std::io::Error::other("disk")),
    ];
    let body = Stream::of_frames(broken);
    let error = send(es_layer(), Request::post(URI).body(body).unwrap())
        .await
        .unwrap_err();
    assert!(matches!(sign_error(&error), SignError::Body(_)), "{error}");

    let mut lying = request("123");
    lying
        .headers_mut()
        .insert("content-length", "4".parse().unwrap());
    let error = send(es_layer(), lying).await.unwrap_err();
    let SignError::ContentLength {
        declared: Some(4),
        actual: 3,
        ..
    } = sign_error(&error)
    else {
        panic!("{error}")
    };

    let trailers = [
        Ok::<_, Infallible>(Frame::data(Bytes::from("1"))),
        Ok(Frame::trailers(HeaderMap::new())),
    ];
    let body = Stream::of_frames(trailers);
    let error = send(es_layer(), Request::post(URI).body(body).unwrap())
        .await
        .unwrap_err();
    assert!(matches!(sign_error(&error), SignError::Trailers), "{error}");
}

#[tokio::test]
async fn a_repeated_host_or_content_length_is_refused_however_the_body_is_treated() {
    let known = PayloadSigning::Precomputed(PayloadHash::of(b"body"));
    for payload in [PayloadSigning::Hash, known, PayloadSigning::Unsigned] {
        for (name, values) in [
            ("content-length", ["4", "4"]),
            ("content-length", ["4", "5"]),
            ("host", ["search.example", "search.example"]),
            ("host", ["search.example", "evil.example"]),
        ] {
            let layer = es_layer().with_payload_signing(payload.clone());
            let mut repeated = request("body");
            for value in values {
                repeated.headers_mut().append(name, value.parse().unwrap());
            }
            let (mut parts, _) = repeated.clone().into_parts();
            let error = send(layer.clone(), repeated).await.unwrap_err();
            // A length that differs from a collected body may be found first.
            let is_refused = match sign_error(&error) {
                SignError::Header { name: found, .. } => found == name,
                SignError::ContentLength { .. } => values == ["4", "5"],
                _ => false,
            };
            assert!(is_refused, "{payload:?} {name} {values:?}: {error}");

            let signer = layer.signer();
            let signed = signer.sign(&mut parts, Payload::Bytes(b"body"));
            let error = signed.await.unwrap_err().to_string();
            assert_eq!(
                error,
                format!("header `{name}` cannot be signed: it occurs more than once; send it once")
            );
            let explained = signer.explain(&parts, Payload::Empty).await;
            assert!(explained.is_err(), "{name}");
        }
    }
}

#[tokio::test]
async fn an_override_changes_region_service_and_payload_of_one_request() {
    let other = SigningOverride::new()
        .with_region(Region::new("eu-west-1").unwrap())
        .with_service(ServiceName::new("s3").unwrap())
        .with_payload_signing(PayloadSigning::Unsigned);
    let mut changed = request("body");
    changed.extensions_mut().insert(other);
    let (headers, body) = send(es_layer(), changed).await.unwrap();
    assert_eq!(body, "body");
    assert_eq!(headers["x-amz-content-sha256"], "UNSIGNED-PAYLOAD");
    let authorization = headers["authorization"].to_str().unwrap();
    assert!(
        authorization.contains("/eu-west-1/s3/aws4_request"),
        "{authorization}"
    );

    let (headers, _) = send(es_layer(), request("body")).await.unwrap();
    assert!(
        headers["authorization"]
            .to_str()
            .unwrap()
            .contains("/us-east-1/es/aws4_request")
    );
}

#[tokio::test]
async fn a_precomputed_hash_is_signed_and_the_body_not_read() {
    let hash = PayloadHash::of(b"known");
    let layer = es_layer().with_payload_signing(PayloadSigning::Precomputed(hash.clone()));
    let (headers, _) = send(layer, request("not looked at")).await.unwrap();
    assert_eq!(headers["x-amz-content-sha256"], hash.as_str());
}

#[tokio::test]
async fn an_unsigned_payload_goes_over_https_only() {
    let layer = es_layer().with_payload_signing(PayloadSigning::Unsigned);
    assert!(send(layer.clone(), request("body")).await.is_ok());
    for uri in ["http://localhost:9200/", "http://search.example/"] {
        let request = post(uri, "body");
        let error = send(layer.clone(), request).await.unwrap_err();
        assert!(
            matches!(sign_error(&error), SignError::UnsignedOverCleartext),
            "{error}"
        );
    }
}

#[tokio::test]
async fn lattice_payloads_are_never_signed() {
    let lattice = SigV4Layer::new(
        Scope::new("us-east-1", "vpc-lattice-svcs").unwrap(),
        credentials(),
    );
    let uri = "https://svc-0123.7d67968.vpc-lattice-svcs.us-east-1.on.aws/rates";
    let request = post(uri, "body");
    let (headers, body) = send(lattice, request).await.unwrap();
    assert_eq!(headers["x-amz-content-sha256"], "UNSIGNED-PAYLOAD");
    assert_eq!(body, "body");
}

#[tokio::test]
async fn sign_inside_retry_gives_every_attempt_its_own_time_and_signature() {
    #[derive(Clone, Debug)]
    struct Ticking(Arc<Mutex<SystemTime>>);
    impl sigtower::sigv4::Clock for Ticking {
        fn now(&self) -> SystemTime {
            *self.0.lock().unwrap()
        }
    }
    #[derive(Clone)]
    struct Twice(Ticking);
    impl tower::retry::Policy<Request<Full<Bytes>>, Response<()>, BoxError> for Twice {
        type Future = std::future::Ready<()>;
        fn retry(
            &mut self,
            _: &mut Request<Full<Bytes>>,
            result: &mut Result<Response<()>, BoxError>,
        ) -> Option<Self::Future> {
            // Ten minutes pass before the next attempt: the old signature would be refused.
            *self.0.0.lock().unwrap() += Duration::from_secs(600);
            let status = result.as_ref().ok()?.status();
            (status == 503).then(|| std::future::ready(()))
        }
        fn clone_request(
            &mut self,
            request: &Request<Full<Bytes>>,
        ) -> Option<Request<Full<Bytes>>> {
            Some(request.clone())
        }
    }

    let clock = Ticking(Arc::new(Mutex::new(
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160),
    )));
    let generation = Arc::new(Mutex::new(0));
    let rotating = from_fn(move || {
        let mut generation = generation.lock().unwrap();
        *generation += 1;
        let expiry =
            SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160 + 500 * *generation);
        let keys =
            Credentials::new(format!("AKID{generation}"), "secret", None).with_expiry(expiry);
        std::future::ready(Ok::<_, Infallible>(keys))
    });
    let sent = Arc::new(Mutex::new(Vec::new()));
    let record = Arc::clone(&sent);
    let service = ServiceBuilder::new()
        .layer(tower::retry::RetryLayer::new(Twice(clock.clone())))
        .layer(SigV4Layer::new(es(), rotating).with_clock(clock))
        .service(service_fn(move |request: Request<Full<Bytes>>| {
            let mut sent = record.lock().unwrap();
            sent.push(request.headers().clone());
            let status = if sent.len() < 3 { 503 } else { 200 };
            let response = Response::builder().status(status).body(());
            std::future::ready(Ok::<_, Infallible>(response.unwrap()))
        }));
    service.oneshot(request("{}")).await.unwrap();

    let sent = sent.lock().unwrap();
    let dates: Vec<_> = sent
        .iter()
        .map(|headers| headers["x-amz-date"].to_str().unwrap())
        .collect();
    assert_eq!(
        dates,
        ["20150830T123600Z", "20150830T124600Z", "20150830T125600Z"]
    );
    let keys = sent
        .iter()
        .map(|headers| headers["authorization"].to_str().unwrap());
    let keys: Vec<_> = keys
        .map(|value| value.split(['=', '/']).nth(1).unwrap())
        .collect();
    assert_eq!(keys, ["AKID1", "AKID2", "AKID3"]);
}

pin_project_lite::pin_project! {
    /// A body of frames that is also `From<Bytes>`, as the layer requires, and not `Unpin`.
    struct Stream {
        #[pin]
        body: Pin<Box<dyn Body<Data = Bytes, Error = BoxError> + Send>>,
        #[pin]
        _not_unpin: std::marker::PhantomPinned,
    }
}

impl Stream {
    fn new<B>(body: B) -> Self
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let body = Box::pin(body.map_err(Into::into));
        Self {
            body,
            _not_unpin: std::marker::PhantomPinned,
        }
    }

    fn of_frames<E: Into<BoxError> + Send + 'static>(
        frames: impl IntoIterator<Item = Result<Frame<Bytes>, E>, IntoIter: Send + 'static>,
    ) -> Self {
        Self::new(StreamBody::new(futures_util::stream::iter(frames)))
    }
}

impl From<Bytes> for Stream {
    fn from(bytes: Bytes) -> Self {
        Self::new(Full::new(bytes))
    }
}

impl Body for Stream {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        self.project().body.poll_frame(cx)
    }
}

/// Sends a request through a layer. Returns what arrived behind it.
async fn send<B>(layer: SigV4Layer, request: Request<B>) -> Result<(HeaderMap, Bytes), BoxError>
where
    B: Body + From<Bytes> + Send + 'static,
    B::Error: Into<BoxError> + std::fmt::Debug,
    B::Data: Send,
{
    let inner = service_fn(|request: Request<B>| async {
        let (parts, body) = request.into_parts();
        let body = body.collect().await.map_err(Into::into)?.to_bytes();
        Ok::<_, BoxError>((parts.headers, body))
    });
    layer.layer(inner).oneshot(request).await
}

fn sign_error(error: &BoxError) -> &SignError {
    error.downcast_ref().expect("a SignError")
}

async fn poll_ready<S: Service<Request<Full<Bytes>>>>(service: &mut S) -> Poll<bool> {
    std::future::poll_fn(|cx| Poll::Ready(service.poll_ready(cx).map(|ready| ready.is_ok()))).await
}

fn request(body: &'static str) -> Request<Full<Bytes>> {
    post(URI, body)
}

fn post(uri: &str, body: &'static str) -> Request<Full<Bytes>> {
    Request::post(uri).body(Full::from(body)).unwrap()
}

fn es_layer() -> SigV4Layer {
    SigV4Layer::new(es(), credentials())
}

fn es() -> Scope {
    Scope::new("us-east-1", "es").unwrap()
}

fn credentials() -> Credentials {
    Credentials::new(
        "AKIDEXAMPLE",
        "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        None,
    )
}
