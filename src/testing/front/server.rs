//! Accepts connections and speaks HTTP on them.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::connection::{Line, Shears};
use super::front_end::Front;

/// Serves until it is dropped, and every connection with it.
pub(in crate::testing) async fn serve(listener: TcpListener, front: Arc<Front>, http2_only: bool) {
    let mut connections = JoinSet::new();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                connections.spawn(connection(stream, Arc::clone(&front), http2_only));
            }
            // Out of file descriptors, most likely: wait for some to come free.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
        while connections.try_join_next().is_some() {}
    }
}

async fn connection(stream: TcpStream, front: Arc<Front>, http2_only: bool) {
    // Loopback answers in one write anyway; a failure to say so changes nothing.
    let _ = stream.set_nodelay(true);
    let shears = Shears::default();
    let line = TokioIo::new(Line::new(stream, shears.clone()));
    let service = service_fn(move |request| {
        let (front, shears) = (Arc::clone(&front), shears.clone());
        async move { Ok::<_, Infallible>(front.serve(request, &shears).await) }
    });
    let mut server = auto::Builder::new(TokioExecutor::new());
    if http2_only {
        server = server.http2_only();
    }
    // A peer that breaks off is none of our business.
    let _ = server.serve_connection(line, service).await;
}
