//! Whether an expectation of a test holds for a response.

use regex_lite::Regex;
use serde_json::Value;

use super::stash::{Stash, text};

/// Whether `verb` holds for the body. `None` for a verb that this runner does not know.
pub(super) fn holds(verb: &str, arguments: &Value, body: &Value, stash: &Stash) -> Option<bool> {
    if let "is_true" | "is_false" = verb {
        let found = at(body, arguments.as_str()?, stash);
        return Some(is_true(found.as_ref()) == (verb == "is_true"));
    }
    let (path, expected) = arguments.as_object()?.iter().next()?;
    let (found, expected) = (at(body, path, stash), stash.fill(expected));
    Some(match verb {
        "match" => matches(found.as_ref(), &expected),
        "length" => {
            found.as_ref().and_then(length) == number(&expected).map(|length| length as usize)
        }
        "contains" => found.is_some_and(|found| contains(&found, &expected)),
        "gt" | "gte" | "lt" | "lte" => {
            // Nothing holds for a value that is missing or not a number.
            let found = found.as_ref().and_then(number).unwrap_or(f64::NAN);
            let expected = number(&expected)?;
            match verb {
                "gt" => found > expected,
                "gte" => found >= expected,
                "lt" => found < expected,
                _ => found <= expected,
            }
        }
        _ => return None,
    })
}

/// The value at a path such as `hits.hits.0._id`. A dot that belongs to a name is written `\.`.
pub(super) fn at(body: &Value, path: &str, stash: &Stash) -> Option<Value> {
    if path.is_empty() || path == "$body" {
        return Some(body.clone());
    }
    let path = path
        .strip_prefix("$body.")
        .unwrap_or(path)
        .replace("\\.", "\0");
    let mut value = body.clone();
    for name in path.split('.') {
        let name = text(&stash.fill_text(&name.replace('\0', ".")));
        value = match &value {
            Value::Array(values) => values.get(name.parse::<usize>().ok()?)?.clone(),
            Value::Object(fields) if name == "_arbitrary_key_" => {
                fields.keys().next()?.clone().into()
            }
            Value::Object(fields) => fields.get(&name)?.clone(),
            _ => return None,
        };
    }
    Some(value)
}

fn is_true(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null | Value::Bool(false)) => false,
        Some(value) => !matches!(text(value).as_str(), "" | "false" | "0"),
    }
}

fn matches(found: Option<&Value>, expected: &Value) -> bool {
    let found = found.unwrap_or(&Value::Null);
    if let Some(pattern) = expected.as_str().and_then(pattern) {
        return pattern.is_match(&text(found));
    }
    match (number_only(found), number_only(expected)) {
        (Some(found), Some(expected)) => found == expected,
        _ => found == expected,
    }
}

/// Patterns are between slashes, and their blanks and comments do not count.
fn pattern(text: &str) -> Option<Regex> {
    let inner = text.trim().strip_prefix('/')?.strip_suffix('/')?;
    Regex::new(&format!("(?x){}", inner.replace("\\/", "/"))).ok()
}

fn length(value: &Value) -> Option<usize> {
    match value {
        Value::Array(values) => Some(values.len()),
        Value::Object(fields) => Some(fields.len()),
        Value::String(text) => Some(text.chars().count()),
        _ => None,
    }
}

fn contains(found: &Value, expected: &Value) -> bool {
    match found {
        Value::Array(values) => values.iter().any(|value| match (value, expected) {
            (Value::Object(value), Value::Object(expected)) => expected
                .iter()
                .all(|(name, expected)| value.get(name) == Some(expected)),
            _ => value == expected,
        }),
        other => text(other).contains(&text(expected)),
    }
}

fn number_only(value: &Value) -> Option<f64> {
    value.as_f64()
}

fn number(value: &Value) -> Option<f64> {
    number_only(value).or_else(|| value.as_str()?.parse().ok())
}

#[test]
fn expectations_are_judged_as_their_runner_judges_them() {
    let body = serde_json::json!({
        "hits": { "total": 2, "hits": [{ "_id": "a" }, { "_id": "b" }] },
        "index.name": "x", "nodes": { "n1": {} }, "score": 1.0, "text": "12 kb\n",
    });
    for (verb, arguments, expected) in [
        ("match", r#"{"hits.total": 2}"#, Some(true)),
        ("match", r#"{"hits.hits.1._id": "b"}"#, Some(true)),
        ("match", r#"{"hits.hits.1._id": "a"}"#, Some(false)),
        ("match", r#"{"index\\.name": "x"}"#, Some(true)),
        ("match", r#"{"score": 1}"#, Some(true)),
        ("match", r#"{"text": "/^ \\d+ \\s kb \\n $/"}"#, Some(true)),
        ("match", r#"{"missing": "x"}"#, Some(false)),
        ("length", r#"{"hits.hits": 2}"#, Some(true)),
        ("length", r#"{"hits.hits": 3}"#, Some(false)),
        ("gt", r#"{"hits.total": 1}"#, Some(true)),
        ("lte", r#"{"hits.total": 1}"#, Some(false)),
        ("gt", r#"{"missing": 1}"#, Some(false)),
        ("lte", r#"{"text": 1}"#, Some(false)),
        ("contains", r#"{"hits.hits": {"_id": "a"}}"#, Some(true)),
        ("contains", r#"{"missing": "a"}"#, Some(false)),
        ("is_true", r#""nodes.n1""#, Some(true)),
        ("is_false", r#""missing""#, Some(true)),
        ("is_true", r#""missing""#, Some(false)),
        ("match", r#"{"nodes._arbitrary_key_": "n1"}"#, Some(true)),
        ("unknown", r#"{"hits.total": 1}"#, None),
    ] {
        let arguments = serde_json::from_str(arguments).unwrap();
        assert_eq!(
            holds(verb, &arguments, &body, &Stash::default()),
            expected,
            "{verb} {arguments}"
        );
    }
}
