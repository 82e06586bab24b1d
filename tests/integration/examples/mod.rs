//! Runs the examples as a user does and checks exit codes and output, because scripts use them.

mod any_service;
mod applications;
pub(crate) mod bulk_load;
mod collection;
mod console;
mod explain;
mod quickstart;
mod snapshot;
mod stream_processors;
mod unfriendly;

use std::path::PathBuf;
use std::process::Stdio;

use sigtower::testing::Principal;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

/// What a run of an example came to.
#[derive(Debug)]
struct Run {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Run {
    /// The numbers in the line that begins so.
    fn numbers(&self, begin: &str) -> Vec<usize> {
        let mut lines = self.stdout.lines();
        let line = lines.find(|line| line.starts_with(begin)).unwrap();
        let words = line.split(|char: char| !char.is_ascii_digit());
        words.filter_map(|word| word.parse().ok()).collect()
    }
}

#[tokio::test]
async fn own_provider_is_asked_again_in_time() {
    let run = example("own_provider").run().await;
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
    let asked = run.stdout.lines().filter(|line| line.starts_with("vault:"));
    assert!((2..=4).contains(&asked.count()), "{run:?}");
    let at = |minute: &str| {
        let mut lines = run.stdout.lines().map(str::trim);
        lines.find(|line| line.starts_with(&format!("minute {minute:>3}:")))
    };
    assert!(
        at("0").unwrap().contains("AKIDEXAMPLE1/19700101"),
        "{run:?}"
    );
    assert!(!at("105").unwrap().contains("AKIDEXAMPLE1/"), "{run:?}");
}

/// An example to be run, without any variable that could speak for its caller.
struct Example {
    command: Command,
    input: Vec<u8>,
}

fn example(name: &str) -> Example {
    let mut command = Command::new(binary(name));
    for (variable, _) in std::env::vars_os() {
        let name = variable.to_string_lossy();
        if name.starts_with("AWS_") || name.starts_with("OPENSEARCH_") {
            command.env_remove(&variable);
        }
    }
    let input = Vec::new();
    Example { command, input }
}

impl Example {
    fn args<'a>(mut self, args: impl IntoIterator<Item = &'a str>) -> Self {
        self.command.args(args);
        self
    }

    fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// With these keys in the environment, and a token if it is not empty.
    fn keys(self, id: &str, secret: &str, token: &str) -> Self {
        self.env("AWS_ACCESS_KEY_ID", id)
            .env("AWS_SECRET_ACCESS_KEY", secret)
            .env("AWS_SESSION_TOKEN", token)
    }

    fn input(mut self, input: impl Into<Vec<u8>>) -> Self {
        self.input = input.into();
        self
    }

    /// Starts the example; it gets no input, and nobody reads what it prints.
    fn spawn(mut self) -> tokio::process::Child {
        let command = self.command.stdin(Stdio::null()).kill_on_drop(true);
        let command = command.stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().unwrap()
    }

    async fn run(mut self) -> Run {
        let command = self.command.stdin(Stdio::piped());
        let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = self.input;
        // Beside the reading, or else both sides might wait for each other.
        let writing = tokio::spawn(async move { stdin.write_all(&input).await });
        let output = child.wait_with_output().await.unwrap();
        let _ = writing.await; // nobody need read what is written
        Run {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// Somebody whose secret is known here.
fn principal() -> Principal {
    Principal::new(KEY, SECRET)
}

/// Beside this test, where `cargo test` puts the examples it has built.
pub(crate) fn binary(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let profile = test.ancestors().nth(2).unwrap();
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let path = profile.join("examples").join(file);
    assert!(
        path.exists(),
        "example {name} has not been built: run `cargo build --examples`, or `cargo test` whole"
    );
    path
}

const KEY: &str = "AKIDEXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
