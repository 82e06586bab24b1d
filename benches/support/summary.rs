//! The table on the terminal, and the same figures as JSON.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::chart;
use super::harness::Measured;

/// Rows of request, subject and figures.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    work: String,
    measured: Measured,
    ratio_floor: Option<f64>,
    ratio_aws_sigv4: Option<f64>,
}

impl Summary {
    /// Adds the figures of one request.
    pub(crate) fn add(&mut self, work: &str, measured: Vec<Measured>) {
        let min = |name: &str| {
            measured
                .iter()
                .find(|it| it.subject == name)
                .map(|it| it.min)
        };
        let (floor, aws) = (min("floor"), min("aws-sigv4"));
        self.rows.extend(measured.into_iter().map(|measured| Row {
            work: work.to_owned(),
            ratio_floor: floor.map(|floor| measured.min / floor),
            ratio_aws_sigv4: aws.map(|aws| measured.min / aws),
            measured,
        }));
    }

    /// Prints the table and writes `bench/<name>.json` to cargo's target directory.
    pub(crate) fn finish(&self, name: &str) -> std::io::Result<PathBuf> {
        print!("{}", self.table());
        let path = directory()?.join(name).with_extension("json");
        std::fs::write(&path, self.json())?;
        println!("\nwritten to {}", path.display());
        Ok(path)
    }

    /// Writes `bench/<name>.svg`, with the requests that take at most `most` nanoseconds.
    pub(crate) fn draw(&self, name: &str, most: f64) -> std::io::Result<()> {
        let mut works: Vec<(&str, Vec<&Measured>)> = Vec::new();
        for row in &self.rows {
            match works.last_mut() {
                Some((work, measured)) if *work == row.work => measured.push(&row.measured),
                _ => works.push((&row.work, vec![&row.measured])),
            }
        }
        works.retain(|(_, measured)| measured.iter().all(|it| it.min <= most));
        let path = directory()?.join(name).with_extension("svg");
        std::fs::write(path, chart::svg(&works))
    }

    fn table(&self) -> String {
        let mut out = format!(
            "{:30} {:12} {:>12} {:>12} {:>8} {:>12} {:>7}\n",
            "work", "subject", "min ns", "median ns", "x floor", "x aws-sigv4", "allocs"
        );
        for row in &self.rows {
            let ratio =
                |ratio: Option<f64>| ratio.map_or_else(|| "-".to_owned(), |it| format!("{it:.3}"));
            let Measured {
                subject,
                min,
                median,
                allocations,
            } = &row.measured;
            let (floor, aws) = (ratio(row.ratio_floor), ratio(row.ratio_aws_sigv4));
            _ = writeln!(
                out,
                "{:30} {subject:12} {min:12.1} {median:12.1} {floor:>8} {aws:>12} {allocations:7}",
                row.work
            );
        }
        out
    }

    fn json(&self) -> String {
        let rows = self.rows.iter().map(|row| {
            serde_json::json!({
                "work": row.work,
                "subject": row.measured.subject,
                "min_ns": row.measured.min,
                "median_ns": row.measured.median,
                "ratio_floor": row.ratio_floor,
                "ratio_aws_sigv4": row.ratio_aws_sigv4,
                "allocations": row.measured.allocations,
            })
        });
        serde_json::json!({ "rows": rows.collect::<Vec<_>>() }).to_string()
    }
}

/// The directory `bench` in cargo's target directory.
fn directory() -> std::io::Result<PathBuf> {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("bench");
    std::fs::create_dir_all(&directory)?;
    Ok(directory)
}
