use serde_json::{Value, json};

use super::super::call::Call;
use super::super::error::ApiError;
use super::super::snapshot::{Row, Snapshot};
use super::super::source_filter::SourceFilter;
use super::super::terms::PRIMARY_TERM;
use super::query::Query;
use super::query_string;
use super::sort::Sort;

/// What a search asks for.
pub(super) struct Request {
    query: Query,
    from: usize,
    pub(super) size: usize,
    sort: Sort,
    filter: SourceFilter,
    track_total_hits: Value,
    versions: bool,
    seq_nos: bool,
    pub(super) aggregations: Value,
    search_after: Vec<Value>,
    pub(super) pit: Option<String>,
}

impl Request {
    pub(super) fn read(body: &Value, call: &Call<'_>) -> Result<Self, ApiError> {
        let known = |key: &&String| KEYS.contains(&key.as_str());
        if let Some(key) = body
            .as_object()
            .into_iter()
            .flatten()
            .map(|(key, _)| key)
            .find(|key| !known(key))
        {
            return Err(ApiError::parsing(format!(
                "Unknown key for a VALUE_STRING in [{key}]."
            )));
        }
        let params = &call.params;
        let query = match params.get("q") {
            Some(q) => query_string::parse(q, &[]),
            None => Query::read(&body["query"])?,
        };
        let number = |name: &str, default: u64| -> Result<usize, ApiError> {
            let given = params.number(name)?.or_else(|| body[name].as_u64());
            Ok(usize::try_from(given.unwrap_or(default)).unwrap_or(usize::MAX))
        };
        let (from, size) = (number("from", 0)?, number("size", 10)?);
        let end = from.saturating_add(size);
        if end > WINDOW {
            let reason = format!(
                "Result window is too large, from + size must be less than or equal to: [{WINDOW}] \
                 but was [{end}]. See the scroll api for a more efficient way to request large data \
                 sets. This limit can be set by changing the [index.max_result_window] index level \
                 setting."
            );
            return Err(ApiError::illegal(reason).on_shards());
        }
        let from_params = SourceFilter::of_params(call)?;
        let filter = if body["_source"].is_null() {
            from_params
        } else {
            SourceFilter::of_body(&body["_source"])
        };
        let track_total_hits = match params.get("track_total_hits") {
            Some(text) => serde_json::from_str(text).unwrap_or(Value::Bool(true)),
            None => body["track_total_hits"].clone(),
        };
        let aggregations = if body["aggs"].is_null() {
            &body["aggregations"]
        } else {
            &body["aggs"]
        };
        Ok(Self {
            query,
            from,
            size,
            sort: Sort::read(&body["sort"], params.get("sort"))?,
            filter,
            track_total_hits,
            versions: body["version"] == true || params.flag("version")?,
            seq_nos: body["seq_no_primary_term"] == true || params.flag("seq_no_primary_term")?,
            aggregations: aggregations.clone(),
            search_after: body["search_after"].as_array().cloned().unwrap_or_default(),
            pit: body["pit"]["id"].as_str().map(str::to_owned),
        })
    }

    /// What matches, in order.
    pub(super) fn rows<'a>(&self, snapshot: &'a Snapshot) -> Result<Vec<Row<'a>>, ApiError> {
        self.query.check(snapshot)?;
        self.sort.check(snapshot)?;
        let mut rows: Vec<Row<'a>> = snapshot.rows();
        rows.retain_mut(|row| match self.query.score(row) {
            Some(score) => {
                row.score = score;
                true
            }
            None => false,
        });
        self.sort.order(&mut rows);
        if !self.search_after.is_empty() {
            rows.retain(|row| self.sort.is_after(row, &self.search_after));
        }
        Ok(rows)
    }

    pub(super) fn hits(&self, rows: &[Row<'_>]) -> Value {
        let page: Vec<Value> = rows
            .iter()
            .skip(self.from)
            .take(self.size)
            .map(|row| self.hit(row))
            .collect();
        let best = rows.iter().map(|row| row.score).reduce(f64::max);
        let max_score = best.filter(|_| self.sort.is_by_score() && self.size > 0);
        let mut hits = json!({ "max_score": max_score, "hits": page });
        let limit = match &self.track_total_hits {
            Value::Bool(false) => return hits,
            Value::Bool(true) => usize::MAX,
            other => other
                .as_u64()
                .and_then(|n| usize::try_from(n).ok())
                .unwrap_or(WINDOW),
        };
        let relation = if rows.len() > limit { "gte" } else { "eq" };
        hits["total"] = json!({ "value": rows.len().min(limit), "relation": relation });
        hits
    }

    pub(super) fn hit(&self, row: &Row<'_>) -> Value {
        let document = row.document;
        let mut hit = json!({ "_index": row.index, "_id": row.id });
        hit["_score"] = if self.sort.is_by_score() {
            json!(row.score)
        } else {
            Value::Null
        };
        if let Some(routing) = &document.routing {
            hit["_routing"] = json!(routing);
        }
        if self.versions {
            hit["_version"] = json!(document.version);
        }
        if self.seq_nos {
            hit["_seq_no"] = json!(document.seq_no);
            hit["_primary_term"] = json!(PRIMARY_TERM);
        }
        if let Some(source) = self.filter.apply(&document.source) {
            hit["_source"] = source;
        }
        if !self.sort.is_by_score() {
            hit["sort"] = Value::Array(self.sort.values(row));
        }
        hit
    }
}

/// How far `from` and `size` reach, and totals are counted.
const WINDOW: usize = 10_000;

const KEYS: [&str; 24] = [
    "query",
    "from",
    "size",
    "sort",
    "_source",
    "track_total_hits",
    "version",
    "seq_no_primary_term",
    "aggs",
    "aggregations",
    "search_after",
    "pit",
    "timeout",
    "min_score",
    "explain",
    "highlight",
    "fields",
    "docvalue_fields",
    "stored_fields",
    "post_filter",
    "collapse",
    "track_scores",
    "profile",
    "terminate_after",
];
