use serde_json::json;

use super::super::call::{Call, Reply};
use super::super::cluster::{Cluster, shards};
use super::super::cursors::{Expiry, Scroll};
use super::super::error::ApiError;
use super::super::expression::resolve;
use super::aggregations;
use super::page::Page;
use super::query::matching;
use super::query_string;
use super::request::{Request, read_query};
use super::scroll::keep_alive;

pub(in super::super) fn search(
    cluster: &mut Cluster,
    index: Option<&str>,
    call: &Call<'_>,
) -> Result<Reply, ApiError> {
    let request = Request::read(&call.object()?, call)?;
    let scroll = keep_alive(call.params.get("scroll"), "scroll")?;
    request.validate(scroll.is_some())?;
    let snapshot = match &request.pit {
        Some(_) if index.is_some() => {
            let problem = "[indices] cannot be used with point in time";
            return Err(ApiError::validation(problem));
        }
        Some(pit) => {
            let until = pit.keep_alive.map(|time| Expiry::after(call.now, time));
            cluster.cursors.pit(&pit.id, until)?.clone()
        }
        None => cluster.snapshot(&resolve(cluster, index.unwrap_or("_all"), call)?),
    };
    let rows = matching(&request.query, &snapshot).map_err(ApiError::on_shards)?;
    let mut response = json!({
        "took": 1,
        "timed_out": false,
        "_shards": shards(snapshot.shards()),
    });
    if !request.aggregations.is_empty() {
        let results = aggregations::run(&request.aggregations, &snapshot, &rows);
        response["aggregations"] = results.map_err(ApiError::on_shards)?;
    }
    let page = Page::sorted(&request, &snapshot, rows).map_err(ApiError::on_shards)?;
    response["hits"] = page.hits();
    if let Some(pit) = &request.pit {
        response["pit_id"] = json!(pit.id);
    }
    if let Some(time) = scroll {
        let scroll = Scroll {
            size: request.size,
            first: response["hits"].clone(),
            rest: page.after_this(),
            shards: snapshot.shards(),
        };
        let id = cluster.new_name();
        response["_scroll_id"] = json!(id);
        let until = Expiry::after(call.now, time);
        cluster.cursors.open_scroll(id, scroll, until);
    }
    Ok((200, response))
}

pub(in super::super) fn count(
    cluster: &Cluster,
    index: Option<&str>,
    call: &Call<'_>,
) -> Result<Reply, ApiError> {
    let body = call.object()?;
    let query = match call.params.get("q") {
        Some(_) if !call.is_empty() => {
            let place = "as a parameter of a count that has a body";
            return Err(ApiError::unsupported("q", place));
        }
        Some(q) => query_string::parse(q, &query_string::Target::all_fields())?,
        None => read_query(&body)?,
    };
    let snapshot = cluster.snapshot(&resolve(cluster, index.unwrap_or("_all"), call)?);
    let rows = matching(&query, &snapshot).map_err(ApiError::on_shards)?;
    Ok((
        200,
        json!({ "count": rows.len(), "_shards": shards(snapshot.shards()) }),
    ))
}
