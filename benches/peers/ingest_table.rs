//! The table of bulk helpers.

use std::fs;
use std::io;
use std::path::Path;

use serde::Deserialize;
use serde_json::json;

use super::documents::small;
use super::markdown::{self, thousands};

/// One round of one subject.
#[derive(Clone, Deserialize)]
struct Round {
    subject: String,
    documents: f64,
    cpu_s: f64,
}

impl Round {
    fn per_second(&self) -> f64 {
        self.documents / self.cpu_s
    }
}

/// Prints the best round of each subject, and writes all of them.
pub(crate) fn merge(path: &Path) -> io::Result<()> {
    let mut best: Vec<Round> = Vec::new();
    for line in fs::read_to_string(path)?.lines() {
        let round: Round = serde_json::from_str(line)?;
        match best.iter_mut().find(|known| known.subject == round.subject) {
            Some(known) if known.per_second() >= round.per_second() => {}
            Some(known) => *known = round,
            None => best.push(round),
        }
    }
    let of = |subject| best.iter().find(|round| round.subject == subject);
    let (ours, floor) = (of("sigtower"), of("floor"));
    let columns = [
        "client",
        "documents per CPU-second",
        "sigtower / client",
        "goal",
    ];
    let table = best.iter().map(|round| {
        let ratio = ours.map_or(f64::NAN, |ours| ours.per_second() / round.per_second());
        let goal = match &*round.subject {
            "sigtower" | "floor" => "",
            "opensearch-rs" | "opensearch-rs, unsigned" => "1.3",
            _ => "3",
        };
        vec![
            round.subject.clone(),
            thousands(round.per_second()),
            format!("{ratio:.2}"),
            goal.to_owned(),
        ]
    });
    markdown::print(&columns.map(str::to_owned), &table.collect::<Vec<_>>());
    let size = mean_size();
    let rows = best.iter().map(|round| {
        json!({
            "work": "docs-126B",
            "subject": round.subject,
            "docs_per_cpu_s": round.per_second(),
            "bytes_per_cpu_s": round.per_second() * size,
            "ratio_floor": floor.map(|floor| round.per_second() / floor.per_second()),
        })
    });
    let rows: Vec<_> = rows.collect();
    let path = path.with_file_name("ingest-peers.json");
    fs::write(&path, json!({ "rows": rows }).to_string())?;
    println!("\nwritten to {}", path.display());
    Ok(())
}

fn mean_size() -> f64 {
    let documents = small();
    let sizes = documents
        .iter()
        .map(|document| serde_json::to_vec(document).map_or(0, |json| json.len()));
    sizes.sum::<usize>() as f64 / documents.len() as f64
}
