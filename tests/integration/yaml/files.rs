//! Reads the YAML files into tests.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Number, Value};
use yaml_rust2::{Yaml, YamlLoader};

/// One test, with the steps that its file runs before and after each test.
pub(super) struct Test {
    /// The file and the name in it.
    pub(super) name: String,
    pub(super) steps: Vec<Step>,
    /// Why the test does not run.
    pub(super) skipped: Option<String>,
}

/// One step: its verb, such as `do` or `match`, and what it applies to.
pub(super) struct Step {
    pub(super) verb: String,
    pub(super) arguments: Value,
}

/// All tests below this directory, by file and then in the order of the file.
pub(super) fn read(directory: &Path) -> Vec<Test> {
    let mut files = Vec::new();
    collect(directory, &mut files);
    files.sort();
    files
        .iter()
        .flat_map(|file| tests_of(directory, file))
        .collect()
}

fn collect(directory: &Path, files: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(directory);
    for entry in entries.unwrap_or_else(|error| panic!("{}: {error}", directory.display())) {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "yml") {
            files.push(path);
        }
    }
}

fn tests_of(directory: &Path, file: &Path) -> Vec<Test> {
    let name = file.strip_prefix(directory).unwrap().display().to_string();
    let text = fs::read_to_string(file).unwrap();
    let documents = match YamlLoader::load_from_str(&text) {
        Ok(documents) => documents,
        Err(error) => {
            let skipped = Some(format!("the file is not valid YAML: {error}"));
            return vec![Test {
                name,
                steps: Vec::new(),
                skipped,
            }];
        }
    };
    let sections: Vec<(String, Vec<Value>)> = documents.iter().flat_map(sections_of).collect();
    let steps_of = |wanted: &str| {
        let section = sections.iter().find(|(name, _)| name == wanted);
        section.map_or(&[][..], |(_, steps)| steps)
    };
    let (before, after) = (steps_of("setup"), steps_of("teardown"));
    let tests = sections
        .iter()
        .filter(|(name, _)| name != "setup" && name != "teardown");
    tests
        .map(|(section, own)| {
            let all = || before.iter().chain(own).chain(after);
            Test {
                name: format!("{name}: {section}"),
                skipped: all().find_map(reason_to_skip),
                steps: all().flat_map(steps).collect(),
            }
        })
        .collect()
}

fn sections_of(document: &Yaml) -> Vec<(String, Vec<Value>)> {
    let Value::Object(sections) = json(document) else {
        return Vec::new();
    };
    let steps = |value| match value {
        Value::Array(steps) => steps,
        _ => Vec::new(),
    };
    sections
        .into_iter()
        .map(|(name, value)| (name, steps(value)))
        .collect()
}

fn steps(step: &Value) -> Vec<Step> {
    let Value::Object(step) = step else {
        return Vec::new();
    };
    let verbs = step.iter().filter(|(verb, _)| *verb != "skip");
    let step = |(verb, arguments): (&String, &Value)| Step {
        verb: verb.clone(),
        arguments: arguments.clone(),
    };
    verbs.map(step).collect()
}

/// A `skip` names versions that do not pass the test, or features that its runner must have.
fn reason_to_skip(step: &Value) -> Option<String> {
    let skip = step.get("skip")?;
    if skip["version"].as_str().is_some_and(covers_the_version) {
        return Some("it is not for version 7.10.2".to_owned());
    }
    let features = match &skip["features"] {
        Value::Array(features) => features.iter().filter_map(Value::as_str).collect(),
        Value::String(features) => features.split(',').map(str::trim).collect(),
        _ => Vec::new(),
    };
    let missing = features
        .into_iter()
        .find(|feature| !FEATURES.contains(feature))?;
    Some(format!("it needs the feature {missing}"))
}

/// Whether ranges such as ` - 7.1.99, 7.9.0 - ` contain 7.10.2, from which OpenSearch descends.
fn covers_the_version(ranges: &str) -> bool {
    let number = |text: &str| -> Vec<u32> {
        text.split('.')
            .filter_map(|part| part.parse().ok())
            .collect()
    };
    let version = [7, 10, 2];
    ranges.split(',').any(|range| match range.split_once('-') {
        None => range.trim() == "all",
        Some((from, to)) => {
            let (from, to) = (from.trim(), to.trim());
            number(from)[..] <= version[..] && (to.is_empty() || version[..] <= number(to)[..])
        }
    })
}

/// JSON has only text as keys.
fn json(yaml: &Yaml) -> Value {
    match yaml {
        Yaml::Real(text) => real(text),
        Yaml::Integer(number) => (*number).into(),
        Yaml::String(text) => text.clone().into(),
        Yaml::Boolean(value) => (*value).into(),
        Yaml::Array(values) => values.iter().map(json).collect(),
        Yaml::Hash(hash) => {
            let pairs = hash.iter().map(|(key, value)| (key_of(key), json(value)));
            Value::Object(pairs.collect::<Map<_, _>>())
        }
        Yaml::Alias(_) | Yaml::Null | Yaml::BadValue => Value::Null,
    }
}

fn key_of(yaml: &Yaml) -> String {
    match json(yaml) {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

/// YAML also calls an integer beyond 64 bits a real.
fn real(text: &str) -> Value {
    let integer = text.parse::<u64>().map(Number::from).ok();
    let number = integer.or_else(|| text.parse().ok().and_then(Number::from_f64));
    number.map_or_else(|| text.into(), Value::Number)
}

/// A cluster of one node has all that `node_selector` can choose from.
const FEATURES: [&str; 10] = [
    "allowed_warnings",
    "arbitrary_key",
    "contains",
    "default_shards",
    "headers",
    "no_xpack",
    "node_selector",
    "stash_in_path",
    "warnings",
    "yaml",
];

#[test]
fn ranges_of_versions_are_read_as_their_runner_reads_them() {
    for (ranges, covered) in [
        ("all", true),
        (" - 6.99.99", false),
        (" - 7.10.99", true),
        ("7.11.0 - ", false),
        ("7.2.0 - ", true),
        ("7.0.0 - 7.9.99", false),
        (" - 6.1.0, 7.10.0 - 7.10.5", true),
    ] {
        assert_eq!(covers_the_version(ranges), covered, "{ranges}");
    }
}
