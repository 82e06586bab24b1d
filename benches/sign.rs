//! Compares signing with the hashing that every signer must do, and with aws-sigv4.
//!
//! `cargo bench --bench sign` prints one table and writes `bench/summary.json` and
//! `bench/chart.svg` to cargo's target directory. The clock starts with a request in memory and
//! stops when the request has its signature headers. `support/signers.rs` describes the subjects,
//! `support/harness.rs` the method.

mod support;

use std::time::Duration;

use support::harness::{measure, time_for_each};
use support::summary::Summary;
use support::{signers, work};

fn main() -> std::io::Result<()> {
    let time = time_for_each(Duration::from_secs(15));
    let mut summary = Summary::default();
    for work in work::promised() {
        let mut subjects = vec![
            signers::floor(&work),
            signers::sigtower(&work),
            signers::aws_sigv4(&work),
        ];
        subjects.extend(signers::aws_sigv4_filtered(&work));
        // A run of several milliseconds is often interrupted on a busy machine, so measure more runs.
        let turns = if work.body.len() > 1 << 20 { 3 } else { 1 };
        summary.add(work.name, measure(subjects, turns * time));
    }
    let work = work::put_300();
    let subjects = vec![
        signers::floor(&work),
        signers::layer(&work),
        signers::aws_sigv4(&work),
    ];
    summary.add("layer-put-300B", measure(subjects, time));
    summary.finish("summary")?;
    summary.draw("chart", 30_000.0)?;
    Ok(())
}
