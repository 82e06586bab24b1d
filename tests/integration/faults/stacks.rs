//! This crate's layers among those of tower, over a service that panics if it is called before it is
//! ready.

use std::error::Error;

use bytes::Bytes;
use fastrand::Rng;
use futures_util::future::join_all;
use http::{Request, Response};
use http_body_util::Full;
use sigtower::body::Body;
use sigtower::sigv4::Scope;
use sigtower::stack::{Stack, StackConfig};
use sigtower::{BoxError, Credentials, SigV4Layer};
use tower::buffer::Buffer;
use tower::limit::ConcurrencyLimit;
use tower::load_shed::LoadShed;
use tower::load_shed::error::Overloaded;
use tower::util::BoxCloneSyncService;
use tower::{Layer, Service, ServiceExt};
use tower_test::mock::{Handle, pair};

type Boxed<B> = BoxCloneSyncService<Request<Body>, Response<B>, BoxError>;

#[tokio::test(start_paused = true)]
async fn no_combination_of_layers_calls_a_service_that_is_not_ready() {
    for inside in Shape::ALL {
        for outside in Shape::ALL {
            for retries in [true, false] {
                let (mock, handle) = pair::<Request<Body>, Response<Full<Bytes>>>();
                let server = tokio::spawn(serve(handle));
                let inner = inside.round(mock);
                let case = format!("{outside:?} round {inside:?}, retries: {retries}");
                match retries {
                    true => {
                        let stack = Stack::new(inner, sign(), &StackConfig::new());
                        obeys(outside.round(stack), &case).await;
                    }
                    false => obeys(outside.round(sign().layer(inner)), &case).await,
                }
                let served = server
                    .await
                    .unwrap_or_else(|panic| panic!("{case}: {panic}"));
                assert!(served > 0, "{case}");
            }
        }
    }
}

/// Which of tower's layers are around a service.
#[derive(Clone, Copy, Debug)]
enum Shape {
    Nothing,
    Buffer,
    Limit,
    Shed,
    All,
}

impl Shape {
    const ALL: [Self; 5] = [
        Self::Nothing,
        Self::Buffer,
        Self::Limit,
        Self::Shed,
        Self::All,
    ];

    fn round<S, B>(self, inner: S) -> Boxed<B>
    where
        S: Service<Request<Body>, Response = Response<B>> + Clone + Send + Sync + 'static,
        S::Error: Into<BoxError> + Send + Sync + 'static,
        S::Future: Send + 'static,
        B: 'static,
    {
        match self {
            Self::Nothing => boxed(inner),
            Self::Buffer => boxed(Buffer::new(inner.map_err(Into::into), 4)),
            Self::Limit => boxed(ConcurrencyLimit::new(inner, 2)),
            Self::Shed => boxed(LoadShed::new(inner.map_err(Into::into))),
            Self::All => {
                let shed = LoadShed::new(inner.map_err(Into::into));
                boxed(Buffer::new(ConcurrencyLimit::new(shed, 2), 4))
            }
        }
    }
}

fn boxed<S, B>(service: S) -> Boxed<B>
where
    S: Service<Request<Body>, Response = Response<B>> + Clone + Send + Sync + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send + 'static,
{
    BoxCloneSyncService::new(service.map_err(Into::into))
}

/// Sends requests in both ways: all at once on clones, and one after the other on one service.
async fn obeys<B>(mut service: Boxed<B>, case: &str) {
    let at_once = (0..20).map(|_| service.clone().oneshot(request()));
    let mut outcomes = join_all(at_once).await;
    for _ in 0..20 {
        outcomes.push(service.ready().await.unwrap().call(request()).await);
    }
    for outcome in &outcomes {
        let Err(error) = outcome else { continue };
        assert!(is_expected(&**error), "{case}: {error:?}");
    }
    assert!(outcomes.iter().any(Result::is_ok), "{case}");
}

/// Accepts one request after the other, and responds at random.
async fn serve(mut handle: Handle<Request<Body>, Response<Full<Bytes>>>) -> usize {
    let (mut random, mut served) = (Rng::with_seed(9), 0);
    handle.allow(1);
    while let Some((_, respond)) = handle.next_request().await {
        served += 1;
        match random.u8(..4) {
            0 => respond.send_error(BROKEN),
            1 => respond.send_response(answer(503)),
            _ => respond.send_response(answer(200)),
        }
        handle.allow(1);
    }
    served
}

fn is_expected(error: &(dyn Error + 'static)) -> bool {
    let mut chain = std::iter::successors(Some(error), |&error| error.source());
    chain.any(|error| error.is::<Overloaded>() || error.to_string() == BROKEN)
}

fn answer(status: u16) -> Response<Full<Bytes>> {
    Response::builder()
        .status(status)
        .body(Full::default())
        .unwrap()
}

fn request() -> Request<Body> {
    Request::get("https://search-x.eu-west-1.es.amazonaws.com/")
        .body(Body::empty())
        .unwrap()
}

fn sign() -> SigV4Layer {
    let credentials = Credentials::new("AKIDEXAMPLE", "secret", None);
    SigV4Layer::new(Scope::new("eu-west-1", "es").unwrap(), credentials)
}

const BROKEN: &str = "broken on purpose";
