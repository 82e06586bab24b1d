//! What a search asks for.

use std::time::Duration;

use serde_json::Value;

use super::super::call::Call;
use super::super::error::ApiError;
use super::super::json::{flag, members};
use super::super::source_filter::SourceFilter;
use super::super::time_value;
use super::aggregations::Aggregation;
use super::query::Query;
use super::query_string::{self, Target};
use super::scroll::keep_alive;
use super::sort::Sort;
use super::{aggregations, query_dsl};

/// What a search asks for.
pub(super) struct Request {
    pub(super) query: Query,
    pub(super) from: usize,
    pub(super) size: usize,
    pub(super) sort: Sort,
    pub(super) filter: SourceFilter,
    pub(super) total: TotalHits,
    pub(super) versions: bool,
    pub(super) seq_nos: bool,
    pub(super) aggregations: Vec<Aggregation>,
    pub(super) search_after: Option<Vec<Value>>,
    pub(super) pit: Option<Pit>,
}

/// How far the hits are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TotalHits {
    NotCounted,
    UpTo(usize),
}

/// The point in time that a search looks at.
#[derive(Debug)]
pub(super) struct Pit {
    pub(super) id: String,
    pub(super) keep_alive: Option<Duration>,
}

impl Request {
    pub(super) fn read(body: &Value, call: &Call<'_>) -> Result<Self, ApiError> {
        let params = &call.params;
        let query = match params.get("q") {
            Some(q) => query_string::parse(q, &Target::all_fields())?,
            None => read_query(body)?,
        };
        let sort = match (params.get("sort"), body.get("sort")) {
            (Some(_), Some(_)) => {
                let place = "as a parameter and in the body of the same search";
                return Err(ApiError::unsupported("sort", place));
            }
            (Some(sort), None) => Sort::of_param(sort)?,
            (None, Some(sort)) => Sort::of_body(sort)?,
            (None, None) => Sort::default(),
        };
        let filter = match SourceFilter::of_params(call) {
            Some(filter) => filter,
            None => SourceFilter::of_body(&body["_source"])?,
        };
        let aggregations = match (body.get("aggs"), body.get("aggregations")) {
            (Some(_), Some(_)) => {
                let place = "beside `aggs` in the body of a search";
                return Err(ApiError::unsupported("aggregations", place));
            }
            (Some(wanted), None) | (None, Some(wanted)) => aggregations::read(wanted)?,
            (None, None) => Vec::new(),
        };
        if params.flag("typed_keys", false)? && !aggregations.is_empty() {
            let place = "as a parameter of a search with aggregations";
            return Err(ApiError::unsupported("typed_keys", place));
        }
        match body.get("timeout") {
            None => {}
            Some(Value::String(timeout)) => {
                time_value::parse("timeout", timeout)?;
            }
            Some(other) => return Err(unsupported_member("timeout", other)),
        }
        Ok(Self {
            query,
            from: size_of(body, call, "from", 0)?,
            size: size_of(body, call, "size", 10)?,
            sort,
            filter,
            total: total_of(body, call)?,
            versions: flag_of(body, call, "version")?,
            seq_nos: flag_of(body, call, "seq_no_primary_term")?,
            aggregations,
            search_after: search_after(body)?,
            pit: pit(body)?,
        })
    }

    /// Refuses what cannot be combined, and pages that lie too far behind.
    pub(super) fn validate(&self, is_scroll: bool) -> Result<(), ApiError> {
        if is_scroll {
            let problem = if self.from > 0 {
                "using [from] is not allowed in a scroll context"
            } else if self.size == 0 {
                "[size] cannot be [0] in a scroll context"
            } else if self.pit.is_some() {
                "using [point in time] is not allowed in a scroll context"
            } else if self.search_after.is_some() {
                let reason = "`search_after` cannot be used in a scroll context.";
                return Err(ApiError::new(500, "search_exception", reason).on_shards());
            } else {
                return self.check_window("Batch size is too large, size");
            };
            return Err(ApiError::validation(problem));
        }
        if self.from > 0 && self.search_after.is_some() {
            let reason = "`from` parameter must be set to 0 when `search_after` is used.";
            return Err(ApiError::new(500, "search_exception", reason).on_shards());
        }
        self.check_window("Result window is too large, from + size")
    }

    fn check_window(&self, problem: &str) -> Result<(), ApiError> {
        let end = self.from.saturating_add(self.size);
        if end <= WINDOW {
            return Ok(());
        }
        let reason = format!(
            "{problem} must be less than or equal to: [{WINDOW}] but was [{end}]. See the scroll \
             api for a more efficient way to request large data sets. This limit can be set by \
             changing the [index.max_result_window] index level setting."
        );
        Err(ApiError::illegal_argument(reason).on_shards())
    }
}

/// The `query` of a body.
pub(super) fn read_query(body: &Value) -> Result<Query, ApiError> {
    body.get("query").map_or(Ok(Query::All), query_dsl::read)
}

/// A number of hits: a parameter, or else a member of the body.
fn size_of(body: &Value, call: &Call<'_>, name: &str, default: usize) -> Result<usize, ApiError> {
    let given = match (call.params.int(name)?, body.get(name)) {
        (Some(given), _) => i64::from(given),
        (None, None) => return Ok(default),
        (None, Some(given)) => match given.as_i64() {
            Some(given) if given <= i32::MAX.into() => given,
            Some(_) => {
                let reason = format!("Numeric value ({given}) out of range of int");
                return Err(ApiError::new(400, "input_coercion_exception", reason));
            }
            None => return Err(unsupported_member(name, given)),
        },
    };
    usize::try_from(given).map_err(|_| {
        ApiError::illegal_argument(format!(
            "[{name}] parameter cannot be negative, found [{given}]"
        ))
    })
}

fn flag_of(body: &Value, call: &Call<'_>, name: &str) -> Result<bool, ApiError> {
    let in_body = flag(&body[name], name, "in the body of a search")?;
    call.params.flag(name, in_body)
}

fn total_of(body: &Value, call: &Call<'_>) -> Result<TotalHits, ApiError> {
    let given = match call.params.get("track_total_hits") {
        Some("true") => Value::Bool(true),
        Some("false") => Value::Bool(false),
        Some(_) => Value::from(call.params.int("track_total_hits")?),
        None => body["track_total_hits"].clone(),
    };
    match &given {
        Value::Null => Ok(TotalHits::UpTo(WINDOW)),
        Value::Bool(true) => Ok(TotalHits::UpTo(usize::MAX)),
        Value::Bool(false) => Ok(TotalHits::NotCounted),
        value => match value.as_u64().map(usize::try_from) {
            Some(Ok(limit)) => Ok(TotalHits::UpTo(limit)),
            _ => Err(unsupported_member("track_total_hits", value)),
        },
    }
}

fn search_after(body: &Value) -> Result<Option<Vec<Value>>, ApiError> {
    match body.get("search_after") {
        None => Ok(None),
        Some(Value::Array(values)) if values.is_empty() => Err(ApiError::illegal_argument(
            "Values must contains at least one value.",
        )),
        Some(Value::Array(values)) if !values.iter().any(|v| v.is_array() || v.is_object()) => {
            Ok(Some(values.clone()))
        }
        Some(other) => Err(unsupported_member("search_after", other)),
    }
}

fn pit(body: &Value) -> Result<Option<Pit>, ApiError> {
    let Some(pit) = body.get("pit") else {
        return Ok(None);
    };
    let members = members(pit, "id keep_alive", "in `pit`")?;
    let text = |name: &str| match members.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str())),
        Some(other) => Err(unsupported_member(name, other)),
    };
    let id = text("id")?
        .ok_or_else(|| ApiError::illegal_argument("point int time id is not provided"))?;
    Ok(Some(Pit {
        id: id.to_owned(),
        keep_alive: keep_alive(text("keep_alive")?, "keep_alive")?,
    }))
}

fn unsupported_member(name: &str, value: &Value) -> ApiError {
    ApiError::unsupported(
        format_args!("\"{name}\": {value}"),
        "in the body of a search",
    )
}

/// How far `from` and `size` reach, and how far hits are counted by default.
const WINDOW: usize = 10_000;
