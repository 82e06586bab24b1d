//! Sends requests and prints what comes back.

use std::io::{self, Write};
use std::time::Instant;

use sigtower::opensearch::{Call, Error, Raw, Response};
use tokio::runtime::Runtime;

use super::json::{self, PLAIN};
use super::request::Request;
use super::target::Target;

pub(crate) struct Session {
    pub(crate) target: Target,
    /// Headers of each request.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) explains: bool,
    pub(crate) has_colours: bool,
    pub(crate) runtime: Runtime,
}

impl Session {
    /// Sends a request and prints the response. Returns whether its status is below 400.
    pub(crate) fn send(&mut self, request: &Request) -> bool {
        let mut raw = Raw::new(request.method.clone(), &request.path).body(request.body.clone());
        for (name, value) in &self.headers {
            raw = raw.header(&**name, &**value);
        }
        self.target.set_time();
        if self.explains
            && let Err(error) = self.explain(&raw)
        {
            eprintln!("error: cannot explain the signature: {error}");
        }
        let started = Instant::now();
        match self.runtime.block_on(self.target.client.send(&raw)) {
            Ok(response) => {
                self.print_status(request, &response, started);
                self.print_body(&response);
                response.status.as_u16() < 400
            }
            Err(error) => {
                self.print_error(&error);
                false
            }
        }
    }

    fn print_status(&self, request: &Request, response: &Response, started: Instant) {
        let colour = match response.status.as_u16() {
            _ if !self.has_colours => "",
            ..300 => "\x1b[1;32m",
            300..400 => "\x1b[1;33m",
            _ => "\x1b[1;31m",
        };
        let plain = if self.has_colours { PLAIN } else { "" };
        let (status, took) = (response.status, started.elapsed().as_millis());
        let attempts = match response.attempts() {
            0 | 1 => String::new(),
            more => format!(", {more} attempts"),
        };
        eprintln!(
            "{colour}{status}{plain} in {took} ms{attempts} ({} {})",
            request.method, request.path
        );
        // What refused a request, and what to do about it.
        if let Err(error) = response.clone().success()
            && let Some(hint) = error.hint()
        {
            eprintln!("  hint: {hint}");
        }
    }

    fn print_body(&self, response: &Response) {
        let body = json::format(&response.text(), self.has_colours);
        if !body.is_empty() {
            // The reader may close the pipe early, as in `console … | head -1`.
            let _ = writeln!(io::stdout(), "{}", body.trim_end());
        }
    }

    fn print_error(&self, error: &Error) {
        eprintln!("error: {error}");
        if let Some(hint) = error.hint() {
            eprintln!("  hint: {hint}");
        }
    }

    fn explain(&self, raw: &Raw) -> Result<(), sigtower::BoxError> {
        let (parts, body) = raw.request()?.into_parts();
        let request = http::Request::from_parts(parts, body.into_bytes().to_vec());
        let Some(explanation) = self.runtime.block_on(self.target.explain(&request))? else {
            eprintln!("not signed: the login is a user name and a password");
            return Ok(());
        };
        eprintln!(
            "signed headers: {}",
            explanation.signed_headers().join(", ")
        );
        eprintln!(
            "canonical request:\n{}",
            indented(&explanation.canonical_request())
        );
        eprintln!(
            "string to sign:\n{}",
            indented(explanation.string_to_sign())
        );
        Ok(())
    }
}

fn indented(text: &str) -> String {
    let lines: Vec<_> = text.lines().map(|line| format!("  {line}")).collect();
    lines.join("\n")
}
