use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use http::Request;
use http::header::PROXY_AUTHORIZATION;
use http::uri::Authority;
use hyper_util::client::legacy::{Client, ResponseFuture};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::time::Instant;

use super::config::TransportConfig;
use super::connect::Connector;
use super::proxies::Proxies;
use crate::body::Body;

/// The connection pool, replaced by a new one before any of its connections gets too old.
///
/// A replaced pool gets no further requests: its idle connections close, and busy ones finish first.
/// hyper-util can retire a single connection only once it has been used again.
#[derive(Debug)]
pub(super) struct Pool {
    connector: Connector,
    idle_timeout: Duration,
    max_idle: usize,
    max_age: Duration,
    pub(super) head_timeout: Option<Duration>,
    pub(super) stall_timeout: Duration,
    forwarding: Option<Arc<Proxies>>,
    current: ArcSwap<Generation>,
}

/// A pool and the time it was made: none of its connections is older.
#[derive(Debug)]
pub(super) struct Generation {
    pooled: Client<Connector, Body>,
    unpooled: Client<Connector, Body>,
    born: Instant,
    /// Whether the pool before it failed. Then each request notes its connection, which costs as much
    /// as signing does.
    pub(super) is_wary: bool,
}

impl Pool {
    pub(super) fn new(connector: Connector, config: &TransportConfig) -> Self {
        // hyper-util adds it to the time that it is now, which must not overflow.
        let (idle_timeout, max_idle) = (config.idle_timeout.min(A_YEAR), config.max_idle);
        let first = Generation::new(&connector, idle_timeout, max_idle, false);
        Self {
            forwarding: connector.forwarding(),
            connector,
            idle_timeout,
            max_idle,
            max_age: config.max_age,
            head_timeout: config.head_timeout,
            stall_timeout: config.stall_timeout,
            current: ArcSwap::from_pointee(first),
        }
    }

    /// The address that connections are opened to in place of the request's own.
    pub(super) fn via(&self) -> Option<&Authority> {
        self.connector.via()
    }

    /// Adds the login for a proxy that gets the request as it is. The proxy removes it, and no signature covers it.
    #[inline]
    pub(super) fn add_proxy_login(&self, request: &mut Request<Body>) {
        if let Some(proxies) = &self.forwarding
            && let Some(login) = proxies.forwarding_login(request.uri())
        {
            request.headers_mut().insert(PROXY_AUTHORIZATION, login);
        }
    }

    /// The pool that may be used now.
    pub(super) fn current(&self) -> Arc<Generation> {
        let current = self.current.load_full();
        if current.born.elapsed() < self.max_age {
            return current;
        }
        self.replace(&current, false);
        self.current.load_full()
    }

    /// Gives no further request to this generation, which is failing.
    pub(super) fn retire(&self, generation: &Arc<Generation>) {
        self.replace(generation, true);
    }

    /// Replaces the pool, so that every further request gets a new connection.
    pub(super) fn renew(&self) {
        self.replace(&self.current.load_full(), false);
    }

    /// Replaces this generation, unless another call has done so.
    fn replace(&self, generation: &Arc<Generation>, is_wary: bool) {
        let next = Generation::new(&self.connector, self.idle_timeout, self.max_idle, is_wary);
        self.current.compare_and_swap(generation, Arc::new(next));
    }
}

impl Generation {
    fn new(connector: &Connector, idle_timeout: Duration, max_idle: usize, is_wary: bool) -> Self {
        let client = |max_idle| {
            Client::builder(TokioExecutor::new())
                .timer(TokioTimer::new())
                .pool_timer(TokioTimer::new())
                .pool_idle_timeout(idle_timeout)
                .pool_max_idle_per_host(max_idle)
                // Unusual heads that RFC 9112 has clients accept, or leaves to them: many headers,
                // headers folded over several lines, and blanks before the colon.
                .http1_max_headers(MOST_HEADERS)
                .http1_allow_obsolete_multiline_headers_in_responses(true)
                .http1_allow_spaces_after_header_name_in_responses(true)
                // Otherwise an HTTP/2 connection to a dead peer would stall all its streams.
                .http2_keep_alive_interval(Some(HTTP2_PING_INTERVAL))
                .http2_keep_alive_timeout(HTTP2_PING_TIMEOUT)
                .build(connector.clone())
        };
        Self {
            pooled: client(max_idle),
            unpooled: client(0),
            born: Instant::now(),
            is_wary,
        }
    }

    /// Sends on a connection of the pool, unless the request asks for a new one.
    pub(super) fn send(&self, request: Request<Body>) -> ResponseFuture {
        match request.extensions().get() {
            Some(NewConnection) => self.unpooled.request(request),
            None => self.pooled.request(request),
        }
    }
}

/// In a request's extensions: it gets a new connection, which no other request uses.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewConnection;

/// OpenSearch adds a `Warning` for each deprecated setting that a request touches. hyper reads no
/// head of more than 400 KiB.
const MOST_HEADERS: usize = 1024;
const A_YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);
const HTTP2_PING_INTERVAL: Duration = Duration::from_secs(20);
const HTTP2_PING_TIMEOUT: Duration = Duration::from_secs(10);
