//! A connection that can be cut while a response is sent on it.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// What happens to the connection in the middle of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    /// It is reset.
    Reset,
    /// It is closed in order.
    Close,
    /// It stays open, and nothing more is sent.
    Stall,
}

/// Cuts a connection after a number of bytes. Clones cut the same connection.
#[derive(Debug, Clone, Default)]
pub(super) struct CutHandle(Arc<Mutex<Option<(Cut, usize)>>>);

/// A connection that counts the bytes it sends once it is to be cut.
#[derive(Debug)]
pub(super) struct Connection {
    stream: TcpStream,
    cut_handle: CutHandle,
}

impl CutHandle {
    /// Cuts the connection after this many more bytes.
    pub(super) fn cut(&self, cut: Cut, after: usize) {
        self.set(Some((cut, after)));
    }

    /// Withdraws a cut that has not happened yet.
    pub(super) fn clear(&self) {
        self.set(None);
    }

    fn get(&self) -> Option<(Cut, usize)> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, cut: Option<(Cut, usize)>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = cut;
    }
}

impl Connection {
    pub(super) fn new(stream: TcpStream, cut_handle: CutHandle) -> Self {
        Self { stream, cut_handle }
    }

    fn end(&self, cut: Cut) -> Poll<io::Result<usize>> {
        match cut {
            // No waker is kept: this write ends when the peer gives up or the domain stops.
            Cut::Stall => Poll::Pending,
            Cut::Close => Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
            Cut::Reset => {
                self.stream.set_zero_linger()?;
                Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()))
            }
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let Some((cut, left)) = self.cut_handle.get() else {
            return Pin::new(&mut self.stream).poll_write(cx, buf);
        };
        if left == 0 {
            return self.end(cut);
        }
        let some = &buf[..buf.len().min(left)];
        let written = std::task::ready!(Pin::new(&mut self.stream).poll_write(cx, some))?;
        self.cut_handle.cut(cut, left - written);
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
