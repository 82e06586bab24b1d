//! Processes with an environment of their own, for tests of code that reads variables.

use std::io::Write;
use std::path::PathBuf;
use std::process::Command;

use crate::child;

/// Runs one ignored test of this module by itself, with an environment of its own.
pub(super) struct Child(Command);

impl Child {
    pub(super) fn new(test: &str) -> Self {
        let mut command = child::running(&format!("credentials::{test}"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("AWS_")) {
            command.env_remove(name);
        }
        command.env("AWS_EC2_METADATA_DISABLED", "true");
        command.env("AWS_REGION", "us-east-1");
        let empty = file("empty", "");
        command
            .env("AWS_CONFIG_FILE", &empty)
            .env("AWS_SHARED_CREDENTIALS_FILE", &empty);
        Self(command)
    }

    pub(super) fn env(mut self, name: &str, value: impl AsRef<str>) -> Self {
        self.0.env(name, value.as_ref());
        self
    }

    /// What it printed after `key: `.
    pub(super) async fn run(self) -> String {
        child::said(self.0, "key: ").await
    }
}

/// A file with this text. Each name belongs to one test.
pub(super) fn file(name: &str, text: impl AsRef<[u8]>) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("credentials_{name}"));
    std::fs::File::create(&path)
        .unwrap()
        .write_all(text.as_ref())
        .unwrap();
    path
}
