use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::rt::{Read, ReadBuf, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::{Connected, Connection};

use super::phase::Phase;
use super::stall::Stall;

/// A connection that survives the end of its sending side, and that is given up when the server accepts
/// nothing for too long.
///
/// A server may refuse a large body after it has read the head, respond, and close. Sending then fails,
/// while the response has arrived, or is about to, and waits to be read.
#[derive(Debug)]
pub(super) struct Line<T> {
    stream: T,
    stall: Stall,
    sending: Sending,
    is_forwarded: bool,
}

#[derive(Debug)]
enum Sending {
    Works,
    /// Sending failed with this error. What has arrived is still read.
    Failed(io::Error),
    /// Nothing more arrives either.
    Ended,
}

impl<T> Line<T> {
    pub(super) fn new(stream: T, limit: Duration) -> Self {
        Self {
            stream,
            stall: Stall::new(Phase::Send, limit),
            sending: Sending::Works,
            is_forwarded: false,
        }
    }

    /// Whether requests go to a proxy that gets them as they are, with the whole URI in the request line.
    pub(super) fn forwarded(mut self, is_forwarded: bool) -> Self {
        self.is_forwarded = is_forwarded;
        self
    }

    /// Passes on what was written. A failure is kept back until there is nothing more to read.
    fn watch<R>(
        &mut self,
        cx: &mut Context<'_>,
        write: impl FnOnce(Pin<&mut T>, &mut Context<'_>) -> Poll<io::Result<R>>,
    ) -> Poll<io::Result<R>>
    where
        T: Unpin,
    {
        let polled = match self.sending {
            Sending::Works => write(Pin::new(&mut self.stream), cx),
            Sending::Failed(_) => Poll::Pending,
            Sending::Ended => return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
        };
        let polled = match polled {
            Poll::Ready(Err(error)) => {
                self.sending = Sending::Failed(error);
                Poll::Pending
            }
            other => other,
        };
        self.stall.watch(cx, polled).map(|watched| {
            watched.unwrap_or_else(|stalled| Err(io::Error::new(io::ErrorKind::TimedOut, stalled)))
        })
    }
}

impl<T: Read + Unpin> Line<T> {
    /// Reads after sending has failed; reports that failure once there is nothing more to read.
    fn read_rest(
        &mut self,
        cx: &mut Context<'_>,
        buf: &mut ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let mut bytes = [0; 4096];
        let most = bytes.len().min(buf.remaining());
        let mut read = ReadBuf::new(&mut bytes[..most]);
        let polled = ready!(Pin::new(&mut self.stream).poll_read(cx, read.unfilled()));
        if polled.is_ok() && !read.filled().is_empty() {
            buf.put_slice(read.filled());
            return Poll::Ready(Ok(()));
        }
        match std::mem::replace(&mut self.sending, Sending::Ended) {
            Sending::Failed(error) => Poll::Ready(Err(error)),
            _ => Poll::Ready(polled),
        }
    }
}

impl<T: Read + Unpin> Read for Line<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut buf: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        match self.sending {
            Sending::Works => Pin::new(&mut self.stream).poll_read(cx, buf),
            _ => self.read_rest(cx, &mut buf),
        }
    }
}

impl<T: Write + Unpin> Write for Line<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.watch(cx, |stream, cx| stream.poll_write(cx, buf))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.watch(cx, |stream, cx| stream.poll_flush(cx))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.watch(cx, |stream, cx| stream.poll_write_vectored(cx, bufs))
    }
}

impl<T: Connection> Connection for Line<T> {
    fn connected(&self) -> Connected {
        // The addresses of the stream would be copied into each response.
        let connected = Connected::new().proxy(self.is_forwarded);
        match self.stream.connected().is_negotiated_h2() {
            true => connected.negotiated_h2(),
            false => connected,
        }
    }
}
