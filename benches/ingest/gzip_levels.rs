//! Which level of gzip is worth its time?

use std::time::Duration;

use flate2::Compression;

use super::documents::{Document, large, small};
use super::{cpu, floor};

/// Prints a table for Markdown: for each level, documents per CPU-second and bytes on the wire.
pub(crate) fn print() {
    println!(
        "| level | small: documents/CPU-s | bytes each | large: documents/CPU-s | bytes each |"
    );
    println!("| --- | --- | --- | --- | --- |");
    let (small, large) = (small(), large());
    for level in 0..=6 {
        // Level 0 is no compression at all.
        let gzip = (level > 0).then(|| Compression::new(level));
        let small = measure(&small, 400_000, gzip);
        let large = measure(&large, 40_000, gzip);
        println!("| {level} | {small} | {large} |");
    }
}

/// The best of three rounds.
fn measure(documents: &[Document], count: usize, gzip: Option<Compression>) -> String {
    let mut best = Duration::MAX;
    let mut bytes = 0;
    for _ in 0..3 {
        let began = cpu();
        bytes = floor::hash_only(documents, count, gzip);
        best = best.min(cpu() - began);
    }
    let per_second = count as f64 / best.as_secs_f64();
    format!("{per_second:.0} | {:.1}", bytes as f64 / count as f64)
}
