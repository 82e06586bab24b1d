//! `q=title:redemption AND year:[1990 TO 2000] -draft`.

use serde_json::{Value, json};

use super::query::{How, Query};

/// Reads Lucene's query syntax, without boosts, slop and fuzziness.
pub(super) fn parse(text: &str, fields: &[String]) -> Query {
    let Some(tokens) = tokens(text) else {
        return Query::Malformed(text.to_owned());
    };
    let (mut must, mut should, mut must_not) = (Vec::new(), Vec::new(), Vec::new());
    let (mut and, mut not) = (false, false);
    for token in tokens {
        match token.as_str() {
            "AND" | "&&" => {
                and = true;
                must.extend(should.pop());
                continue;
            }
            "OR" | "||" => continue,
            "NOT" | "!" => {
                not = true;
                continue;
            }
            _ => {}
        }
        let (sign, clause) = match token.split_at_checked(1) {
            Some((sign @ ("+" | "-"), rest)) => (sign, rest),
            _ => ("", token.as_str()),
        };
        let query = clause_of(clause, fields);
        if not || sign == "-" {
            must_not.push(query);
        } else if and || sign == "+" {
            must.push(query);
        } else {
            should.push(query);
        }
        (and, not) = (false, false);
    }
    let at_least = usize::from(must.is_empty() && !should.is_empty());
    Query::Bool {
        must,
        should,
        must_not,
        at_least,
    }
}

/// Splits at spaces that are not within quotes, brackets or parentheses; `None` if those are not
/// closed. A backslash keeps what follows.
fn tokens(text: &str) -> Option<Vec<String>> {
    let (mut tokens, mut token) = (Vec::new(), String::new());
    let mut open = Vec::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match (character, open.last()) {
            (' ', None) => {
                tokens.push(std::mem::take(&mut token));
                continue;
            }
            ('\\', _) => {
                token.push('\\');
                token.extend(characters.next());
                continue;
            }
            ('"', Some('"')) => drop(open.pop()),
            (_, Some('"')) => {}
            ('"' | '(' | '[' | '{', _) => open.push(character),
            (')', _) => drop(open.pop().filter(|opening| *opening == '(')?),
            (']' | '}', _) => drop(open.pop().filter(|opening| *opening != '(')?),
            _ => {}
        }
        token.push(character);
    }
    tokens.push(token);
    tokens.retain(|token| !token.is_empty());
    open.is_empty().then_some(tokens)
}

fn clause_of(clause: &str, fields: &[String]) -> Query {
    if clause == "*" || clause == "*:*" {
        return Query::All;
    }
    match split_field(clause) {
        Some(("_exists_", field)) => Query::Exists(field.to_owned()),
        Some(("_id", id)) => Query::Ids(vec![plain(id)]),
        Some((field, value)) => of_field(Some(plain(field)), value),
        None if fields.is_empty() => of_field(None, clause),
        None => Query::any(
            fields
                .iter()
                .map(|field| of_field(Some(field.clone()), clause))
                .collect(),
        ),
    }
}

/// The field before the first colon that no backslash stands before.
fn split_field(clause: &str) -> Option<(&str, &str)> {
    let mut escaped = false;
    for (at, character) in clause.char_indices() {
        match character {
            '"' | '(' if !escaped => return None,
            ':' if !escaped => return Some((&clause[..at], &clause[at + 1..])),
            _ => escaped = character == '\\' && !escaped,
        }
    }
    None
}

fn of_field(field: Option<String>, value: &str) -> Query {
    if let Some(group) = value
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'))
    {
        return parse(group, field.as_slice());
    }
    if let Some(phrase) = value.strip_prefix('"') {
        return Query::Match {
            field,
            text: plain(phrase.trim_end_matches('"')),
            how: How::InARow,
        };
    }
    if let Some(field) = &field {
        if let Some(bounds) = range(value) {
            return Query::Range {
                field: field.clone(),
                bounds,
            };
        }
        if value == "*" {
            return Query::Exists(field.clone());
        }
        if value.contains('*') {
            return Query::Like {
                field: field.clone(),
                pattern: value.to_lowercase(),
            };
        }
    }
    Query::Match {
        field,
        text: plain(value),
        how: How::Any,
    }
}

/// `[1990 TO 2000]`, `{1990 TO *]`, `>=1990`.
fn range(value: &str) -> Option<Vec<(String, Value)>> {
    for (sign, name) in [(">=", "gte"), ("<=", "lte"), (">", "gt"), ("<", "lt")] {
        if let Some(bound) = value.strip_prefix(sign) {
            return Some(vec![(name.to_owned(), json!(bound))]);
        }
    }
    let low = if value.starts_with('[') { "gte" } else { "gt" };
    let high = if value.ends_with(']') { "lte" } else { "lt" };
    let inner = value.strip_prefix(['[', '{'])?.strip_suffix([']', '}'])?;
    let (from, to) = inner.split_once(" TO ")?;
    let bounds = [(low, from.trim()), (high, to.trim())];
    let bounds = bounds.into_iter().filter(|(_, bound)| *bound != "*");
    Some(
        bounds
            .map(|(name, bound)| (name.to_owned(), json!(bound)))
            .collect(),
    )
}

fn plain(text: &str) -> String {
    text.replace('\\', "")
}
