//! Aggregations over what matched.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::super::error::ApiError;
use super::super::scalar::{compare, text};
use super::super::snapshot::Row;
use super::sort::no_fielddata;

/// The answer to each named aggregation.
pub(super) fn run(wanted: &Value, rows: &[Row<'_>]) -> Result<Value, ApiError> {
    let mut answers = Map::new();
    for (name, wanted) in wanted.as_object().into_iter().flatten() {
        answers.insert(name.clone(), one(name, wanted, rows)?);
    }
    Ok(Value::Object(answers))
}

fn one(name: &str, wanted: &Value, rows: &[Row<'_>]) -> Result<Value, ApiError> {
    let fields = wanted.as_object().into_iter().flatten();
    let mut kinds =
        fields.filter(|(kind, _)| !["aggs", "aggregations", "meta"].contains(&&***kind));
    let Some((kind, given)) = kinds.next() else {
        let reason = format!("Missing definition for aggregation [{name}]");
        return Err(ApiError::parsing(reason));
    };
    let field = text(&given["field"]);
    if let Some(row) = rows.first()
        && row.is_text(&field)
    {
        return Err(no_fielddata(&field).on_shards());
    }
    let values = rows.iter().flat_map(|row| row.values(&field));
    let numbers = values.clone().filter_map(Value::as_f64);
    #[expect(clippy::cast_precision_loss, reason = "a count of values")]
    let count = numbers.clone().count() as f64;
    let sum: f64 = numbers.clone().sum();
    let (min, max) = (numbers.clone().reduce(f64::min), numbers.reduce(f64::max));
    let average = (count > 0.0).then(|| sum / count);
    Ok(match kind.as_str() {
        "terms" => terms(wanted, given, &field, rows)?,
        "sum" => json!({ "value": sum }),
        "min" => json!({ "value": min }),
        "max" => json!({ "value": max }),
        "avg" => json!({ "value": average }),
        "value_count" => json!({ "value": values.count() }),
        "cardinality" => {
            let distinct: std::collections::BTreeSet<String> = values.map(text).collect();
            json!({ "value": distinct.len() })
        }
        "stats" => {
            json!({ "count": values.count(), "min": min, "max": max, "avg": average, "sum": sum })
        }
        other => {
            let reason = format!("Unknown aggregation type [{other}]");
            return Err(ApiError::parsing(reason));
        }
    })
}

/// Buckets by value, the fullest first.
fn terms(wanted: &Value, given: &Value, field: &str, rows: &[Row<'_>]) -> Result<Value, ApiError> {
    let mut groups: BTreeMap<String, (Value, Vec<Row<'_>>)> = BTreeMap::new();
    for row in rows {
        let mut values = row.values(field);
        values.sort_by(|a, b| compare(a, b));
        values.dedup();
        for value in values {
            let group = groups
                .entry(text(value))
                .or_insert_with(|| (value.clone(), Vec::new()));
            group.1.push(row.clone());
        }
    }
    let mut groups: Vec<(Value, Vec<Row<'_>>)> = groups.into_values().collect();
    groups.sort_by(|a, b| b.1.len().cmp(&a.1.len()).then_with(|| compare(&a.0, &b.0)));
    let size = given["size"]
        .as_u64()
        .and_then(|n| usize::try_from(n).ok())
        .unwrap_or(10);
    let others: usize = groups.iter().skip(size).map(|group| group.1.len()).sum();
    let inner = if wanted["aggs"].is_null() {
        &wanted["aggregations"]
    } else {
        &wanted["aggs"]
    };
    let mut buckets = Vec::new();
    for (key, rows) in groups.into_iter().take(size) {
        let mut bucket = json!({ "key": key, "doc_count": rows.len() });
        if let Value::Bool(flag) = key {
            bucket["key"] = json!(u8::from(flag));
            bucket["key_as_string"] = json!(flag.to_string());
        }
        if let (Value::Object(inner), Some(bucket)) = (run(inner, &rows)?, bucket.as_object_mut()) {
            bucket.extend(inner);
        }
        buckets.push(bucket);
    }
    Ok(json!({
        "doc_count_error_upper_bound": 0,
        "sum_other_doc_count": others,
        "buckets": buckets,
    }))
}
