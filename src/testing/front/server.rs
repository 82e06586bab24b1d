//! Accepts connections and serves HTTP on them.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::connection::{Connection, CutHandle};
use super::front_end::FrontEnd;

/// Serves connections until this future is dropped, which closes all of them.
pub(in crate::testing) async fn serve(
    listener: TcpListener,
    front: Arc<FrontEnd>,
    http2_only: bool,
) {
    let mut connections = JoinSet::new();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                connections.spawn(serve_connection(stream, Arc::clone(&front), http2_only));
            }
            // Probably no file descriptor is free: wait until one is.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
        while connections.try_join_next().is_some() {}
    }
}

async fn serve_connection(stream: TcpStream, front: Arc<FrontEnd>, http2_only: bool) {
    // Without TCP_NODELAY, tests are slower and otherwise the same: a failure does no harm.
    let _ = stream.set_nodelay(true);
    let cut_handle = CutHandle::default();
    let connection = TokioIo::new(Connection::new(stream, cut_handle.clone()));
    let service = service_fn(move |request| {
        let (front, cut_handle) = (Arc::clone(&front), cut_handle.clone());
        async move { Ok::<_, Infallible>(front.serve(request, &cut_handle).await) }
    });
    let mut server = auto::Builder::new(TokioExecutor::new());
    if http2_only {
        server = server.http2_only();
    }
    // An error here concerns this connection only, and the client sees its own side of it.
    let _ = server.serve_connection(connection, service).await;
}
