//! The hits of a search, in order.

use serde_json::{Value, json};

use super::super::document::PRIMARY_TERM;
use super::super::error::ApiError;
use super::super::snapshot::{Row, Snapshot};
use super::request::{Request, TotalHits};

/// The hits of a search: the page that the response shows, and those after it.
pub(super) struct Page<'a> {
    request: &'a Request,
    total: usize,
    max_score: Option<f64>,
    /// The hits from the first one of this page on.
    rows: Vec<(Row<'a>, Vec<Value>)>,
}

impl<'a> Page<'a> {
    /// Sorts the rows, and skips those before the page.
    pub(super) fn sorted(
        request: &'a Request,
        snapshot: &'a Snapshot,
        rows: Vec<Row<'a>>,
    ) -> Result<Self, ApiError> {
        let total = rows.len();
        let max_score = rows.iter().map(|row| row.score).reduce(f64::max);
        let max_score = max_score.filter(|_| request.sort.is_by_score() && request.size > 0);
        let after = request.search_after.as_deref();
        let mut rows = request.sort.order(snapshot, rows, after)?;
        rows.drain(..request.from.min(rows.len()));
        Ok(Self {
            request,
            total,
            max_score,
            rows,
        })
    }

    /// The `hits` of the response.
    pub(super) fn hits(&self) -> Value {
        let hits: Vec<Value> = self
            .rows
            .iter()
            .take(self.request.size)
            .map(|row| self.hit(row))
            .collect();
        let mut found = json!({ "max_score": self.max_score, "hits": hits });
        if let TotalHits::UpTo(limit) = self.request.total {
            let relation = if self.total > limit { "gte" } else { "eq" };
            found["total"] = json!({ "value": self.total.min(limit), "relation": relation });
        }
        found
    }

    /// The hits after this page.
    pub(super) fn after_this(&self) -> Vec<Value> {
        let rest = self.rows.iter().skip(self.request.size);
        rest.map(|row| self.hit(row)).collect()
    }

    fn hit(&self, (row, sort): &(Row<'_>, Vec<Value>)) -> Value {
        let document = row.document;
        let mut hit = json!({ "_index": row.index.name, "_id": row.id });
        hit["_score"] = if self.request.sort.is_by_score() {
            json!(row.score)
        } else {
            Value::Null
        };
        if let Some(routing) = &document.routing {
            hit["_routing"] = json!(routing);
        }
        if self.request.versions {
            hit["_version"] = json!(document.version);
        }
        if self.request.seq_nos {
            hit["_seq_no"] = json!(document.seq_no);
            hit["_primary_term"] = json!(PRIMARY_TERM);
        }
        if let Some(source) = self.request.filter.apply(&document.source) {
            hit["_source"] = source;
        }
        if !self.request.sort.is_by_score() {
            hit["sort"] = json!(sort);
        }
        hit
    }
}
