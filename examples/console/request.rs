//! Requests as people type them: a line with method and path, and the lines of a body.

use http::Method;
use serde::de::IgnoredAny;

/// One request.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) body: String,
}

impl Request {
    pub(crate) fn new(method: &str, path: &str, body: String) -> Result<Self, String> {
        let name = method.to_ascii_uppercase();
        if !METHODS.contains(&&*name) {
            return Err(format!(
                "{method:?} is not a method; use one of {}",
                METHODS.join(", ")
            ));
        }
        let slash = if path.starts_with('/') { "" } else { "/" };
        let method = name
            .parse()
            .map_err(|_| format!("{method:?} is not a method"))?;
        let path = format!("{slash}{path}");
        Ok(Self { method, path, body })
    }

    fn has_lines(&self) -> bool {
        let path = self.path.split('?').next().unwrap_or_default();
        path.ends_with("/_bulk")
            || path.ends_with("/_msearch")
            || path.ends_with("/_msearch/template")
    }
}

/// Reads the requests of a script. Blank lines, and comments between requests, do not count.
pub(crate) fn parse(script: &str) -> Result<Vec<Request>, String> {
    let mut requests: Vec<Request> = Vec::new();
    for (line, number) in script.lines().zip(1..) {
        if let Some((method, rest)) = begins_request(line) {
            let (path, body) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
            requests.push(Request::new(method, path, body.trim().to_owned())?);
            continue;
        }
        let is_comment = line.trim_start().starts_with('#') || line.trim_start().starts_with("//");
        if line.trim().is_empty() || is_comment {
            continue;
        }
        let Some(request) = requests.last_mut() else {
            return Err(format!(
                "line {number}: {line:?} is not a request; write a method and a path, such as GET /_cluster/health"
            ));
        };
        if !request.body.is_empty() {
            request.body.push('\n');
        }
        request.body.push_str(line);
    }
    Ok(requests)
}

/// Whether what was typed is a whole request, so that ENTER sends it.
pub(crate) fn is_complete(typed: &str) -> bool {
    let Some(last) = parse(typed).ok().and_then(|mut requests| requests.pop()) else {
        return true;
    };
    let ends_blank = typed.contains('\n')
        && typed
            .lines()
            .last()
            .is_some_and(|line| line.trim().is_empty())
        || typed.ends_with("\n");
    if ends_blank {
        return true;
    }
    if last.body.is_empty() {
        return !matches!(last.method, Method::PUT | Method::POST | Method::PATCH);
    }
    if last.has_lines() {
        return false;
    }
    match serde_json::from_str::<IgnoredAny>(&last.body) {
        Ok(_) => true,
        Err(error) => !error.is_eof(),
    }
}

fn begins_request(line: &str) -> Option<(&str, &str)> {
    let (method, rest) = line.trim().split_once(char::is_whitespace)?;
    let is_method = METHODS.iter().any(|name| name.eq_ignore_ascii_case(method));
    let rest = rest.trim_start();
    (is_method && !rest.is_empty()).then_some((method, rest))
}

pub(crate) const METHODS: [&str; 6] = ["GET", "PUT", "POST", "DELETE", "HEAD", "PATCH"];
