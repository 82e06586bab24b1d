//! Compares the outcomes of a test in two ways.

use serde_json::{Map, Value};

use super::outcome::{Answer, Outcome};

/// How the outcomes of a test compare.
pub(super) enum Verdict {
    /// Each step has the same status, content type, warnings and body, apart from what no two runs have in common.
    Equal,
    /// As before, but measured values differ in some bodies. These have the same fields, each of the same type, and the same
    /// expectations hold.
    EqualExceptValues,
    /// Something differs; where and what.
    Different(String),
}

pub(super) fn compare(signed: &[Outcome], plain: &[Outcome]) -> Verdict {
    if signed.len() != plain.len() {
        return Verdict::Different(format!("{} and {} steps", signed.len(), plain.len()));
    }
    let mut verdict = Verdict::Equal;
    for (step, (signed, plain)) in signed.iter().zip(plain).enumerate() {
        match step_by_step(signed, plain) {
            Verdict::Different(what) => return Verdict::Different(format!("step {step}: {what}")),
            Verdict::EqualExceptValues => verdict = Verdict::EqualExceptValues,
            Verdict::Equal => {}
        }
    }
    verdict
}

fn step_by_step(signed: &Outcome, plain: &Outcome) -> Verdict {
    match (signed, plain) {
        (Outcome::Answered(signed), Outcome::Answered(plain)) => answers(signed, plain),
        (Outcome::Unsendable, Outcome::Unsendable) => Verdict::Equal,
        (Outcome::Judged(signed), Outcome::Judged(plain)) if signed == plain => Verdict::Equal,
        (Outcome::Failed(why), _) => Verdict::Different(format!("signed: {why}")),
        (_, Outcome::Failed(why)) => Verdict::Different(format!("plain: {why}")),
        _ => Verdict::Different(format!("{signed:?} signed, {plain:?} plain")),
    }
}

fn answers(signed: &Answer, plain: &Answer) -> Verdict {
    let head = |answer: &Answer| {
        (
            answer.status,
            answer.content_type.clone(),
            texts(&answer.warnings),
        )
    };
    let same_body = stable(&signed.body) == stable(&plain.body);
    if head(signed) == head(plain) && same_body {
        return Verdict::Equal;
    }
    if head(signed) == head(plain)
        && signed.status < 300
        && shape(&signed.body) == shape(&plain.body)
    {
        return Verdict::EqualExceptValues;
    }
    Verdict::Different(format!(
        "{}: {signed:?} signed, {plain:?} plain",
        signed.api
    ))
}

/// The warnings without the time at their end.
fn texts(warnings: &[String]) -> Vec<String> {
    let mut texts: Vec<_> = warnings
        .iter()
        .map(|warning| stable_text(warning))
        .collect();
    texts.sort();
    texts
}

/// A body without what no two runs have in common.
fn stable(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let fields = fields.iter().filter(|(name, _)| !is_measured(name));
            Value::Object(
                fields
                    .map(|(name, value)| (stable_text(name), stable(value)))
                    .collect::<Map<_, _>>(),
            )
        }
        Value::Array(values) => values.iter().map(stable).collect(),
        Value::String(text) => stable_text(text).into(),
        other => other.clone(),
    }
}

/// Times, durations and what the server generates.
fn is_measured(name: &str) -> bool {
    MEASURED.contains(&name) || name.ends_with("_millis") || name.ends_with("_nanos")
}

/// A text in which ids that the server generates are the same.
fn stable_text(text: &str) -> String {
    let mut stable = String::new();
    let text = without_context_id(text);
    for word in text.split_inclusive(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'))
    {
        let id =
            word.trim_end_matches(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'));
        if is_generated(id) {
            stable.push_str("generated");
            stable.push_str(&word[id.len()..]);
        } else {
            stable.push_str(word);
        }
    }
    stable
}

/// The server numbers the contexts of searches.
fn without_context_id(text: &str) -> String {
    const BEFORE: &str = "No search context found for id [";
    match text.split_once(BEFORE) {
        Some((start, rest)) => {
            let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
            format!("{start}{BEFORE}{rest}")
        }
        None => text.to_owned(),
    }
}

/// Ids of nodes, indices and shards have 22 letters, and those of documents have 20.
fn is_generated(word: &str) -> bool {
    let has = |kind: fn(&char) -> bool| word.chars().any(|c| kind(&c));
    (word.len() == 20 || word.len() == 22)
        && has(char::is_ascii_uppercase)
        && has(char::is_ascii_lowercase)
}

/// The id of a node and a number.
fn is_task(name: &str) -> bool {
    name.split_once(':')
        .is_some_and(|(node, number)| is_generated(node) && number.parse::<u64>().is_ok())
}

/// The fields and their types.
fn shape(value: &Value) -> Value {
    match value {
        // Tasks by their ids. The task of the request itself has no parent.
        Value::Object(tasks) if tasks.keys().any(|name| is_task(name)) => {
            let mut tasks = tasks.values();
            let request = tasks.find(|task| task.get("parent_task_id").is_none());
            request.map(shape).into_iter().collect()
        }
        Value::Object(fields) => {
            let fields = fields
                .iter()
                .map(|(name, value)| (stable_text(name), shape(value)));
            Value::Object(fields.collect::<Map<_, _>>())
        }
        // Lists of threads, segments or nodes may differ in length.
        Value::Array(values) => values.first().map(shape).into_iter().collect(),
        Value::String(_) => "text".into(),
        Value::Number(_) => "number".into(),
        other => other.clone(),
    }
}

const MEASURED: [&str; 13] = [
    "took",
    "_scroll_id",
    "scroll_id",
    "uuid",
    "index_uuid",
    "creation_date",
    "start_time",
    "end_time",
    "state_uuid",
    "cluster_uuid",
    "timestamp",
    "version_map_memory_in_bytes",
    "file_sizes",
];

#[test]
fn only_what_differs_between_any_two_runs_is_left_out() {
    let body = |took: u32, id: &str, found: u32| serde_json::json!({ "took": took, "found": found, "_id": id });
    let one = body(1, "Ab0123456789-_cdefgh", 3);
    assert_eq!(stable(&one), stable(&body(2, "Zz0123456789-_cdefgh", 3)));
    assert_ne!(stable(&one), stable(&body(1, "Ab0123456789-_cdefgh", 4)));
    assert_ne!(stable(&one), stable(&body(1, "short", 3)));
    assert_eq!(shape(&one), shape(&body(1, "short", 4)));
    let tasks = |first: &str, second: &str| {
        let (node, parent) = ("Ab0123456789-_cdefghIj", "parent_task_id");
        serde_json::json!({
            format!("{node}:{first}"): { "id": 1 },
            format!("{node}:{second}"): { "id": 2, parent: "x" },
        })
    };
    assert_eq!(shape(&tasks("99", "100")), shape(&tasks("120", "121")));
    assert_ne!(
        shape(&one),
        shape(&serde_json::json!({ "took": 1, "found": "3", "_id": "a" }))
    );
}
