//! Settings of the index that make a load faster, and those before it.

use http::Method;
use serde_json::{Map, Value, json};

use crate::opensearch::Client;

/// What an index was set to before; nothing if it was not changed.
#[derive(Debug, Default)]
pub(super) struct LoadSettings {
    before: Option<Map<String, Value>>,
}

impl LoadSettings {
    /// No refresh and no replicas.
    pub(super) async fn apply(&mut self, client: &Client, index: &str) -> Result<(), String> {
        let path = path(index)?;
        let response = client
            .raw(Method::GET, format!("{path}?flat_settings=true"), ())
            .await;
        let response = response.and_then(|response| response.success());
        let response = response.map_err(|error| explain(index, "read", &error))?;
        let settings: Value = response
            .json()
            .map_err(|error| explain(index, "read", &error))?;
        let settings = settings
            .as_object()
            .and_then(|indices| indices.values().next());
        let now = settings.and_then(|index| index.get("settings"));
        // `null` removes a setting, so that the default holds again.
        let before = NAMES.map(|name| {
            let value = now.and_then(|now| now.get(name)).cloned();
            (name.to_owned(), value.unwrap_or_default())
        });
        let fast = json!({"index.refresh_interval": "-1", "index.number_of_replicas": 0});
        // Before the request: it may be applied though its response is lost.
        self.before = Some(before.into_iter().collect());
        put(client, &path, fast)
            .await
            .map_err(|error| explain(index, "set", &error))
    }

    /// What was before.
    pub(super) async fn restore(&mut self, client: &Client, index: &str) -> Result<(), String> {
        let Some(before) = self.before.take() else {
            return Ok(());
        };
        let put = put(client, &path(index)?, Value::Object(before)).await;
        put.map_err(|error| explain(index, "restore", &error))
    }
}

async fn put(client: &Client, path: &str, settings: Value) -> Result<(), crate::opensearch::Error> {
    let response = client.raw(Method::PUT, path, settings).await?;
    response.success().map(drop)
}

fn path(index: &str) -> Result<String, String> {
    let request = crate::opensearch::Route::get()
        .index(index)
        .literal("_settings")
        .empty();
    let request = request.map_err(|error| explain(index, "read", &error))?;
    Ok(request.uri().path().to_owned())
}

fn explain(index: &str, verb: &str, error: &crate::opensearch::Error) -> String {
    format!("cannot {verb} the load settings of index {index:?}: {error}")
}

const NAMES: [&str; 2] = ["index.refresh_interval", "index.number_of_replicas"];
