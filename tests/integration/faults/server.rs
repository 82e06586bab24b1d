//! Minimal servers: a closure handles each connection and sees raw bytes.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Listens on loopback until it is dropped.
pub(crate) struct Server {
    address: SocketAddr,
    accepted: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Server {
    /// Has this function handle each connection.
    pub(crate) async fn start<F, Fut>(handle: F) -> Self
    where
        F: Fn(TcpStream) -> Fut + Send + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let accepted = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&accepted);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(handle(stream));
            }
        });
        Self {
            address,
            accepted,
            task,
        }
    }

    /// Responds to each request with these bytes, and closes after `Connection: close`.
    pub(crate) async fn answering(answer: impl Into<Vec<u8>>) -> Self {
        let answer: Arc<[u8]> = answer.into().into();
        Self::start(move |mut stream| {
            let answer = Arc::clone(&answer);
            async move {
                let close = answer.windows(17).any(|part| part == b"connection: close");
                while read_request(&mut stream).await.is_some() {
                    let sent = stream.write_all(&answer).await;
                    if sent.is_err() || close {
                        break;
                    }
                }
            }
        })
        .await
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// How many connections have been accepted.
    pub(crate) fn accepted(&self) -> usize {
        self.accepted.load(Ordering::SeqCst)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A request as it arrived: head as text, body as bytes.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Received {
    /// The one value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        let mut values = lines
            .filter(|(key, _)| *key == name)
            .map(|(_, value)| value);
        let value = values.next();
        assert_eq!(values.next(), None, "{name} was sent twice");
        value
    }

    pub(crate) fn request_line(&self) -> &str {
        self.head.lines().next().unwrap()
    }
}

/// Reads one HTTP/1.1 request; `None` if the connection closes instead.
pub(crate) async fn read_request<S: AsyncRead + Unpin>(stream: &mut S) -> Option<Received> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).unwrap();
    let mut received = Received {
        head,
        body: Vec::new(),
    };
    let length = received.header("content-length").unwrap_or("0");
    received.body = vec![0; length.parse().unwrap()];
    stream.read_exact(&mut received.body).await.ok()?;
    Some(received)
}

/// Reads one request, responds with an empty JSON object, and closes.
pub(crate) async fn answer_once<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S) -> Received {
    let received = read_request(stream).await.unwrap();
    stream.write_all(EMPTY_OBJECT).await.unwrap();
    stream.shutdown().await.unwrap();
    received
}

pub(crate) const EMPTY_OBJECT: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
