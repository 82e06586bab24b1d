//! A connection that can be cut while an answer is on it.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// How an answer ends early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    /// With a reset.
    Reset,
    /// With an orderly end.
    Close,
    /// Not at all: nothing more comes.
    Stall,
}

/// The handle by which a request's answer is cut.
#[derive(Debug, Clone, Default)]
pub(super) struct Shears(Arc<Mutex<Option<(Cut, usize)>>>);

/// A connection whose outgoing bytes are counted once it is to be cut.
#[derive(Debug)]
pub(super) struct Line {
    stream: TcpStream,
    shears: Shears,
}

impl Shears {
    /// Cuts after so many more bytes.
    pub(super) fn cut(&self, cut: Cut, after: usize) {
        self.set(Some((cut, after)));
    }

    /// Lets everything through again.
    pub(super) fn put_away(&self) {
        self.set(None);
    }

    fn get(&self) -> Option<(Cut, usize)> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, cut: Option<(Cut, usize)>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = cut;
    }
}

impl Line {
    pub(super) fn new(stream: TcpStream, shears: Shears) -> Self {
        Self { stream, shears }
    }

    fn end(&self, cut: Cut) -> Poll<io::Result<usize>> {
        match cut {
            // Nobody wakes this up: it ends when the peer gives up or the domain stops.
            Cut::Stall => Poll::Pending,
            Cut::Close => Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
            Cut::Reset => {
                self.stream.set_zero_linger()?;
                Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()))
            }
        }
    }
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let Some((cut, left)) = self.shears.get() else {
            return Pin::new(&mut self.stream).poll_write(cx, buf);
        };
        if left == 0 {
            return self.end(cut);
        }
        let some = &buf[..buf.len().min(left)];
        let written = std::task::ready!(Pin::new(&mut self.stream).poll_write(cx, some))?;
        self.shears.cut(cut, left - written);
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
