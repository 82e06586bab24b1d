//! Signs, for `benches/guard.sh` to count the instructions with valgrind.
//!
//! Arguments: the name of a request, the name of a subject, the number of signatures.

mod support;

use support::{signers, work};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [name, subject, count, ..] = &arguments[..] else {
        return; // `cargo bench` passes no such arguments
    };
    let Ok(count) = count.parse() else { return };
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
