//! Tests that need a process of their own: for its environment, its memory, or lest it die.

use std::process::Command;

/// A run of one ignored test, and of nothing else; `test` is its path in this binary.
pub(crate) fn running(test: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([test, "--exact", "--ignored", "--nocapture"]);
    command
}

/// What it said after this word, on a line of its own, if it came to a good end.
pub(crate) async fn said(mut command: Command, word: &'static str) -> String {
    let output = tokio::task::spawn_blocking(move || command.output());
    let output = output.await.unwrap().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    let said = text.lines().find_map(|line| line.split_once(word));
    let said = said.filter(|_| output.status.success());
    let (_, said) = said.unwrap_or_else(|| panic!("{}\n{text}\n{errors}", output.status));
    said.trim().to_owned()
}

/// What Linux says of this process's memory under this name, in KiB.
pub(crate) fn memory(name: &str) -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let value = status.lines().find_map(|text| text.strip_prefix(name));
    let value = value.unwrap().trim().strip_suffix(" kB").unwrap();
    value.parse().unwrap()
}
