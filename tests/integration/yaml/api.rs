//! The definitions of the APIs: which path, method and query a call with these parameters has.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use http::Method;
use serde_json::{Map, Value};

/// What a step asks for, before it is a request.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    pub(super) api: String,
    pub(super) parameters: BTreeMap<String, String>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Option<Value>,
    /// The value of `x-opaque-id`, which the server sends back. Without different ones, the server gives the same deprecation
    /// warning only once.
    pub(super) opaque_id: String,
}

/// What is sent, without a host.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) method: Method,
    pub(super) target: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) content_type: Option<String>,
    pub(super) body: Vec<u8>,
}

impl Ask {
    /// The value of `x-opaque-id` that is sent: the step's own one, if it has one.
    pub(super) fn opaque_id(&self) -> &str {
        let own = self.headers.iter().find(|(name, _)| name == OPAQUE_ID);
        own.map_or(&self.opaque_id, |(_, value)| value)
    }
}

/// The definitions by the name of the API.
pub(super) struct Apis(BTreeMap<String, Vec<ApiPath>>);

struct ApiPath {
    template: String,
    method: Method,
    parts: Vec<String>,
    is_deprecated: bool,
}

impl Apis {
    /// Reads one JSON file for each API.
    pub(super) fn read(directory: &Path) -> Self {
        let entries = fs::read_dir(directory);
        let entries = entries.unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
        let mut apis = BTreeMap::new();
        for entry in entries {
            let text = fs::read_to_string(entry.unwrap().path()).unwrap();
            let definitions: Map<String, Value> = serde_json::from_str(&text).unwrap();
            for (name, definition) in definitions {
                let paths = definition["url"]["paths"].as_array();
                apis.insert(
                    name,
                    paths.into_iter().flatten().map(ApiPath::read).collect(),
                );
            }
        }
        Self(apis)
    }

    /// The request of a step. `None` if no path of the API has the given parts: then a client has nothing to send.
    pub(super) fn plan(&self, ask: &Ask) -> Option<Plan> {
        let paths = self.0.get(&ask.api)?;
        let given = |part: &String| {
            ask.parameters
                .get(part)
                .is_some_and(|value| !value.is_empty())
        };
        let possible = paths.iter().filter(|path| path.parts.iter().all(given));
        let path = possible.max_by_key(|path| (path.parts.len(), !path.is_deprecated))?;
        let mut target = path.template.clone();
        for part in &path.parts {
            target = target.replace(&format!("{{{part}}}"), &encoded(&ask.parameters[part]));
        }
        let rest = ask
            .parameters
            .iter()
            .filter(|(name, _)| !path.parts.contains(name));
        let rest = rest.filter(|(name, value)| {
            !(value.is_empty() && paths.iter().any(|path| path.parts.contains(name)))
        });
        for (at, (name, value)) in rest.enumerate() {
            let separator = if at == 0 { '?' } else { '&' };
            target += &format!("{separator}{}={}", encoded(name), encoded(value));
        }
        let is_lines = LINES.contains(&ask.api.as_str());
        Some(Plan {
            method: path.method.clone(),
            target,
            headers: headers(ask),
            content_type: content_type(ask, is_lines),
            body: ask
                .body
                .as_ref()
                .map_or_else(Vec::new, |body| bytes(body, is_lines)),
        })
    }
}

impl ApiPath {
    fn read(path: &Value) -> Self {
        let parts = path["parts"].as_object();
        Self {
            template: path["path"].as_str().unwrap().to_owned(),
            method: path["methods"][0].as_str().unwrap().parse().unwrap(),
            parts: parts.into_iter().flat_map(Map::keys).cloned().collect(),
            is_deprecated: path.get("deprecated").is_some(),
        }
    }
}

fn headers(ask: &Ask) -> Vec<(String, String)> {
    let own = ask
        .headers
        .iter()
        .filter(|(name, _)| name != "content-type");
    let mut headers: Vec<_> = own.cloned().collect();
    if !headers.iter().any(|(name, _)| name == OPAQUE_ID) {
        headers.push((OPAQUE_ID.to_owned(), ask.opaque_id.clone()));
    }
    headers
}

fn content_type(ask: &Ask, is_lines: bool) -> Option<String> {
    ask.body.as_ref()?;
    let own = ask.headers.iter().find(|(name, _)| name == "content-type");
    let default = if is_lines {
        "application/x-ndjson"
    } else {
        "application/json"
    };
    Some(own.map_or(default, |(_, value)| value).to_owned())
}

/// Text is sent as it is; a list becomes lines where the API takes lines.
fn bytes(body: &Value, is_lines: bool) -> Vec<u8> {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match body {
        Value::Array(lines) if is_lines => lines
            .iter()
            .map(|line| text(line).trim_end().to_owned() + "\n")
            .collect::<String>()
            .into(),
        Value::String(lines) if is_lines => (lines.trim_end().to_owned() + "\n").into(),
        other => text(other).into(),
    }
}

/// Commas and asterisks separate and match names, so they stay.
pub(super) fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b',' | b'*' => {
                encoded.push(byte.into());
            }
            _ => encoded += &format!("%{byte:02X}"),
        }
    }
    encoded
}

pub(super) const OPAQUE_ID: &str = "x-opaque-id";
const LINES: [&str; 4] = ["bulk", "msearch", "msearch_template", "monitoring.bulk"];
