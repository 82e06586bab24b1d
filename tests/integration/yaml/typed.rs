//! Steps that a typed call can say.

use http::{Request, StatusCode};
use serde_json::{Map, Value};
use sigtower::body::Body;
use sigtower::endpoint::Endpoint;
use sigtower::opensearch::bulk::{Bulk, Json, Operation};
use sigtower::opensearch::search::{ClearScroll, Count, Scroll, Search};
use sigtower::opensearch::{Call, Client, Error, ErrorKind, Response};
use sigtower::opensearch::{alias, cluster, document, index, pipeline, tasks};

use super::api::{Ask, OPAQUE_ID};

/// What came of a typed call.
pub(super) enum Typed {
    /// The response, which the call could read.
    Read(Box<Response>),
    /// The call failed, although plain HTTP would not.
    Failed(String),
    /// No typed call can say the step.
    NoCall,
}

/// A call with all parameters of the step that are not parts of its path.
macro_rules! with_query {
    ($ask:expr, $call:expr) => {{
        let mut call = $call;
        for (name, value) in query($ask) {
            call = call.query_param(name, value);
        }
        call
    }};
}

/// A call with all fields of the body.
macro_rules! with_body {
    ($body:expr, $call:expr) => {{
        let mut call = $call;
        for (name, value) in $body {
            call = call.body_param(name, value.clone());
        }
        call
    }};
}

pub(super) async fn send(client: &Client, ask: &Ask) -> Typed {
    let part = |name: &str| {
        ask.parameters
            .get(name)
            .filter(|value| !value.is_empty())
            .cloned()
    };
    // Types in paths are older than the calls; headers of a step concern its body.
    if part("type").is_some() || !ask.headers.is_empty() {
        return Typed::NoCall;
    }
    let body = match &ask.body {
        None => Some(Map::new()),
        Some(Value::Object(body)) => Some(body.clone()),
        Some(_) => None,
    };
    let has_body = ask.body.is_some();
    match (ask.api.as_str(), part("index"), part("id"), body) {
        ("index", Some(index), id, Some(body)) if has_body => {
            let mut call = document::Index::new(index, body);
            if let Some(id) = id {
                call = call.id(id);
            }
            said(client, &ask.opaque_id, with_query!(ask, call)).await
        }
        ("create", Some(index), Some(id), Some(body)) if has_body => {
            said(
                client,
                &ask.opaque_id,
                with_query!(ask, document::Create::new(index, id, body)),
            )
            .await
        }
        ("get", Some(index), Some(id), _) => {
            said(
                client,
                &ask.opaque_id,
                with_query!(ask, document::Get::<Value>::new(index, id)),
            )
            .await
        }
        ("exists", Some(index), Some(id), _) => {
            said(
                client,
                &ask.opaque_id,
                with_query!(ask, document::Exists::new(index, id)),
            )
            .await
        }
        ("delete", Some(index), Some(id), _) => {
            said(
                client,
                &ask.opaque_id,
                with_query!(ask, document::Delete::new(index, id)),
            )
            .await
        }
        ("update", Some(index), Some(id), Some(mut body)) => match body.remove("doc") {
            Some(doc) => {
                let call = with_body!(&body, document::Update::new(index, id, doc));
                said(client, &ask.opaque_id, with_query!(ask, call)).await
            }
            None => Typed::NoCall,
        },
        ("search", index, _, Some(body)) => {
            let call = index.map_or_else(Search::<Value>::all_indices, Search::new);
            said(
                client,
                &ask.opaque_id,
                with_query!(ask, with_body!(&body, call)),
            )
            .await
        }
        // Without `count`, which `filter_path` can remove, the call fails on purpose and names the parameter.
        ("count", index, _, Some(body)) if part("filter_path").is_none() => {
            let call = index.map_or_else(Count::all_indices, Count::new);
            said(
                client,
                &ask.opaque_id,
                with_query!(ask, with_body!(&body, call)),
            )
            .await
        }
        ("scroll", _, _, Some(body)) => match (scroll_id(ask, &body), keep_alive(ask, &body)) {
            (Some(id), Some(keep)) => {
                let ask = &without(ask, &["scroll_id", "scroll"]);
                said(
                    client,
                    &ask.opaque_id,
                    with_query!(ask, Scroll::<Value>::new(id, keep)),
                )
                .await
            }
            _ => Typed::NoCall,
        },
        ("clear_scroll", _, _, Some(body)) => match scroll_id(ask, &body) {
            Some(id) if !id.contains(',') => {
                let ask = &without(ask, &["scroll_id"]);
                said(
                    client,
                    &ask.opaque_id,
                    with_query!(ask, ClearScroll::new([id])),
                )
                .await
            }
            _ => Typed::NoCall,
        },
        ("bulk", index, _, _) => match operations(ask.body.as_ref()) {
            Some(operations) => {
                let mut call = index.map_or_else(Bulk::without_index, Bulk::new);
                for operation in operations {
                    call.push(operation);
                }
                said(client, &ask.opaque_id, with_query!(ask, call)).await
            }
            None => Typed::NoCall,
        },
        ("indices.create", Some(index), _, Some(body)) => {
            said(
                client,
                &ask.opaque_id,
                with_query!(ask, with_body!(&body, index::Create::new(index))),
            )
            .await
        }
        ("indices.delete", Some(index), _, _) => {
            said(
                client,
                &ask.opaque_id,
                with_query!(ask, index::Delete::new(index)),
            )
            .await
        }
        ("indices.exists", Some(index), _, _) => {
            said(
                client,
                &ask.opaque_id,
                with_query!(ask, index::Exists::new(index)),
            )
            .await
        }
        ("indices.get", Some(index), _, _) => {
            said(
                client,
                &ask.opaque_id,
                with_query!(ask, index::Get::new(index)),
            )
            .await
        }
        ("indices.open", Some(index), _, _) => {
            said(
                client,
                &ask.opaque_id,
                with_query!(ask, index::Open::new(index)),
            )
            .await
        }
        ("indices.close", Some(index), _, _) => {
            said(
                client,
                &ask.opaque_id,
                with_query!(ask, index::Close::new(index)),
            )
            .await
        }
        ("indices.refresh", index, _, _) => {
            let call = index.map_or_else(index::Refresh::all_indices, index::Refresh::new);
            said(client, &ask.opaque_id, with_query!(ask, call)).await
        }
        ("indices.get_mapping", index, _, _) => {
            let call = index.map_or_else(index::GetMapping::all_indices, index::GetMapping::new);
            said(client, &ask.opaque_id, with_query!(ask, call)).await
        }
        ("indices.put_settings", Some(index), _, Some(body)) => {
            said(
                client,
                &ask.opaque_id,
                with_query!(ask, index::PutSettings::new(index, body)),
            )
            .await
        }
        ("indices.get_settings", index, _, _) if part("name").is_none() => {
            let call = index.map_or_else(index::GetSettings::all_indices, index::GetSettings::new);
            said(client, &ask.opaque_id, with_query!(ask, call)).await
        }
        ("indices.get_alias", index, _, _) => {
            let mut call = alias::Get::new();
            if let Some(index) = index {
                call = call.index(index);
            }
            if let Some(name) = part("name") {
                call = call.name(name);
            }
            said(client, &ask.opaque_id, with_query!(ask, call)).await
        }
        ("cluster.health", index, _, _) => {
            let mut call = cluster::Health::new();
            if let Some(index) = index {
                call = call.index(index);
            }
            said(client, &ask.opaque_id, with_query!(ask, call)).await
        }
        ("ingest.get_pipeline", _, id, _) => {
            let call = id.map_or_else(pipeline::Get::all, pipeline::Get::new);
            said(client, &ask.opaque_id, with_query!(ask, call)).await
        }
        ("ingest.delete_pipeline", _, Some(id), _) => {
            said(
                client,
                &ask.opaque_id,
                with_query!(ask, pipeline::Delete::new(id)),
            )
            .await
        }
        // The typed call always asks for one list.
        ("tasks.list", _, _, _) if part("group_by").as_deref() == Some("none") => {
            said(client, &ask.opaque_id, with_query!(ask, tasks::List::new())).await
        }
        ("info", _, _, _) => {
            said(
                client,
                &ask.opaque_id,
                with_query!(ask, cluster::Info::new()),
            )
            .await
        }
        _ => Typed::NoCall,
    }
}

/// Sends the call, and requires that it can read a success and makes an error of every other response.
async fn said<C: Call>(client: &Client, opaque_id: &str, call: C) -> Typed {
    let (response, read) = match client
        .call(Kept(call))
        .header(OPAQUE_ID, opaque_id)
        .send()
        .await
    {
        Ok(kept) => kept,
        // Nothing was sent: what the call refuses is sent raw.
        Err(error) if error.kind() == ErrorKind::InvalidRequest => return Typed::NoCall,
        Err(error) => return Typed::Failed(error.to_string()),
    };
    let status = response.status;
    match read {
        Ok(()) if status.is_success() => Typed::Read(response.into()),
        // Nothing was found, or a wait has ended: for some calls that is an output.
        Ok(()) if [StatusCode::NOT_FOUND, StatusCode::REQUEST_TIMEOUT].contains(&status) => {
            Typed::Read(response.into())
        }
        Ok(()) => Typed::Failed(format!("{status} became an output")),
        Err(error) if !status.is_success() && error.status() == Some(status) => {
            Typed::Read(response.into())
        }
        Err(error) => Typed::Failed(format!(
            "{status} became the error: {error}; {}",
            response.text()
        )),
    }
}

/// A call that also keeps the response.
struct Kept<C>(C);

impl<C: Call> Call for Kept<C> {
    type Output = (Response, Result<(), Error>);

    fn request(&self) -> Result<Request<Body>, Error> {
        self.0.request()
    }

    fn request_for(&self, endpoint: &Endpoint) -> Result<Request<Body>, Error> {
        self.0.request_for(endpoint)
    }

    fn decode(&self, response: Response) -> Result<Self::Output, Error> {
        let read = self.0.decode(response.clone()).map(drop);
        Ok((response, read))
    }
}

fn query(ask: &Ask) -> impl Iterator<Item = (&str, &str)> {
    let parts = match ask.api.as_str() {
        "indices.get_alias" => &["index", "name"][..],
        _ => &["index", "id"],
    };
    let rest = ask
        .parameters
        .iter()
        .filter(move |(name, _)| !parts.contains(&name.as_str()));
    rest.map(|(name, value)| (name.as_str(), value.as_str()))
}

fn without(ask: &Ask, names: &[&str]) -> Ask {
    let mut ask = ask.clone();
    ask.parameters
        .retain(|name, _| !names.contains(&name.as_str()));
    ask
}

fn scroll_id(ask: &Ask, body: &Map<String, Value>) -> Option<String> {
    body_or_query(ask, body, "scroll_id")
}

fn keep_alive(ask: &Ask, body: &Map<String, Value>) -> Option<String> {
    body_or_query(ask, body, "scroll")
}

/// The body takes precedence on the server.
fn body_or_query(ask: &Ask, body: &Map<String, Value>, name: &str) -> Option<String> {
    match body.get(name) {
        Some(value) => value.as_str().map(str::to_owned),
        None => ask.parameters.get(name).cloned(),
    }
}

/// The operations of a bulk request, if each has a type.
fn operations(body: Option<&Value>) -> Option<Vec<Operation<Json>>> {
    let mut lines = body?.as_array()?.iter();
    let mut operations = Vec::new();
    while let Some(line) = lines.next() {
        let (action, meta) = line.as_object()?.iter().next()?;
        let mut meta = meta.as_object()?.clone();
        let id = match meta.remove("_id") {
            None => None,
            Some(Value::String(id)) if !id.is_empty() => Some(id),
            Some(_) => return None,
        };
        let mut operation = match action.as_str() {
            "index" => Operation::index_json(lines.next()?.as_object().map(to_json)?),
            "create" => Operation::create_json(lines.next()?.as_object().map(to_json)?),
            "update" => {
                let mut change = lines.next()?.as_object()?.clone();
                let mut update =
                    Operation::update_json(id.clone()?, change.remove("doc")?.to_string());
                for (name, value) in change {
                    update = update.body_param(name, value);
                }
                update
            }
            "delete" => Operation::delete(id.clone()?),
            _ => return None,
        };
        if let Some(id) = id {
            operation = operation.id(id);
        }
        if let Some(index) = meta.remove("_index") {
            operation = operation.in_index(index.as_str()?);
        }
        for (name, value) in meta {
            operation = operation.meta_param(name, value);
        }
        operations.push(operation);
    }
    (!operations.is_empty()).then_some(operations)
}

fn to_json(object: &Map<String, Value>) -> String {
    Value::Object(object.clone()).to_string()
}
