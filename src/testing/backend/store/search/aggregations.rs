//! Aggregations over the documents that a query matches.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::super::error::ApiError;
use super::super::json::members;
use super::super::mapping::{Kind, Term};
use super::super::snapshot::{Row, Snapshot};
use super::sort::no_fielddata;

/// An aggregation of a search.
#[derive(Debug)]
pub(super) struct Aggregation {
    name: String,
    function: &'static str,
    field: String,
    /// How many buckets a `terms` aggregation returns.
    size: usize,
    inner: Vec<Self>,
}

/// Reads `aggs` of a body.
pub(super) fn read(wanted: &Value) -> Result<Vec<Aggregation>, ApiError> {
    let Some(wanted) = wanted.as_object() else {
        return Err(ApiError::unsupported(wanted, "as aggregations"));
    };
    let all = wanted.iter().map(|(name, wanted)| read_one(name, wanted));
    all.collect()
}

/// The results of aggregations, by name.
pub(super) fn run(
    aggregations: &[Aggregation],
    snapshot: &Snapshot,
    rows: &[Row<'_>],
) -> Result<Value, ApiError> {
    let mut results = Map::new();
    for aggregation in aggregations {
        results.insert(aggregation.name.clone(), aggregation.run(snapshot, rows)?);
    }
    Ok(Value::Object(results))
}

fn read_one(name: &str, wanted: &Value) -> Result<Aggregation, ApiError> {
    if name.contains(['[', ']', '>']) {
        return Err(ApiError::parsing(format!(
            "Invalid aggregation name [{name}]. Aggregation names can contain any character except \
             '[', ']', and '>'"
        )));
    }
    let place = format!("in the aggregation `{name}`");
    let Some(wanted) = wanted.as_object() else {
        return Err(ApiError::unsupported(wanted, place));
    };
    let mut functions = wanted.iter().filter(|(key, _)| !INNER.contains(&&***key));
    let (function, given) = match (functions.next(), functions.next()) {
        (Some(function), None) => function,
        (None, _) => {
            let reason = format!("Missing definition for aggregation [{name}]");
            return Err(ApiError::parsing(reason));
        }
        (Some((first, _)), Some((second, _))) => {
            let other = [first, second];
            let other = other
                .iter()
                .find(|name| !FUNCTIONS.contains(&name.as_str()));
            return Err(ApiError::unsupported(other.unwrap_or(&second), place));
        }
    };
    let Some(function) = FUNCTIONS.iter().find(|known| *known == function) else {
        return Err(ApiError::unsupported(function, "as an aggregation"));
    };
    let is_terms = *function == "terms";
    let allowed = if is_terms { "field size" } else { "field" };
    let members = members(given, allowed, &place)?;
    let Some(Value::String(field)) = members.get("field") else {
        return Err(ApiError::unsupported(given, place));
    };
    if field.starts_with('_') {
        return Err(ApiError::unsupported(field, place));
    }
    let size = match members.get("size") {
        None => 10,
        Some(size) => match size.as_u64().map(usize::try_from) {
            Some(Ok(size)) if size > 0 => size,
            _ => {
                return Err(ApiError::unsupported(
                    format_args!("\"size\": {size}"),
                    place,
                ));
            }
        },
    };
    let mut inner = Vec::new();
    for key in INNER {
        match wanted.get(key) {
            None => {}
            Some(wanted) if is_terms && inner.is_empty() => inner = read(wanted)?,
            Some(_) => return Err(ApiError::unsupported(key, place)),
        }
    }
    Ok(Aggregation {
        name: name.to_owned(),
        function,
        field: field.clone(),
        size,
        inner,
    })
}

impl Aggregation {
    fn run(&self, snapshot: &Snapshot, rows: &[Row<'_>]) -> Result<Value, ApiError> {
        let kind = snapshot.kind(&self.field)?;
        let is_metric = !["terms", "cardinality", "value_count"].contains(&self.function);
        match kind {
            Some(Kind::Text) => return Err(no_fielddata(&self.field)),
            Some(Kind::Date) => {
                let place = "as a field to aggregate by: its type is date";
                return Err(ApiError::unsupported(&self.field, place));
            }
            Some(Kind::Boolean) if is_metric => {
                let place = "as a field of a metric aggregation: its type is boolean";
                return Err(ApiError::unsupported(&self.field, place));
            }
            Some(Kind::Keyword) if is_metric => {
                return Err(ApiError::illegal_argument(format!(
                    "Field [{}] of type [keyword] is not supported for aggregation [{}]",
                    self.field, self.function
                )));
            }
            _ => {}
        }
        if self.function == "terms" {
            return self.terms(snapshot, rows);
        }
        let terms: Vec<Term> = rows
            .iter()
            .flat_map(|row| distinct_keywords(row.terms(&self.field)))
            .collect();
        let numbers: Vec<f64> = terms.iter().filter_map(Term::number).collect();
        let sum = sum(&numbers);
        let min = numbers.iter().copied().reduce(f64::min);
        let max = numbers.iter().copied().reduce(f64::max);
        #[expect(clippy::cast_precision_loss, reason = "a count of values")]
        let average = (!numbers.is_empty()).then(|| sum / numbers.len() as f64);
        Ok(match self.function {
            "sum" => json!({ "value": sum }),
            "min" => json!({ "value": min }),
            "max" => json!({ "value": max }),
            "avg" => json!({ "value": average }),
            "value_count" => json!({ "value": terms.len() }),
            "cardinality" => json!({ "value": sorted_groups(terms).len() }),
            _ => json!({
                "count": numbers.len(), "min": min, "max": max, "avg": average, "sum": sum,
            }),
        })
    }

    /// Buckets by value, the fullest first.
    fn terms(&self, snapshot: &Snapshot, rows: &[Row<'_>]) -> Result<Value, ApiError> {
        let mut groups: BTreeMap<usize, (Term, Vec<Row<'_>>)> = BTreeMap::new();
        let all = rows.iter().flat_map(|row| row.terms(&self.field));
        let keys = sorted_groups(all.collect());
        for row in rows {
            for term in sorted_groups(row.terms(&self.field)) {
                let at = keys.partition_point(|key| key.compare(&term).is_lt());
                let group = groups.entry(at).or_insert_with(|| (term, Vec::new()));
                group.1.push(row.clone());
            }
        }
        let mut groups: Vec<(Term, Vec<Row<'_>>)> = groups.into_values().collect();
        // A stable sort: values of equal count stay in ascending order.
        groups.sort_by_key(|(_, rows)| std::cmp::Reverse(rows.len()));
        let others: usize = groups
            .iter()
            .skip(self.size)
            .map(|(_, rows)| rows.len())
            .sum();
        let mut buckets = Vec::new();
        for (term, rows) in groups.into_iter().take(self.size) {
            let mut bucket = json!({ "key": term.to_json(), "doc_count": rows.len() });
            if let Term::Boolean(flag) = term {
                bucket["key"] = json!(u8::from(flag));
                bucket["key_as_string"] = json!(flag.to_string());
            }
            if let (Value::Object(inner), Some(bucket)) =
                (run(&self.inner, snapshot, &rows)?, bucket.as_object_mut())
            {
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
}

/// Lucene keeps the keywords of a document once each, and its numbers as often as they occur.
fn distinct_keywords(terms: Vec<Term>) -> Vec<Term> {
    match terms.first() {
        Some(Term::Text(_) | Term::Boolean(_)) => sorted_groups(terms),
        _ => terms,
    }
}

fn sorted_groups(mut terms: Vec<Term>) -> Vec<Term> {
    terms.sort_by(Term::compare);
    terms.dedup();
    terms
}

/// A sum by Kahan's method, as OpenSearch adds.
fn sum(numbers: &[f64]) -> f64 {
    let (mut sum, mut lost) = (0.0_f64, 0.0_f64);
    for number in numbers {
        let corrected = number - lost;
        let next = sum + corrected;
        lost = (next - sum) - corrected;
        sum = next;
    }
    sum
}

const INNER: [&str; 2] = ["aggs", "aggregations"];

const FUNCTIONS: [&str; 8] = [
    "terms",
    "sum",
    "min",
    "max",
    "avg",
    "value_count",
    "cardinality",
    "stats",
];
