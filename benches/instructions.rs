//! Signs or sends, for `benches/guard.sh` to count the instructions with valgrind.
//!
//! Arguments: the name of a request, the name of a subject, the number of signatures.

#[path = "support/clients.rs"]
mod clients;
#[allow(dead_code, reason = "this bench counts requests and measures no time")]
#[path = "support/loopback.rs"]
mod loopback;
#[path = "support/sent.rs"]
mod sent;
mod support;

use support::{signers, work};

fn main() {
    if loopback::is_server() {
        return loopback::serve();
    }
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [name, subject, count, ..] = &arguments[..] else {
        return; // `cargo bench` passes no such arguments
    };
    let Ok(count) = count.parse() else { return };
    if sent::is_sent(subject) {
        return sent::repeat(subject, count); // `put-300B` only
    }
    let named = work::promised().into_iter().find(|it| it.name == *name);
    let work = named.expect("the name of a request in support/work.rs");
    let mut subject = match subject.as_str() {
        "floor" => signers::floor(&work),
        "sigtower" => signers::sigtower(&work),
        "layer" => signers::layer(&work),
        _ => signers::aws_sigv4(&work),
    };
    subject.repeat(count);
}
