//! Lucene's query syntax: `title:redemption AND year:[1990 TO 2000] -draft`.
//!
//! Boosts, slop, fuzziness, regular expressions and patterns with `?` are refused, and so is most of
//! what OpenSearch cannot parse.

use serde_json::{Value, json};

use super::super::error::ApiError;
use super::field_query::{Bound, Pattern, TextMatch};
use super::query::Query;
use super::syntax::{
    Clause, Operator, Sign, clauses, group, has_unescaped, joined, split_field, tokens, unescaped,
    unsupported,
};

/// Where a query string looks for words without a field.
#[derive(Debug, Clone)]
pub(super) struct Target {
    /// Empty for all fields.
    fields: Vec<String>,
}

impl Target {
    /// All fields. A value that does not fit a field then matches nothing.
    pub(super) fn all_fields() -> Self {
        Self { fields: Vec::new() }
    }

    /// These fields. A value that does not fit one of them is an error.
    pub(super) fn fields(fields: Vec<String>) -> Self {
        Self { fields }
    }

    fn is_lenient(&self) -> bool {
        self.fields.is_empty()
    }
}

/// Reads a query string.
pub(super) fn parse(text: &str, target: &Target) -> Result<Query, ApiError> {
    if tokens(text).is_none() {
        return Ok(Query::Malformed(text.to_owned()));
    }
    read(text, &target.fields, target.is_lenient(), false)
}

/// Reads a query string or a group within one.
fn read(text: &str, fields: &[String], lenient: bool, is_group: bool) -> Result<Query, ApiError> {
    if text.trim().is_empty() {
        return Ok(Query::Nothing);
    }
    let mut signed: Vec<(Sign, Query)> = Vec::new();
    for Clause {
        operator,
        sign,
        text,
    } in joined(clauses(text)?)
    {
        // `AND` concerns the clause before as well, unless that is excluded.
        if operator == Operator::And
            && let Some((before, _)) = signed.last_mut()
            && *before != Sign::MustNot
        {
            *before = Sign::Must;
        }
        let sign = match (operator, sign) {
            (Operator::And, Sign::Should) => Sign::Must,
            (_, sign) => sign,
        };
        signed.push((sign, clause(&text, fields, lenient)?));
    }
    let of_sign = |wanted: Sign| {
        let all = signed.iter().filter(move |(sign, _)| *sign == wanted);
        all.map(|(_, query)| query.clone()).collect::<Vec<_>>()
    };
    let (must, should) = (of_sign(Sign::Must), of_sign(Sign::Should));
    if is_group && must.is_empty() && should.is_empty() {
        // It matches nothing, while the same as a whole query matches all other documents.
        return Err(unsupported(text));
    }
    let at_least = usize::from(must.is_empty() && !should.is_empty());
    Ok(Query::Bool {
        must,
        should,
        must_not: of_sign(Sign::MustNot),
        at_least,
    })
}

fn clause(text: &str, fields: &[String], lenient: bool) -> Result<Query, ApiError> {
    if text == "*" || text == "*:*" {
        return Ok(Query::All);
    }
    if text.starts_with('(') {
        let inner = group(text).ok_or_else(|| unsupported(text))?;
        return read(inner, fields, lenient, true);
    }
    let Some((field, value)) = split_field(text) else {
        return match fields {
            [] => of_field(None, text, lenient),
            fields => {
                let queries = fields
                    .iter()
                    .map(|field| of_field(Some(field), text, lenient));
                queries.collect::<Result<_, _>>().map(Query::any)
            }
        };
    };
    if field.is_empty() || value.is_empty() || field.contains(['*', '\\']) {
        return Err(unsupported(text));
    }
    match field {
        "_exists_" | "_id" if has_unescaped(value, "()[]{}\":*") => Err(unsupported(text)),
        "_exists_" => Ok(Query::Exists(unescaped(value))),
        "_id" => Ok(Query::Ids(vec![unescaped(value)])),
        field => of_field(Some(field), value, lenient),
    }
}

/// What a clause asks of a field, or of all fields.
fn of_field(field: Option<&str>, value: &str, lenient: bool) -> Result<Query, ApiError> {
    if value.starts_with('(') {
        let inner = group(value).ok_or_else(|| unsupported(value))?;
        let field: Vec<String> = field.map(str::to_owned).into_iter().collect();
        return read(inner, &field, lenient, true);
    }
    let matching = |text: String, how| Query::Match {
        field: field.map(str::to_owned),
        text: json!(text),
        how,
        lenient,
    };
    if let Some(phrase) = value.strip_prefix('"') {
        return match phrase.strip_suffix('"') {
            Some(phrase) if !has_unescaped(phrase, "\"") => {
                Ok(matching(unescaped(phrase), TextMatch::Phrase))
            }
            _ => Err(unsupported(value)),
        };
    }
    if let Some(field) = field
        && let Some(bounds) = range(value)?
    {
        let field = field.to_owned();
        return Ok(match bounds.is_empty() {
            true => Query::Exists(field),
            false => Query::Range {
                field,
                bounds,
                lenient,
            },
        });
    }
    if has_unescaped(value, ":!(){}[]\"&|") {
        return Err(unsupported(value));
    }
    if !has_unescaped(value, "*") {
        return Ok(matching(unescaped(value), TextMatch::Any));
    }
    match field {
        Some(field) if value == "*" => Ok(Query::Exists(field.to_owned())),
        Some(field) if !value.contains('\\') => Ok(Query::Like {
            field: field.to_owned(),
            pattern: Pattern::OfQueryString(value.to_owned()),
            lenient,
        }),
        _ => Err(unsupported(value)),
    }
}

/// Reads `[1990 TO 2000]`, `{1990 TO *]` or `>=1990`; `None` for anything else.
fn range(value: &str) -> Result<Option<Vec<(Bound, Value)>>, ApiError> {
    for (sign, bound) in [
        (">=", Bound::AtLeast),
        ("<=", Bound::AtMost),
        (">", Bound::Above),
        ("<", Bound::Below),
    ] {
        if let Some(limit) = value.strip_prefix(sign) {
            if limit.is_empty() || has_unescaped(limit, "!(){}[]\":*&|<>=") {
                return Err(unsupported(value));
            }
            return Ok(Some(vec![(bound, json!(unescaped(limit)))]));
        }
    }
    let Some(inner) = value.strip_prefix(['[', '{']) else {
        return Ok(None);
    };
    let inner = inner
        .strip_suffix([']', '}'])
        .and_then(|inner| inner.split_once(" TO "));
    let (from, to) = inner.ok_or_else(|| unsupported(value))?;
    let low = if value.starts_with('[') {
        Bound::AtLeast
    } else {
        Bound::Above
    };
    let high = if value.ends_with(']') {
        Bound::AtMost
    } else {
        Bound::Below
    };
    let mut bounds = Vec::new();
    for (bound, limit) in [(low, from.trim()), (high, to.trim())] {
        if limit.is_empty() || has_unescaped(limit, "!(){}[]\" ") {
            return Err(unsupported(value));
        }
        if limit != "*" {
            bounds.push((bound, json!(unescaped(limit))));
        }
    }
    Ok(Some(bounds))
}
