//! A wire on loopback that fails at a given byte.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// Forwards connections to a server, with the given faults, until it is dropped.
pub(crate) struct Wire {
    address: SocketAddr,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

/// What goes wrong with one connection: at which byte of the request or the response.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fault {
    pub(crate) way: Way,
    pub(crate) byte: usize,
    pub(crate) what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Request,
    Answer,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// Both ends see an orderly end.
    Cut,
    /// Both ends see a reset.
    Reset,
    /// Random bytes replace the rest, followed by an orderly end.
    Garbage(u64),
    /// This byte arrives changed: these bits are flipped.
    Flip(u8),
    /// Nothing more arrives.
    Stall,
    /// One byte arrives each time this much time has passed.
    Drip(Duration),
}

#[derive(Default)]
struct Shared {
    faults: Mutex<VecDeque<Fault>>,
    /// How many bytes of requests and of responses have passed.
    passed: [AtomicUsize; 2],
}

impl Wire {
    /// A wire to this server.
    pub(crate) async fn to(server: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        // So that a sender notices soon when nothing is forwarded.
        socket.set_recv_buffer_size(64 * 1024).unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let listener = socket.listen(128).unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::<Shared>::default();
        let task = tokio::spawn(accept(listener, server, Arc::clone(&shared)));
        Self {
            address,
            shared,
            task,
        }
    }

    /// Gives this fault to the next connection that has none.
    pub(crate) fn next(&self, fault: Fault) -> &Self {
        self.shared.faults.lock().unwrap().push_back(fault);
        self
    }

    pub(crate) fn address(&self) -> String {
        self.address.to_string()
    }

    /// How many bytes have passed in this direction, on all connections.
    pub(crate) fn passed(&self, way: Way) -> usize {
        self.shared.passed[way as usize].load(Ordering::SeqCst)
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// How a connection ends early.
enum Broken {
    Cut,
    Reset,
}

async fn accept(listener: TcpListener, server: SocketAddr, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        let fault = shared.faults.lock().unwrap().pop_front();
        connections.spawn(connect(client, server, fault, Arc::clone(&shared)));
        while connections.try_join_next().is_some() {}
    }
}

async fn connect(
    mut client: TcpStream,
    server: SocketAddr,
    fault: Option<Fault>,
    shared: Arc<Shared>,
) {
    let Ok(mut server) = TcpStream::connect(server).await else {
        return;
    };
    for stream in [&client, &server] {
        stream.set_nodelay(true).unwrap();
    }
    let of = |way| fault.filter(|fault| fault.way == way);
    let count = |way| &shared.passed[way as usize];
    let (from_client, to_client) = client.split();
    let (from_server, to_server) = server.split();
    let broken = tokio::try_join!(
        pass(
            from_client,
            to_server,
            of(Way::Request),
            count(Way::Request)
        ),
        pass(from_server, to_client, of(Way::Answer), count(Way::Answer)),
    );
    match broken {
        Ok(_) => {}
        Err(Broken::Reset) => {
            for stream in [&client, &server] {
                let _ = stream.set_zero_linger();
            }
        }
        // Unread bytes would turn the end into a reset.
        Err(Broken::Cut) => {
            tokio::join!(end(client), end(server));
        }
    }
}

/// Forwards bytes up to the fault. The end or failure of a side is forwarded as an end.
async fn pass(
    mut from: ReadHalf<'_>,
    mut to: WriteHalf<'_>,
    fault: Option<Fault>,
    passed: &AtomicUsize,
) -> Result<(), Broken> {
    let before = fault.map_or(usize::MAX, |fault| fault.byte);
    let is_whole = copy(&mut from, &mut to, before, passed).await?;
    let (Some(fault), false) = (fault, is_whole) else {
        return Ok(());
    };
    // The fault replaces a byte that has arrived.
    let Ok(mut byte) = from.read_u8().await else {
        let _ = to.shutdown().await;
        return Ok(());
    };
    match fault.what {
        What::Cut => Err(Broken::Cut),
        What::Reset => Err(Broken::Reset),
        What::Garbage(seed) => {
            let mut random = fastrand::Rng::with_seed(seed);
            let nonsense: Vec<_> = (0..64).map(|_| random.u8(..)).collect();
            let _ = to.write_all(&nonsense).await;
            Err(Broken::Cut)
        }
        What::Flip(bits) => {
            let _ = to.write_u8(byte ^ bits).await;
            copy(&mut from, &mut to, usize::MAX, passed).await?;
            Ok(())
        }
        What::Stall => std::future::pending().await,
        What::Drip(pause) => loop {
            to.write_u8(byte).await.map_err(|_| Broken::Reset)?;
            tokio::time::sleep(pause).await;
            byte = from.read_u8().await.map_err(|_| Broken::Cut)?;
        },
    }
}

/// Forwards this many bytes; returns whether there were no more.
async fn copy(
    from: &mut ReadHalf<'_>,
    to: &mut WriteHalf<'_>,
    mut left: usize,
    passed: &AtomicUsize,
) -> Result<bool, Broken> {
    let mut bytes = vec![0; 16 * 1024];
    while left > 0 {
        let most = bytes.len().min(left);
        let Ok(read @ 1..) = from.read(&mut bytes[..most]).await else {
            let _ = to.shutdown().await;
            return Ok(true);
        };
        passed.fetch_add(read, Ordering::SeqCst);
        to.write_all(&bytes[..read])
            .await
            .map_err(|_| Broken::Reset)?;
        left -= read;
    }
    Ok(false)
}

/// Ends a connection in order, once the peer ends it too.
async fn end(mut stream: TcpStream) {
    let _ = stream.shutdown().await;
    let _ = tokio::io::copy(&mut stream, &mut tokio::io::sink()).await;
}
