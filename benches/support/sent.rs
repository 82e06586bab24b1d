//! A `PUT` of 300 bytes that is sent over loopback, 16 at a time, for `benches/guard.sh` to count the instructions.
//!
//! The subjects are our transport, our layer on this transport, and the client.

use crate::clients::clients;
use crate::loopback::{self, Server};
use crate::support::harness::timed;

/// Whether a subject sends its requests.
pub(crate) fn is_sent(subject: &str) -> bool {
    SUBJECTS.contains(&subject)
}

/// Sends `count` requests. Connecting, and the first requests, are not counted.
pub(crate) fn repeat(subject: &str, count: usize) {
    let server = Server::start();
    let runtime = loopback::runtime();
    let origin = format!("http://{}", server.address);
    let clients =
        runtime.block_on(async { clients(&origin, &server.tls.pem, "/movies/_doc/1017", 300) });
    let is_asked = |(_, name): &(_, &str)| *name == subject;
    let (client, _) = clients
        .iter()
        .zip(SUBJECTS)
        .find(is_asked)
        .expect("a subject");
    let send = |count| runtime.block_on(loopback::send(client, IN_FLIGHT, count));
    send(10 * IN_FLIGHT);
    timed(&|()| send(count), &mut ());
}

/// In the order of [`clients`].
const SUBJECTS: [&str; 3] = ["transport", "transport+layer", "client"];
const IN_FLIGHT: usize = 16;
