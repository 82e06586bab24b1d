//! Completion of methods, paths and index names.

use rustyline::completion::{Completer, Pair};
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::{Context, Helper as Part};

use super::request::METHODS;

pub(crate) struct Helper {
    pub(crate) indices: Vec<String>,
}

impl Helper {
    pub(crate) fn new(indices: Vec<String>) -> Self {
        Self { indices }
    }

    /// Where the word at the end of the text begins, and what it may become.
    pub(crate) fn candidates(&self, typed: &str) -> (usize, Vec<String>) {
        let line_start = typed.rfind('\n').map_or(0, |at| at + 1);
        let line = &typed[line_start..];
        let Some((method, path)) = line.split_once(' ') else {
            let upper = line.to_ascii_uppercase();
            let methods = METHODS.iter().filter(|method| method.starts_with(&*upper));
            return (
                line_start,
                methods.map(|method| format!("{method} ")).collect(),
            );
        };
        if !METHODS.contains(&&*method.to_ascii_uppercase()) || path.contains(char::is_whitespace) {
            return (typed.len(), Vec::new());
        }
        let start = typed.len() - path.len();
        let mut paths: Vec<String> = match path.get(1..).and_then(|rest| rest.split_once('/')) {
            Some((index, _)) if !index.starts_with('_') => OF_INDEX
                .iter()
                .map(|api| format!("/{index}/{api}"))
                .collect(),
            _ => {
                let indices = self.indices.iter().map(|index| format!("/{index}"));
                indices
                    .chain(PATHS.iter().map(|path| (*path).to_owned()))
                    .collect()
            }
        };
        paths.retain(|candidate| candidate.starts_with(path));
        (start, paths)
    }
}

impl Completer for Helper {
    type Candidate = Pair;

    fn complete(
        &self,
        line: &str,
        at: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<Pair>)> {
        let (start, found) = self.candidates(&line[..at]);
        let pairs = found.into_iter().map(|text| Pair {
            display: text.clone(),
            replacement: text,
        });
        Ok((start, pairs.collect()))
    }
}

impl Hinter for Helper {
    type Hint = String;
}

impl Highlighter for Helper {}

impl Part for Helper {}

const PATHS: [&str; 26] = [
    "/_aliases",
    "/_all/_search",
    "/_bulk",
    "/_cat/aliases?v",
    "/_cat/allocation?v",
    "/_cat/health?v",
    "/_cat/indices?v",
    "/_cat/nodes?v",
    "/_cat/shards?v",
    "/_cat/snapshots/",
    "/_cat/tasks?v",
    "/_cluster/allocation/explain",
    "/_cluster/health",
    "/_cluster/pending_tasks",
    "/_cluster/settings",
    "/_cluster/stats",
    "/_count",
    "/_index_template",
    "/_mget",
    "/_nodes/stats",
    "/_plugins/_security/api/rolesmapping",
    "/_reindex",
    "/_search",
    "/_snapshot",
    "/_snapshot/cs-automated-enc/_all",
    "/_tasks",
];
const OF_INDEX: [&str; 13] = [
    "_bulk",
    "_close",
    "_count",
    "_doc/",
    "_forcemerge",
    "_mapping",
    "_open",
    "_refresh",
    "_search",
    "_settings",
    "_stats",
    "_update/",
    "_validate/query",
];
