//! Other clients under the same faults.

use std::process::Command;

use crate::examples::binary;

/// A run of `tests/clients/bulk_faults.py`, which judges the example `bulk_load` by the documents that its own server stored.
#[test]
#[ignore = "needs opensearch-py: OPENSEARCH_PY=/path/to/python"]
fn beside_the_helpers_of_opensearch_py_bulk_load_loses_and_doubles_nothing() {
    let python = std::env::var("OPENSEARCH_PY");
    let python = python.expect("OPENSEARCH_PY is the path of a Python that has opensearch-py");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/clients/bulk_faults.py");
    let run = Command::new(python)
        .arg(script)
        .arg(binary("bulk_load"))
        .output();
    let run = run.unwrap();
    let table = String::from_utf8_lossy(&run.stdout);
    println!("{table}");
    let errors = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{table}{errors}");
    assert_eq!(table.matches("| sigtower |").count(), 9, "{table}");
}
