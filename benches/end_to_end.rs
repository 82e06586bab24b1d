//! Measures what signing costs a request that is sent over loopback.
//!
//! Compares the same hyper transport with and without the layer, and the typed client: in clear text, over TLS, and over
//! TLS with a new connection for each request. The server is a hyper server in another process. `benches/peers` compares
//! other clients.

#[path = "support/clients.rs"]
mod clients;
#[path = "support/loopback.rs"]
mod loopback;

use std::time::Duration;

use clients::clients;
use loopback::Server;

fn main() {
    if loopback::is_server() {
        return loopback::serve();
    }
    let test = std::env::args().any(|argument| argument == "--test");
    let (rounds, round) = if test {
        (1, Duration::from_millis(20))
    } else {
        (8, Duration::from_millis(500))
    };
    let server = Server::start();
    let plain = format!("http://{}", server.address);
    let tls = format!("https://{}", server.tls.address);
    let closing = format!("https://{}", server.tls.closing);
    const PUT: (&str, usize) = ("/movies/_doc/1017", 300);
    const BULK: (&str, usize) = ("/_bulk", 64 << 10);
    loopback::runtime().block_on(async {
        for (work, origin, (path, length), loads) in [
            ("put-300B", &plain, PUT, &[1, 16, 64][..]),
            ("bulk-64KiB", &plain, BULK, &[1, 16, 64]),
            ("put-300B, TLS", &tls, PUT, &[1, 16, 64]),
            ("bulk-64KiB, TLS", &tls, BULK, &[1, 16, 64]),
            ("put-300B, new TLS", &closing, PUT, &[16]),
        ] {
            let clients = clients(origin, &server.tls.pem, path, length);
            for &in_flight in loads {
                let reached = loopback::load(&clients, in_flight, rounds, round).await;
                loopback::print(work, in_flight, &clients, &reached);
            }
        }
    });
}
