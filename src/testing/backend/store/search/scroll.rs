//! Scrolls: the pages after the first, and their end.

use std::time::Duration;

use serde_json::{Value, json};

use super::super::call::{Call, Reply};
use super::super::cluster::{Cluster, shards};
use super::super::cursors::{Expiry, check_id};
use super::super::error::ApiError;
use super::super::json::text;
use super::super::time_value;

pub(in super::super) fn continue_scroll(
    cluster: &mut Cluster,
    id: Option<String>,
    call: &Call<'_>,
) -> Result<Reply, ApiError> {
    let body = call.object()?;
    let given = |name: &str| match &body[name] {
        Value::Null => Ok(call.params.get(name).map(str::to_owned)),
        Value::String(text) => Ok(Some(text.clone())),
        other => Err(wrong_type(name, other)),
    };
    let Some(id) = given("scroll_id")?.or(id) else {
        return Err(ApiError::validation("scrollId is missing"));
    };
    let time = keep_alive(given("scroll")?.as_deref(), "scroll")?;
    let until = time.map(|time| Expiry::after(call.now, time));
    let scroll = cluster.cursors.scroll(&id, until)?;
    let page: Vec<Value> = scroll
        .rest
        .drain(..scroll.size.min(scroll.rest.len()))
        .collect();
    let mut hits = scroll.first.clone();
    hits["hits"] = Value::Array(page);
    let response = json!({
        "_scroll_id": id,
        "took": 1,
        "timed_out": false,
        "_shards": shards(scroll.shards),
        "hits": hits,
    });
    Ok((200, response))
}

pub(in super::super) fn clear_scroll(
    cluster: &mut Cluster,
    id: Option<String>,
    call: &Call<'_>,
) -> Result<Reply, ApiError> {
    let wanted = match id {
        Some(id) => id.split(',').map(str::to_owned).collect(),
        None => ids(&call.object()?["scroll_id"], "scroll_id")?,
    };
    if wanted.is_empty() {
        return Err(ApiError::validation("no scroll ids specified"));
    }
    let all = wanted == ["_all"];
    if !all {
        wanted.iter().try_for_each(|id| check_id(id))?;
    }
    let freed = if all {
        cluster.cursors.close_all_scrolls()
    } else {
        let closed = wanted.iter().filter(|id| cluster.cursors.close_scroll(id));
        closed.count()
    };
    let status = if freed > 0 || all { 200 } else { 404 };
    Ok((status, json!({ "succeeded": true, "num_freed": freed })))
}

/// For how long a search stays open, at most a day.
pub(super) fn keep_alive(text: Option<&str>, name: &str) -> Result<Option<Duration>, ApiError> {
    let Some(text) = text else {
        return Ok(None);
    };
    match time_value::parse(name, text)? {
        Some(time) if time <= LONGEST => Ok(Some(time)),
        _ => Err(ApiError::unsupported(
            format_args!("{name}={text}"),
            "as the time for which a search stays open: it must be at most a day",
        )),
    }
}

/// One id, or a list of ids.
pub(super) fn ids(value: &Value, name: &str) -> Result<Vec<String>, ApiError> {
    match value {
        Value::Null => Ok(Vec::new()),
        Value::String(id) => Ok(vec![id.clone()]),
        Value::Array(ids) if ids.iter().all(Value::is_string) => Ok(ids.iter().map(text).collect()),
        other => Err(wrong_type(name, other)),
    }
}

fn wrong_type(name: &str, value: &Value) -> ApiError {
    ApiError::illegal_argument(format!(
        "Unknown parameter [{name}] in request body or parameter is of the wrong type [{value}]"
    ))
}

const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);
