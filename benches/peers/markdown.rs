//! Tables in Markdown, to be copied into `PERFORMANCE.md`.

/// Prints a table: its columns, and rows of cells.
pub(crate) fn print(columns: &[String], rows: &[Vec<String>]) {
    println!();
    line(columns);
    line(&vec!["---".to_owned(); columns.len()]);
    for row in rows {
        line(row);
    }
}

fn line(cells: &[String]) {
    println!("| {} |", cells.join(" | "));
}

/// Without decimals, and with a comma before each three digits: `1,326,153`.
pub(crate) fn thousands(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut out = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
