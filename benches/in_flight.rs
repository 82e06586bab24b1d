//! How many requests should a client have in flight?
//!
//! So many callers send one small request after the other, against a server in a process of its own.
//! Each number of callers, with each limit, runs in a process of its own, whose memory is then only
//! that client's.

#[path = "support/loopback.rs"]
#[expect(dead_code, reason = "other benchmarks compare clients with it")]
mod loopback;

use std::process::Command;
use std::time::{Duration, Instant};

use http::Method;
use loopback::Server;
use sigtower::Credentials;
use sigtower::opensearch::Client;

fn main() {
    if loopback::is_server() {
        return loopback::serve();
    }
    if let Ok(origin) = std::env::var("ORIGIN") {
        return loopback::runtime().block_on(measure(&origin));
    }
    let is_test = std::env::args().any(|argument| argument == "--test");
    let (callers, rounds): (&[usize], _) = match is_test {
        true => (&[16], 1),
        false => (&[1, 16, 64, 128, 256, 1024, 4096], 5),
    };
    let server = Server::start();
    for limit in ["16", "32", "64", "128", "256", "512", "none"] {
        for callers in callers {
            let runs = (0..rounds).map(|_| run(&server, limit, *callers, is_test));
            let (per_second, mib) =
                runs.fold((0, 0), |best, run| (best.0.max(run.0), best.1.max(run.1)));
            println!("limit {limit:>4} {callers:>5} callers {per_second:>7}/s {mib:>4} MiB");
        }
    }
}

/// Requests per second and peak memory in MiB, of a process of its own.
fn run(server: &Server, limit: &str, callers: usize, is_test: bool) -> (usize, usize) {
    let program = std::env::current_exe().expect("a path");
    let output = Command::new(program)
        .env("ORIGIN", format!("http://{}", server.address))
        .env("LIMIT", limit)
        .env("CALLERS", callers.to_string())
        .env("MILLIS", if is_test { "20" } else { "1000" })
        .output()
        .expect("this program starts again");
    let text = String::from_utf8(output.stdout).expect("text");
    let mut numbers = text.split_whitespace().map(|number| number.parse().ok());
    match (numbers.next().flatten(), numbers.next().flatten()) {
        (Some(per_second), Some(mib)) => (per_second, mib),
        _ => panic!("{text}{}", String::from_utf8_lossy(&output.stderr)),
    }
}

async fn measure(origin: &str) {
    let number = |name| std::env::var(name).ok().and_then(|it| it.parse().ok());
    let limit = number("LIMIT").unwrap_or(usize::MAX);
    let callers = number("CALLERS").expect("callers");
    let time = Duration::from_millis(number("MILLIS").expect("milliseconds") as u64);
    let client = Client::builder(origin)
        .region("us-east-1")
        .service("es")
        .credentials(Credentials::new("AKIDEXAMPLE", "secret", None))
        .max_concurrent_requests(limit)
        .build()
        .expect("a client");
    let body = bytes::Bytes::from(vec![b'1'; 300]);
    let start = Instant::now();
    let callers: Vec<_> = (0..callers)
        .map(|_| {
            let (client, body) = (client.clone(), body.clone());
            tokio::spawn(async move {
                let mut count = 0_usize;
                while start.elapsed() < time {
                    let sent = client.raw(Method::PUT, "/movies/_doc/1017", body.clone());
                    assert!(sent.await.expect("a response").success().is_ok());
                    count += 1;
                }
                count
            })
        })
        .collect();
    let mut count = 0;
    for caller in callers {
        count += caller.await.expect("no panic");
    }
    let per_second = count as f64 / start.elapsed().as_secs_f64();
    println!("{per_second:.0} {}", peak_memory() / 1024);
}

/// In KiB, as Linux counts it; 0 elsewhere.
fn peak_memory() -> usize {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.trim().strip_suffix(" kB"));
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}
