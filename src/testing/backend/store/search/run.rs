use serde_json::{Value, json};

use super::super::call::{Call, Reply};
use super::super::cluster::{Cluster, shards};
use super::super::error::ApiError;
use super::aggregations;
use super::request::Request;

pub(in super::super) fn search(
    cluster: &mut Cluster,
    index: Option<&str>,
    call: &Call<'_>,
) -> Result<Reply, ApiError> {
    let body = call.json()?;
    let request = Request::read(&body, call)?;
    let snapshot = match &request.pit {
        Some(_) if index.is_some() => {
            let reason = "[indices] cannot be used with point in time";
            return Err(ApiError::illegal(reason));
        }
        Some(pit) => cluster.cursors.pit(pit)?,
        None => cluster.snapshot(&cluster.resolve(index.unwrap_or("_all"), call)?),
    };
    let rows = request.rows(&snapshot).map_err(ApiError::on_shards)?;
    let scrolls = call.params.get("scroll").is_some();
    let mut answer = json!({
        "took": 1,
        "timed_out": false,
        "_shards": shards(snapshot.indices().len()),
        "hits": request.hits(&rows),
    });
    if let Some(pit) = &request.pit {
        answer["pit_id"] = json!(pit);
    }
    if !request.aggregations.is_null() {
        answer["aggregations"] = aggregations::run(&request.aggregations, &rows)?;
    }
    if scrolls {
        let rest: Vec<Value> = rows
            .iter()
            .skip(request.size)
            .map(|row| request.hit(row))
            .collect();
        let id = cluster.new_name();
        answer["_scroll_id"] = json!(id);
        cluster
            .cursors
            .keep_scroll(id, request.size, answer["hits"].clone(), rest);
    }
    Ok((200, answer))
}

pub(in super::super) fn count(
    cluster: &Cluster,
    index: Option<&str>,
    call: &Call<'_>,
) -> Result<Reply, ApiError> {
    let body = call.json()?;
    if let Some(key) = body
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, _)| key)
        .find(|key| *key != "query")
    {
        return Err(ApiError::parsing(format!(
            "request does not support [{key}]"
        )));
    }
    let request = Request::read(&body, call)?;
    let snapshot = cluster.snapshot(&cluster.resolve(index.unwrap_or("_all"), call)?);
    let count = request.rows(&snapshot).map_err(ApiError::on_shards)?.len();
    Ok((
        200,
        json!({ "count": count, "_shards": shards(snapshot.indices().len()) }),
    ))
}
