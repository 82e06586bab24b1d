//! A console for OpenSearch: type a request as in Dev Tools, and see the response to the signed request.
//!
//! Run: `cargo run --example console`, `cargo run --example console -- GET '/_cluster/health'`, or
//! `cargo run --example console < requests.txt`
//!
//! It talks to an embedded domain, or with `OPENSEARCH_URL` to that domain, with credentials and region from the
//! `AWS_*` variables. Built with `--features aws-config`, it takes credentials as AWS's tools do: profile, SSO, role, …
//!
//! Type a method and a path; a JSON body follows on the same line or on the next lines. A body ends when its JSON is
//! complete; a body of `_bulk` or `_msearch`, and a request without a body, end with an empty line. TAB completes methods,
//! paths and index names. `explain` shows how requests are signed, and `exit` or Ctrl-D ends the console. What was typed
//! is kept in `~/.sigtower_console_history`, bodies included.
//!
//! In a pipe, and with a request in the arguments, status lines go to stderr and bodies to stdout. The exit code is 1
//! after a response of 400 or more, and after an error.

mod complete;
mod json;
mod request;
mod session;
mod target;
mod terminal;

use std::io::{self, IsTerminal, Read};
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use sigtower::BoxError;

use self::request::Request;
use self::session::Session;
use self::target::Target;

#[derive(Parser)]
struct Arguments {
    /// The method, for example GET
    #[arg(requires = "path")]
    method: Option<String>,
    /// The path, with a query if you like
    path: Option<String>,
    /// The body, or @FILE for one in a file, or @- for standard input
    #[arg(short, long, requires = "path")]
    data: Option<String>,
    /// A header of each request, as 'Name: value'; may be repeated
    #[arg(short = 'H', long = "header")]
    headers: Vec<String>,
    /// Show how each request is signed
    #[arg(long)]
    explain: bool,
    /// Whether to use colours
    #[arg(long, value_enum, default_value_t = Colour::Auto)]
    color: Colour,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Colour {
    /// If standard output is a terminal and NO_COLOR is not set
    Auto,
    Always,
    Never,
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Returns whether all requests succeeded.
fn run(arguments: Arguments) -> Result<bool, BoxError> {
    let runtime = tokio::runtime::Runtime::new()?;
    let mut session = Session {
        target: runtime.block_on(Target::connect())?,
        headers: arguments
            .headers
            .iter()
            .map(|line| header(line))
            .collect::<Result<_, _>>()?,
        explains: arguments.explain,
        has_colours: match arguments.color {
            Colour::Auto => io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
            colour => colour == Colour::Always,
        },
        runtime,
    };
    if let (Some(method), Some(path)) = (&arguments.method, &arguments.path) {
        let body = arguments.data.as_deref().map(data).transpose()?;
        let request = Request::new(method, path, body.unwrap_or_default())?;
        return Ok(session.send(&request));
    }
    if io::stdin().is_terminal() {
        terminal::run(&mut session)?;
        return Ok(true);
    }
    let mut script = String::new();
    io::stdin().read_to_string(&mut script)?;
    let requests = request::parse(&script)?;
    // All requests are sent, also after one that failed.
    let outcomes: Vec<_> = requests
        .iter()
        .map(|request| session.send(request))
        .collect();
    Ok(outcomes.into_iter().all(|succeeded| succeeded))
}

fn data(argument: &str) -> Result<String, BoxError> {
    let mut text = String::new();
    match argument.strip_prefix('@') {
        None => return Ok(argument.to_owned()),
        Some("-") => {
            io::stdin().read_to_string(&mut text)?;
        }
        Some(file) => {
            text = std::fs::read_to_string(file)
                .map_err(|error| format!("cannot read {file}: {error}"))?;
        }
    }
    Ok(text)
}

fn header(line: &str) -> Result<(String, String), BoxError> {
    let (name, value) = line
        .split_once(':')
        .ok_or_else(|| format!("header {line:?} has no colon; write it as 'Name: value'"))?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}
