//! How many instructions does one signature take, besides hashing?
//!
//! Only signs; `benches/guard.sh` counts, with valgrind. Arguments: work, subject, how many.

mod support;

use support::{signers, work};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [name, subject, count, ..] = &arguments[..] else {
        return; // `cargo bench` calls it without arguments
    };
    let Ok(count) = count.parse() else { return };
    let named = work::promised().into_iter().find(|it| it.name == *name);
    let work = named.expect("the name of a work");
    let mut subject = match subject.as_str() {
        "floor" => signers::floor(&work),
        "sigtower" => signers::sigtower(&work),
        "layer" => signers::layer(&work),
        _ => signers::aws_sigv4(&work),
    };
    subject.repeat(count);
}
