//! Merges the summaries of several programs.

use std::collections::HashMap;
use std::io;
use std::path::Path;

use serde_json::{Value, json};

/// Adds a list to a summary.
pub(crate) fn add(path: &Path, name: &str, list: Vec<Value>) -> io::Result<()> {
    let mut summary = read(path)?;
    summary[name] = list.into();
    std::fs::write(path, summary.to_string())
}

/// Writes `peers.json` beside the first of these summaries, and prints it: all rows about signing, with
/// ratios to the floor and to aws-sigv4, and all rows about sending.
pub(crate) fn merge(paths: &[String]) -> io::Result<()> {
    let (mut rows, mut sent) = (Vec::new(), Vec::new());
    for path in paths {
        let summary = read(Path::new(path))?;
        rows.extend(list(&summary, "rows"));
        sent.extend(list(&summary, "end_to_end"));
    }
    group(&mut rows, |row| row["work"].to_string());
    group(&mut sent, |row| {
        format!("{} {}", row["work"], row["in_flight"])
    });
    add_ratios(&mut rows);
    print(&rows, &sent);
    let path = Path::new(&paths[0]).with_file_name("peers.json");
    std::fs::write(
        &path,
        json!({ "rows": rows, "end_to_end": sent }).to_string(),
    )?;
    println!("\nwritten to {}", path.display());
    Ok(())
}

/// Moves rows of the same key together; keys and rows keep the order of their first appearance.
fn group(rows: &mut [Value], key: impl Fn(&Value) -> String) {
    let mut order = HashMap::new();
    for row in &*rows {
        let next = order.len();
        order.entry(key(row)).or_insert(next);
    }
    rows.sort_by_key(|row| order[&key(row)]);
}

fn add_ratios(rows: &mut [Value]) {
    for (subject, name) in [("floor", "ratio_floor"), ("aws-sigv4", "ratio_aws_sigv4")] {
        let of_subject = rows.iter().filter(|row| row["subject"] == subject);
        let mins: HashMap<String, f64> = of_subject
            .map(|row| (row["work"].to_string(), number(&row["min_ns"])))
            .collect();
        for row in &mut *rows {
            let min = mins.get(&row["work"].to_string());
            row[name] = min.map(|min| number(&row["min_ns"]) / min).into();
        }
    }
}

fn print(rows: &[Value], sent: &[Value]) {
    println!(
        "{:30} {:16} {:>12} {:>12} {:>8} {:>12}",
        "work", "subject", "min ns", "median ns", "x floor", "x aws-sigv4"
    );
    for row in rows {
        println!(
            "{:30} {:16} {:12.0} {:12.0} {:8.2} {:12.2}",
            text(&row["work"]),
            text(&row["subject"]),
            number(&row["min_ns"]),
            number(&row["median_ns"]),
            number(&row["ratio_floor"]),
            number(&row["ratio_aws_sigv4"]),
        );
    }
    println!(
        "\n{:17} {:>9} {:16} {:>10} {:>14}",
        "work", "in flight", "subject", "a second", "us CPU for one"
    );
    for row in sent {
        println!(
            "{:17} {:9} {:16} {:10.0} {:14.1}",
            text(&row["work"]),
            number(&row["in_flight"]),
            text(&row["subject"]),
            number(&row["per_second"]),
            number(&row["cpu_micros"]),
        );
    }
}

fn read(path: &Path) -> io::Result<Value> {
    Ok(serde_json::from_str(&std::fs::read_to_string(path)?)?)
}

fn list(summary: &Value, name: &str) -> Vec<Value> {
    summary[name].as_array().cloned().unwrap_or_default()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// NaN if the value is not a number.
fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}
