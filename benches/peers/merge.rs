//! Merges the summaries of several programs.

use std::collections::HashMap;
use std::io;
use std::path::Path;

use serde_json::{Value, json};

use super::markdown::{self, thousands};

/// Adds a list to a summary.
pub(crate) fn add(path: &Path, name: &str, list: Vec<Value>) -> io::Result<()> {
    let mut summary = read(path)?;
    summary[name] = list.into();
    std::fs::write(path, summary.to_string())
}

/// Writes `peers.json` beside the first of these summaries: all rows about signing, with ratios to the floor and to
/// aws-sigv4, and all rows about sending. Prints them as tables.
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
    println!("\nNanoseconds to sign:");
    table(rows, &["work"], |row| thousands(number(&row["min_ns"])));
    println!("\nRequests a second, and the CPU time of each:");
    table(sent, &["work", "in_flight"], |row| {
        let per_second = thousands(number(&row["per_second"]));
        format!("{per_second}, {:.0} µs", number(&row["cpu_micros"]))
    });
    println!(
        "\nsigtower beside opensearch-rs (goals at 16 and 64 in flight: 2.2 times the requests, 0.45 of the CPU time):"
    );
    ratios(sent);
}

/// One line for each combination of `keys`, and one column for each subject.
fn table(rows: &[Value], keys: &[&str], cell: impl Fn(&Value) -> String) {
    let subjects = distinct(rows.iter().map(|row| text(&row["subject"])));
    let key = |row: &Value| {
        let parts = keys.iter().map(|&key| match &row[key] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        });
        parts.collect::<Vec<_>>().join(", ")
    };
    let lines = distinct(rows.iter().map(&key)).into_iter().map(|line| {
        let of_line: Vec<&Value> = rows.iter().filter(|row| key(row) == line).collect();
        let cells = subjects.iter().map(|subject| {
            let row = of_line.iter().find(|row| row["subject"] == *subject);
            row.map_or_else(|| "–".to_owned(), |row| cell(row))
        });
        let cells: Vec<_> = cells.collect();
        [vec![line], cells].concat()
    });
    let columns = subjects.iter().map(|&subject| subject.to_owned());
    let columns: Vec<_> = [keys.join(", ")].into_iter().chain(columns).collect();
    markdown::print(&columns, &lines.collect::<Vec<_>>());
}

/// What sigtower sends and uses, divided by the same of opensearch-rs.
fn ratios(sent: &[Value]) {
    let columns = ["work, in flight", "requests", "CPU time"].map(str::to_owned);
    let of = |subject| sent.iter().filter(move |row| row["subject"] == subject);
    let rows = of("sigtower").filter_map(|ours| {
        let is_same =
            |row: &&Value| row["work"] == ours["work"] && row["in_flight"] == ours["in_flight"];
        let theirs = of("opensearch-rs").find(is_same)?;
        let ratio = |name: &str| format!("{:.2}", number(&ours[name]) / number(&theirs[name]));
        let name = format!("{}, {}", text(&ours["work"]), ours["in_flight"]);
        Some(vec![name, ratio("per_second"), ratio("cpu_micros")])
    });
    markdown::print(&columns, &rows.collect::<Vec<_>>());
}

/// Each value once, in the order of first appearance.
fn distinct<T: PartialEq>(values: impl Iterator<Item = T>) -> Vec<T> {
    let mut out = Vec::new();
    for value in values {
        if !out.contains(&value) {
            out.push(value);
        }
    }
    out
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
