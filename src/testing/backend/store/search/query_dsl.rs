//! Queries as JSON: `{"bool": {"must": {"match": {"title": "redemption"}}}}`.

use serde_json::{Map, Value};

use super::super::error::ApiError;
use super::super::json::{is_listed, members, text};
use super::field_query::{Bound, Pattern, TextMatch};
use super::query::Query;
use super::query_string::{self, Target};

/// Reads a query: an object with one member, the name of the query.
pub(super) fn read(query: &Value) -> Result<Query, ApiError> {
    let Some(clauses) = query.as_object() else {
        return Err(ApiError::unsupported(query, "as a query"));
    };
    let mut clauses = clauses.iter();
    let (name, given) = match (clauses.next(), clauses.next()) {
        (Some(clause), None) => clause,
        (None, _) => return Err(ApiError::unsupported("{}", "as a query")),
        (Some((name, _)), Some(_)) => {
            return Err(ApiError::parsing(format!(
                "[{name}] malformed query, expected [END_OBJECT] but found [FIELD_NAME]"
            )));
        }
    };
    let place = format!("in a query `{name}`");
    match name.as_str() {
        "match_all" => members(given, "", &place).map(|_| Query::All),
        "match_none" => members(given, "", &place).map(|_| Query::Nothing),
        "term" => term(given),
        "terms" => terms(given),
        "match" => matching(name, given, "query operator"),
        "match_phrase" => matching(name, given, "query"),
        "multi_match" => multi_match(given),
        "ids" => ids(given),
        "exists" => exists(given),
        "range" => range(given),
        "prefix" | "wildcard" => pattern(name, given),
        "query_string" => query_string_of(given),
        "constant_score" => match members(given, "filter", &place)?.get("filter") {
            Some(filter) => read(filter),
            None => Err(ApiError::unsupported(given, place)),
        },
        "bool" => read_bool(given),
        other if is_listed(OF_OPENSEARCH, other) => Err(ApiError::unsupported(other, "as a query")),
        other => {
            let reason = format!("unknown field [{other}]");
            Err(ApiError::parsing(format!("unknown query [{other}]"))
                .caused_by("named_object_not_found_exception", &reason))
        }
    }
}

fn term(given: &Value) -> Result<Query, ApiError> {
    let (field, value) = of_field("term", given)?;
    let value = match value {
        Value::Object(_) => members(value, "value", "in a query `term`")?
            .get("value")
            .unwrap_or(&Value::Null),
        value => value,
    };
    match value {
        Value::Null | Value::Array(_) | Value::Object(_) => {
            Err(ApiError::unsupported(value, "in a query `term`"))
        }
        value => Ok(Query::Terms {
            field,
            values: vec![value.clone()],
        }),
    }
}

fn terms(given: &Value) -> Result<Query, ApiError> {
    let (field, values) = of_field("terms", given)?;
    let is_scalar = |value: &Value| value.is_string() || value.is_number() || value.is_boolean();
    match values {
        Value::Array(values) if values.iter().all(is_scalar) => Ok(Query::Terms {
            field,
            values: values.clone(),
        }),
        other => Err(ApiError::unsupported(other, "as values of a query `terms`")),
    }
}

fn matching(name: &str, given: &Value, allowed: &str) -> Result<Query, ApiError> {
    let place = format!("in a query `{name}`");
    let (field, value) = of_field(name, given)?;
    let (wanted, operator) = match value {
        Value::Object(_) => {
            let members = members(value, allowed, &place)?;
            (members.get("query"), members.get("operator"))
        }
        value => (Some(value), None),
    };
    let Some(wanted @ (Value::String(_) | Value::Number(_) | Value::Bool(_))) = wanted else {
        return Err(ApiError::unsupported(value, place));
    };
    let operator = operator.map(text).unwrap_or_default().to_lowercase();
    let how = match (name, operator.as_str()) {
        ("match_phrase", _) => TextMatch::Phrase,
        (_, "" | "or") => TextMatch::Any,
        (_, "and") => TextMatch::All,
        (_, other) => return Err(ApiError::unsupported(other, place)),
    };
    Ok(Query::Match {
        field: Some(field),
        text: wanted.clone(),
        how,
        lenient: false,
    })
}

fn multi_match(given: &Value) -> Result<Query, ApiError> {
    let place = "in a query `multi_match`";
    let given = members(given, "query fields", place)?;
    let Some(wanted @ (Value::String(_) | Value::Number(_) | Value::Bool(_))) = given.get("query")
    else {
        return Err(ApiError::unsupported(
            "multi_match",
            "as a query without a text",
        ));
    };
    let fields = fields(given, place)?.ok_or_else(|| {
        ApiError::unsupported(
            "multi_match",
            "as a query of all fields: list them in `fields`",
        )
    })?;
    let should = fields.into_iter().map(|field| Query::Match {
        field: Some(field),
        text: wanted.clone(),
        how: TextMatch::Any,
        lenient: false,
    });
    Ok(Query::any(should.collect()))
}

fn ids(given: &Value) -> Result<Query, ApiError> {
    let place = "in a query `ids`";
    let ids = match members(given, "values", place)?.get("values") {
        None => Vec::new(),
        Some(id @ (Value::String(_) | Value::Number(_))) => vec![text(id)],
        Some(Value::Array(ids)) if ids.iter().all(|id| id.is_string() || id.is_number()) => {
            ids.iter().map(text).collect()
        }
        Some(other) => return Err(ApiError::unsupported(other, place)),
    };
    Ok(Query::Ids(ids))
}

fn exists(given: &Value) -> Result<Query, ApiError> {
    let place = "in a query `exists`";
    match members(given, "field", place)?.get("field") {
        Some(Value::String(field)) if field.contains('*') || field.starts_with('_') => {
            Err(ApiError::unsupported(field, place))
        }
        Some(Value::String(field)) => Ok(Query::Exists(field.clone())),
        _ => Err(ApiError::unsupported(given, place)),
    }
}

fn range(given: &Value) -> Result<Query, ApiError> {
    let place = "in a query `range`";
    let (field, bounds) = of_field("range", given)?;
    let given = members(bounds, "gt gte lt lte", place)?;
    let pairs = [["gt", "gte"], ["lt", "lte"]];
    if let Some(both) = pairs
        .iter()
        .find(|names| names.iter().all(|name| given.contains_key(*name)))
    {
        return Err(ApiError::unsupported(both.join(" and "), place));
    }
    let mut bounds = Vec::new();
    for (name, value) in given {
        match (Bound::of_name(name), value) {
            (_, Value::Null) | (None, _) => {}
            (_, Value::Array(_) | Value::Object(_)) => {
                return Err(ApiError::unsupported(value, place));
            }
            (Some(bound), value) => bounds.push((bound, value.clone())),
        }
    }
    if bounds.is_empty() {
        // OpenSearch, too, reads a range without bounds as a query for any value.
        return Ok(Query::Exists(field));
    }
    Ok(Query::Range {
        field,
        bounds,
        lenient: false,
    })
}

fn pattern(name: &str, given: &Value) -> Result<Query, ApiError> {
    let place = format!("in a query `{name}`");
    let (field, value) = of_field(name, given)?;
    let value = match value {
        Value::Object(_) => members(value, "value", &place)?
            .get("value")
            .unwrap_or(&Value::Null),
        value => value,
    };
    let Some(given) = value.as_str() else {
        return Err(ApiError::unsupported(value, place));
    };
    let given = given.to_owned();
    let pattern = if name == "prefix" {
        Pattern::Prefix(given)
    } else if let Some(special) = given.chars().find(|c| "?\\".contains(*c)) {
        return Err(ApiError::unsupported(special, place));
    } else {
        Pattern::Wildcard(given)
    };
    Ok(Query::Like {
        field,
        pattern,
        lenient: false,
    })
}

fn query_string_of(given: &Value) -> Result<Query, ApiError> {
    let place = "in a query `query_string`";
    let given = members(given, "query fields default_field", place)?;
    let Some(Value::String(query)) = given.get("query") else {
        return Err(ApiError::unsupported(
            "query_string",
            "as a query without a text",
        ));
    };
    let target = match (fields(given, place)?, given.get("default_field")) {
        (None, None) => Target::all_fields(),
        (Some(fields), None) => Target::fields(fields),
        (None, Some(Value::String(field))) if !field.contains(['*', '^']) => {
            Target::fields(vec![field.clone()])
        }
        (_, Some(field)) => {
            let name = format!("\"default_field\": {field}");
            return Err(ApiError::unsupported(name, place));
        }
    };
    query_string::parse(query, &target)
}

fn read_bool(given: &Value) -> Result<Query, ApiError> {
    let place = "in a query `bool`";
    let allowed = "must filter should must_not minimum_should_match";
    let given = members(given, allowed, place)?;
    let clauses = |name: &str| match given.get(name) {
        None => Ok(Vec::new()),
        Some(Value::Array(clauses)) => clauses.iter().map(read).collect(),
        Some(clause) => read(clause).map(|clause| vec![clause]),
    };
    let must = [clauses("must")?, clauses("filter")?].concat();
    let should = clauses("should")?;
    let at_least = match given.get("minimum_should_match") {
        None => usize::from(must.is_empty() && !should.is_empty()),
        Some(wanted) if should.is_empty() => {
            let name = format!("\"minimum_should_match\": {wanted}");
            return Err(ApiError::unsupported(
                name,
                "in a query `bool` without `should`",
            ));
        }
        Some(wanted) => match wanted.as_u64().map(usize::try_from) {
            // Without other clauses, one of `should` must match in any case.
            Some(Ok(wanted)) if must.is_empty() => wanted.max(1),
            Some(Ok(wanted)) => wanted,
            _ => {
                let name = format!("\"minimum_should_match\": {wanted}");
                return Err(ApiError::unsupported(name, place));
            }
        },
    };
    Ok(Query::Bool {
        must,
        should,
        must_not: clauses("must_not")?,
        at_least,
    })
}

/// The `fields` of a query, without patterns and boosts.
fn fields(given: &Map<String, Value>, place: &str) -> Result<Option<Vec<String>>, ApiError> {
    let fields = match given.get("fields") {
        None => return Ok(None),
        Some(Value::String(field)) => vec![field.clone()],
        Some(Value::Array(fields)) if !fields.is_empty() && fields.iter().all(Value::is_string) => {
            fields.iter().map(text).collect()
        }
        Some(other) => return Err(ApiError::unsupported(other, place)),
    };
    match fields.iter().find(|field| field.contains(['*', '^'])) {
        Some(field) => Err(ApiError::unsupported(field, place)),
        None => Ok(Some(fields)),
    }
}

/// The one field of a query, and what is asked of it.
fn of_field<'a>(query: &str, given: &'a Value) -> Result<(String, &'a Value), ApiError> {
    let place = format!("in a query `{query}`");
    let members = given.as_object().into_iter().flatten();
    if let Some((option, _)) = members
        .clone()
        .find(|(name, _)| is_listed("boost _name", name))
    {
        return Err(ApiError::unsupported(option, place));
    }
    match members.collect::<Vec<_>>()[..] {
        [(field, value)] => Ok((field.clone(), value)),
        _ => Err(ApiError::unsupported(given, place)),
    }
}

/// Queries of OpenSearch that the store does not support.
const OF_OPENSEARCH: &str = "\
    boosting combined_fields common dis_max distance_feature field_masking_span function_score \
    fuzzy geo_bounding_box geo_distance geo_polygon geo_shape geoshape has_child has_parent \
    hybrid intervals knn match_bool_prefix match_phrase_prefix more_like_this nested neural \
    neural_sparse parent_id percolate rank_feature regexp script script_score \
    simple_query_string span_containing span_first span_gap span_multi span_near span_not \
    span_or span_term span_within template terms_set type wrapper xy_shape";
