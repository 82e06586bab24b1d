//! Measures what the layer adds to the signer, how long a large body delays other tasks, and how
//! much threads that share a signer slow each other down.
//!
//! `cargo bench --bench layer` writes `bench/layer.json` to cargo's target directory.

mod support;

use std::pin::pin;
use std::sync::Barrier;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use http_body_util::Full;
use sigtower::SigV4Layer;
use sigtower::sigv4::Payload;
use support::harness::{Subject, measure, time_for_each};
use support::signers::{self, Echo};
use support::summary::Summary;
use support::work::{self, Work, bulk, put_300};
use tower::{Layer, Service};

fn main() -> std::io::Result<()> {
    let time = time_for_each(Duration::from_secs(10));
    let mut summary = Summary::default();
    for (name, work) in [
        ("put-300B", put_300()),
        ("put-300B-token", put_300().with_token()),
    ] {
        let layer = signers::layer(&work).named("layer");
        let subjects = vec![signers::floor(&work), signers::sigtower(&work), layer];
        summary.add(name, measure(subjects, time));
    }
    summary.finish("layer")?;

    println!("\npolls of a request with a 10 MiB body; other tasks wait for one poll at a time");
    longest_wait();

    println!(
        "\nthreads that share a signer: PUT of 300 bytes with a 1 KiB token, ns per signature"
    );
    for (name, run) in [
        ("floor", hash as fn(&mut Turn<'_>)),
        ("signer", sign),
        ("layer", call),
    ] {
        threads(name, time, run);
    }
    Ok(())
}

/// Measures the longest poll of a request with a large body: another task on the same thread waits
/// for one poll. Each poll counts with its minimum over ten requests.
fn longest_wait() {
    let work = bulk("bulk-10MiB", 10 << 20);
    let mut service = SigV4Layer::from_signer(work.signer()).layer(Echo);
    let mut least: Vec<Duration> = Vec::new();
    for _ in 0..10 {
        let mut response = pin!(service.call(work.request(Full::new(work.body.clone()))));
        for at in 0.. {
            let start = Instant::now();
            let poll = response
                .as_mut()
                .poll(&mut Context::from_waker(Waker::noop()));
            let took = start.elapsed();
            match least.get_mut(at) {
                Some(least) => *least = took.min(*least),
                None => least.push(took),
            }
            if let Poll::Ready(response) = poll {
                response.expect("signed");
                break;
            }
        }
    }
    let longest = least.iter().max().expect("at least one poll");
    println!("{} polls, the longest {longest:?}", least.len());
    assert!(
        *longest <= Duration::from_millis(1),
        "a poll takes {longest:?}, and other tasks should wait at most 1 ms"
    );
}

/// Times signing on one thread and on two threads at once. The figure is the tenth percentile of
/// many batches: the minimum could come from a moment when the other thread did not run. The loss
/// of `floor`, which shares nothing, is the machine's.
fn threads(name: &str, time: Duration, run: fn(&mut Turn<'_>)) {
    let signer = put_300().with_token().signer();
    let service = SigV4Layer::from_signer(signer.clone()).layer(Echo);
    let identity = put_300().with_token().identity();
    let mut alone = 0.0;
    for count in [1, 2] {
        let start = Barrier::new(count);
        let times: Vec<f64> = std::thread::scope(|scope| {
            let run = || {
                // Each thread has its own requests: threads share a signer, not the bytes they send.
                let work = put_300().with_token();
                let mut floor = signers::floor(&work);
                let mut turn = Turn {
                    signer: &signer,
                    identity: &identity,
                    service: service.clone(),
                    floor: &mut floor,
                    work,
                };
                run(&mut turn);
                start.wait();
                let (begin, mut times) = (Instant::now(), Vec::new());
                loop {
                    let batch = Instant::now();
                    for _ in 0..BATCH {
                        run(&mut turn);
                    }
                    times.push(batch.elapsed().as_secs_f64() * 1e9 / f64::from(BATCH));
                    if begin.elapsed() >= time {
                        break;
                    }
                }
                times.sort_by(f64::total_cmp);
                times[times.len() / 10]
            };
            let threads: Vec<_> = (0..count).map(|_| scope.spawn(run)).collect();
            let times = threads.into_iter().map(|it| it.join().expect("no panic"));
            times.collect()
        });
        let mean = times.iter().sum::<f64>() / times.len() as f64;
        if count == 1 {
            alone = mean;
        }
        let loss = (mean / alone - 1.0) * 100.0;
        println!("{name:8} {count} threads {mean:9.1} ns each, {loss:+.1} % to one thread");
    }
}

struct Turn<'a> {
    signer: &'a sigtower::Signer,
    identity: &'a sigtower::credentials::Identity,
    service: sigtower::sigv4::SigV4<Echo>,
    floor: &'a mut Subject,
    work: Work,
}

fn hash(turn: &mut Turn<'_>) {
    turn.floor.repeat(1);
}

fn sign(turn: &mut Turn<'_>) {
    let mut parts = turn.work.request(()).into_parts().0;
    let payload = Payload::Bytes(&turn.work.body);
    let signed = turn
        .signer
        .sign_with(&mut parts, payload, turn.identity, work::time());
    signed.expect("signed");
    std::hint::black_box(parts);
}

fn call(turn: &mut Turn<'_>) {
    let request = turn.work.request(Full::new(turn.work.body.clone()));
    let response = pin!(turn.service.call(request));
    let poll = response.poll(&mut Context::from_waker(Waker::noop()));
    assert!(poll.is_ready());
    _ = std::hint::black_box(poll);
}

const BATCH: u32 = 100;
