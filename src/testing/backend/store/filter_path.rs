//! `filter_path`: which parts of a response a caller asks for ([reference]).
//!
//! Errors are not filtered, as in OpenSearch.
//!
//! [reference]: https://docs.opensearch.org/2.19/api-reference/common-parameters/#filter-responses

use serde_json::{Map, Value};

use super::name::glob;
use super::params::Params;

/// Keeps the parts of a successful response that the request asks for.
pub(super) fn filter(body: Value, params: &Params) -> Value {
    let patterns = params.get("filter_path").unwrap_or_default().split(',');
    let patterns = patterns
        .map(str::trim)
        .filter(|pattern| !pattern.is_empty());
    let (excluded, included): (Vec<_>, Vec<_>) =
        patterns.partition(|pattern| pattern.starts_with('-'));
    let included = paths(&included);
    let excluded = paths(&excluded);
    let mut body = Some(body);
    if !included.is_empty() {
        body = body.and_then(|body| include(body, &included));
    }
    if !excluded.is_empty() {
        body = body.and_then(|body| exclude(body, &excluded));
    }
    body.unwrap_or_else(|| Value::Object(Map::new()))
}

/// The names of a pattern, from the outermost.
type Path<'a> = Vec<&'a str>;

fn paths<'a>(patterns: &[&'a str]) -> Vec<Path<'a>> {
    let names = patterns
        .iter()
        .map(|pattern| pattern.trim_start_matches('-').split('.'));
    names.map(Iterator::collect).collect()
}

/// What a pattern says about a member.
enum Match<'a> {
    Whole,
    /// What these paths say about the parts of the member.
    Parts(Vec<Path<'a>>),
}

fn find<'a>(name: &str, paths: &[Path<'a>]) -> Match<'a> {
    let mut parts = Vec::new();
    for path in paths {
        let Some((first, rest)) = path.split_first() else {
            continue;
        };
        if !glob(first, name) {
            continue;
        }
        if rest.is_empty() {
            return Match::Whole;
        }
        parts.push(rest.to_vec());
        // `**` stands for one name or more.
        if *first == "**" {
            parts.push(path.clone());
        }
    }
    Match::Parts(parts)
}

fn include(value: Value, paths: &[Path<'_>]) -> Option<Value> {
    prune(
        value,
        &|name, value| match find(name, paths) {
            Match::Whole => Some(value),
            Match::Parts(paths) if paths.is_empty() => None,
            Match::Parts(paths) => include(value, &paths),
        },
        false,
    )
}

fn exclude(value: Value, paths: &[Path<'_>]) -> Option<Value> {
    prune(
        value,
        &|name, value| match find(name, paths) {
            Match::Whole => None,
            Match::Parts(paths) if paths.is_empty() => Some(value),
            Match::Parts(paths) => exclude(value, &paths),
        },
        true,
    )
}

/// Keeps the members that `keep` returns. Of an object or an array nothing remains if it has none.
fn prune(
    value: Value,
    keep: &dyn Fn(&str, Value) -> Option<Value>,
    keeps_scalars: bool,
) -> Option<Value> {
    match value {
        Value::Object(members) => {
            let kept: Map<_, _> = members
                .into_iter()
                .filter_map(|(name, value)| keep(&name, value).map(|value| (name, value)))
                .collect();
            (!kept.is_empty()).then_some(Value::Object(kept))
        }
        Value::Array(values) => {
            let kept: Vec<_> = values
                .into_iter()
                .filter_map(|value| prune(value, keep, keeps_scalars))
                .collect();
            (!kept.is_empty()).then_some(Value::Array(kept))
        }
        scalar => keeps_scalars.then_some(scalar),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_filter_keeps_what_its_patterns_name() {
        let body = json!({"took": 3, "errors": false, "items": [
            {"index": {"_id": "1", "status": 201, "_shards": {"total": 1, "failed": 0}}},
            {"delete": {"_id": "2", "status": 404}},
        ]});
        for (filter_path, expected) in [
            ("", body.clone()),
            ("errors", json!({"errors": false})),
            ("none", json!({})),
            ("items.*.error", json!({})),
            (
                "errors,items.*.status",
                json!({"errors": false, "items": [{"index": {"status": 201}}, {"delete": {"status": 404}}]}),
            ),
            (
                "items.*._shards",
                json!({"items": [{"index": {"_shards": {"total": 1, "failed": 0}}}]}),
            ),
            (
                "**.failed",
                json!({"items": [{"index": {"_shards": {"failed": 0}}}]}),
            ),
            ("-items,-t*k", json!({"errors": false})),
            (
                "items.delete,-**._id",
                json!({"items": [{"delete": {"status": 404}}]}),
            ),
            ("err*.x", json!({})),
            ("-took.x,-items", json!({"took": 3, "errors": false})),
        ] {
            let query = format!("filter_path={filter_path}");
            let filtered = filter(body.clone(), &Params::read(&query));
            assert_eq!(filtered, expected, "{filter_path}");
        }
    }
}
