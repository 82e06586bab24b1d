//! Queries, and which documents they match.

use serde_json::Value;

use super::super::error::ApiError;
use super::super::snapshot::{IndexView, Row, Snapshot};
use super::field_query::{Bound, Condition, FieldQuery, Pattern, TextMatch};

/// A query: it matches a document with a score, or does not match it.
#[derive(Debug, Clone)]
pub(super) enum Query {
    All,
    Nothing,
    /// A query string with an open quote or parenthesis: every shard finds the error.
    Malformed(String),
    Ids(Vec<String>),
    Exists(String),
    Terms {
        field: String,
        values: Vec<Value>,
    },
    Match {
        /// `None` for all fields.
        field: Option<String>,
        text: Value,
        how: TextMatch,
        /// Whether a value that does not fit the field matches nothing, instead of being an error.
        lenient: bool,
    },
    Range {
        field: String,
        bounds: Vec<(Bound, Value)>,
        lenient: bool,
    },
    Like {
        field: String,
        pattern: Pattern,
        lenient: bool,
    },
    Bool {
        must: Vec<Self>,
        should: Vec<Self>,
        must_not: Vec<Self>,
        /// How many of `should` must match.
        at_least: usize,
    },
}

/// The rows that match a query, with their scores, in the order in which they were written.
pub(super) fn matching<'a>(
    query: &Query,
    snapshot: &'a Snapshot,
) -> Result<Vec<Row<'a>>, ApiError> {
    let errors: Vec<ApiError> = snapshot
        .indices()
        .filter_map(|index| query.check(index).err())
        .collect();
    ApiError::of_shards(errors, snapshot.indices().count())?;
    let mut rows = snapshot.rows();
    rows.retain_mut(|row| match query.score(row) {
        Some(score) => {
            row.score = score;
            true
        }
        None => false,
    });
    Ok(rows)
}

impl Query {
    /// A query that matches if one of these does.
    pub(super) fn any(should: Vec<Self>) -> Self {
        Self::Bool {
            must: Vec::new(),
            should,
            must_not: Vec::new(),
            at_least: 1,
        }
    }

    /// Refuses a query that does not fit the fields of an index.
    fn check(&self, index: &IndexView) -> Result<(), ApiError> {
        match self {
            Self::Malformed(query) => {
                let reason = format!("Failed to parse query [{query}]");
                let cause = format!("Cannot parse '{query}'");
                let error = index.query_error(&reason);
                Err(error.caused_by("parse_exception", &cause))
            }
            Self::Bool {
                must,
                should,
                must_not,
                ..
            } => {
                let mut clauses = must.iter().chain(should).chain(must_not);
                clauses.try_for_each(|query| query.check(index))
            }
            Self::All | Self::Nothing | Self::Ids(_) | Self::Exists(_) => Ok(()),
            query => {
                let mut fields = query.fields(index).into_iter();
                fields.try_for_each(|field| field.check(index))
            }
        }
    }

    /// The score of a document; `None` if the query does not match it.
    fn score(&self, row: &Row<'_>) -> Option<f64> {
        let is_match = match self {
            Self::All => true,
            Self::Nothing | Self::Malformed(_) => false,
            Self::Ids(ids) => ids.iter().any(|id| id == row.id),
            Self::Exists(field) => row.has(field),
            Self::Bool {
                must,
                should,
                must_not,
                at_least,
            } => {
                if must_not.iter().any(|query| query.score(row).is_some()) {
                    return None;
                }
                let must: Option<Vec<f64>> = must.iter().map(|query| query.score(row)).collect();
                let should: Vec<f64> = should.iter().filter_map(|query| query.score(row)).collect();
                let is_enough = should.len() >= *at_least;
                return must
                    .filter(|_| is_enough)
                    .map(|must| must.iter().chain(&should).sum());
            }
            query => {
                let fields = query.fields(row.index).into_iter();
                let scores = fields.filter_map(|field| field.score(row));
                return scores.reduce(f64::max);
            }
        };
        is_match.then_some(1.0)
    }

    /// What this query asks of single fields of an index.
    fn fields(&self, index: &IndexView) -> Vec<FieldQuery<'_>> {
        let (field, condition, lenient) = match self {
            Self::Terms { field, values } => (Some(field), Condition::Terms(values), false),
            Self::Range {
                field,
                bounds,
                lenient,
            } => (Some(field), Condition::Range(bounds), *lenient),
            Self::Like {
                field,
                pattern,
                lenient,
            } => (Some(field), Condition::Like(pattern), *lenient),
            Self::Match {
                field,
                text,
                how,
                lenient,
            } => (field.as_ref(), Condition::Match(text, *how), *lenient),
            _ => return Vec::new(),
        };
        let (paths, of_all_fields) = match field {
            Some(field) => (vec![field.clone()], false),
            None => (index.leaves(), true),
        };
        let fields = paths.into_iter().map(|path| FieldQuery {
            path,
            condition,
            lenient: lenient || of_all_fields,
            of_all_fields,
        });
        fields.collect()
    }
}
