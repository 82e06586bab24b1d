//! Queries, and which documents they find.

use serde_json::Value;

use super::super::error::ApiError;
use super::super::mapping;
use super::super::name::glob;
use super::super::scalar::{compare, number, text};
use super::super::snapshot::{Row, Snapshot, shard_error};

/// A question that a document answers with a score, or not at all.
#[derive(Debug, Clone)]
pub(super) enum Query {
    All,
    Nothing,
    /// One of these values, as a whole.
    Terms {
        field: String,
        values: Vec<Value>,
    },
    /// Some or all words of this text, or its words in a row; a field that is not text must have
    /// it whole.
    Match {
        field: Option<String>,
        text: String,
        how: How,
    },
    Ids(Vec<String>),
    /// What could not be read; an error as soon as there is an index to ask.
    Malformed(String),
    Exists(String),
    Range {
        field: String,
        bounds: Vec<(String, Value)>,
    },
    /// A pattern with `*`.
    Like {
        field: String,
        pattern: String,
    },
    Bool {
        must: Vec<Self>,
        should: Vec<Self>,
        must_not: Vec<Self>,
        at_least: usize,
    },
}

/// How many of the words must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    Any,
    Every,
    InARow,
}

impl Query {
    /// Either of these.
    pub(super) fn any(should: Vec<Self>) -> Self {
        Self::Bool {
            must: Vec::new(),
            should,
            must_not: Vec::new(),
            at_least: 1,
        }
    }

    /// Refuses what a field of its type cannot be asked.
    pub(super) fn check(&self, snapshot: &Snapshot) -> Result<(), ApiError> {
        let numbers = |field: &str, value: &Value| {
            let reason = format!("For input string: \"{}\"", text(value));
            let index = snapshot
                .kinds(field)
                .find(|(_, kind)| kind.is_some_and(mapping::is_number))
                .filter(|_| number(value).is_none());
            index.map_or(Ok(()), |(index, _)| {
                Err(
                    shard_error(index, &format!("failed to create query: {reason}"))
                        .because("number_format_exception", &reason),
                )
            })
        };
        match self {
            Self::Malformed(query) => snapshot.indices().next().map_or(Ok(()), |index| {
                let reason = format!("Cannot parse '{query}'");
                Err(
                    shard_error(index, &format!("Failed to parse query [{query}]"))
                        .because("parse_exception", &reason),
                )
            }),
            Self::Terms { field, values } => {
                values.iter().try_for_each(|value| numbers(field, value))
            }
            Self::Range { field, bounds } => {
                let bounds = bounds
                    .iter()
                    .filter(|(name, _)| name.starts_with(['g', 'l']));
                bounds
                    .map(|(_, value)| value)
                    .try_for_each(|value| numbers(field, value))
            }
            Self::Bool {
                must,
                should,
                must_not,
                ..
            } => {
                let mut clauses = must.iter().chain(should).chain(must_not);
                clauses.try_for_each(|query| query.check(snapshot))
            }
            _ => Ok(()),
        }
    }

    /// How well a document answers; `None` if it does not.
    pub(super) fn score(&self, row: &Row<'_>) -> Option<f64> {
        let found = match self {
            Self::All => true,
            Self::Nothing | Self::Malformed(_) => false,
            Self::Ids(ids) => ids.iter().any(|id| id == row.id),
            Self::Exists(field) => !row.values(field).is_empty(),
            Self::Terms { field, values } => values.iter().any(|value| has_term(row, field, value)),
            Self::Match { field, text, how } => {
                return score_text(row, field.as_deref(), text, *how);
            }
            Self::Range { field, bounds } => {
                let fits = |value: &&Value| {
                    bounds
                        .iter()
                        .all(|(name, bound)| within(value, name, bound))
                };
                row.values(field).iter().any(fits)
            }
            Self::Like { field, pattern } => {
                tokens(row, field).iter().any(|token| glob(pattern, token))
            }
            Self::Bool {
                must,
                should,
                must_not,
                at_least,
            } => {
                if must_not.iter().any(|query| query.score(row).is_some()) {
                    return None;
                }
                let musts: Option<Vec<f64>> = must.iter().map(|query| query.score(row)).collect();
                let shoulds: Vec<f64> =
                    should.iter().filter_map(|query| query.score(row)).collect();
                let enough = shoulds.len() >= *at_least;
                return musts
                    .filter(|_| enough)
                    .map(|musts| musts.iter().chain(&shoulds).sum());
            }
        };
        found.then_some(1.0)
    }
}

/// Text cut into words in lower case.
fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '\''))
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

fn has_term(row: &Row<'_>, field: &str, wanted: &Value) -> bool {
    if field == "_id" {
        return text(wanted) == row.id;
    }
    if row.is_text(field) {
        return tokens(row, field).contains(&text(wanted));
    }
    row.values(field)
        .iter()
        .any(|value| compare(value, wanted).is_eq())
}

fn score_text(row: &Row<'_>, field: Option<&str>, wanted: &str, how: How) -> Option<f64> {
    let fields: Vec<&str> = field.map_or_else(|| row.fields().collect(), |field| vec![field]);
    let scores = fields.into_iter().filter_map(|field| {
        let there = tokens(row, field);
        let words = if row.is_text(field) {
            words(wanted)
        } else {
            vec![wanted.to_owned()]
        };
        let found = words.iter().filter(|word| there.contains(word)).count();
        let fits = match how {
            How::Any => found > 0,
            How::Every => found == words.len(),
            How::InARow => there.windows(words.len().max(1)).any(|part| part == words),
        };
        #[expect(clippy::cast_precision_loss, reason = "a count of words")]
        (fits && found > 0).then_some(found as f64)
    });
    scores.reduce(f64::max)
}

/// The words of a text field; the values of any other.
fn tokens(row: &Row<'_>, field: &str) -> Vec<String> {
    let values = row.values(field).into_iter().map(text);
    if row.is_text(field) {
        values.flat_map(|value| words(&value)).collect()
    } else {
        values.collect()
    }
}

fn within(value: &Value, name: &str, bound: &Value) -> bool {
    let order = compare(value, bound);
    match name {
        "gt" => order.is_gt(),
        "gte" | "from" => order.is_ge(),
        "lt" => order.is_lt(),
        "lte" | "to" => order.is_le(),
        _ => true,
    }
}
