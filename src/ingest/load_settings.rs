//! Settings of the index that make a load faster, and those before it.

use http::Method;
use serde_json::{Map, Value, json};

use super::settings::Settings;
use crate::opensearch::{Client, Error, Route};

/// What each index was set to before; empty if nothing was changed.
#[derive(Debug, Default)]
pub(super) struct LoadSettings {
    before: Vec<(String, Value)>,
}

impl LoadSettings {
    /// Turns refreshes and replicas off. The index may be an alias of several indices.
    pub(super) async fn apply(
        &mut self,
        client: &Client,
        settings: &Settings,
    ) -> Result<(), String> {
        if settings.serverless {
            return Err(NOT_ON_COLLECTIONS.to_owned());
        }
        let index = &*settings.index;
        let explain = |verb| move |error: Error| explain(index, verb, &error);
        let path = path(index).map_err(explain("read"))?;
        let response = client
            .raw(Method::GET, format!("{path}?flat_settings=true"), ())
            .await;
        let response = response.and_then(|response| response.success());
        let indices = response.and_then(|response| response.json::<Map<String, Value>>());
        let indices = indices.map_err(explain("read"))?;
        // Before the request: it may be applied though its response is lost.
        self.before = indices.into_iter().map(before).collect();
        put(client, &path, fast()).await.map_err(explain("set"))
    }

    /// Sets each index to what was before. Of several errors, returns the first.
    pub(super) async fn restore(&mut self, client: &Client) -> Result<(), String> {
        let mut result = Ok(());
        for (index, settings) in std::mem::take(&mut self.before) {
            let put = match path(&index) {
                Ok(path) => put(client, &path, settings).await,
                Err(error) => Err(error),
            };
            let put = put.map_err(|error| explain(&index, "restore", &error));
            result = result.and(put);
        }
        result
    }
}

fn fast() -> Value {
    json!({"index.refresh_interval": "-1", "index.number_of_replicas": 0})
}

/// What an index is set to. `null` removes a setting, so that the default holds again.
fn before((index, response): (String, Value)) -> (String, Value) {
    let now = response.get("settings");
    let names = ["index.refresh_interval", "index.number_of_replicas"];
    let settings: Map<_, _> = names
        .into_iter()
        .map(|name| {
            let value = now.and_then(|now| now.get(name)).cloned();
            (name.to_owned(), value.unwrap_or_default())
        })
        .collect();
    (index, Value::Object(settings))
}

async fn put(client: &Client, path: &str, settings: Value) -> Result<(), Error> {
    let response = client.raw(Method::PUT, path, settings).await?;
    response.success().map(drop)
}

fn path(index: &str) -> Result<String, Error> {
    let request = Route::get().index(index).literal("_settings").empty()?;
    Ok(request.uri().path().to_owned())
}

fn explain(index: &str, verb: &str, error: &Error) -> String {
    format!("cannot {verb} the load settings of index {index:?}: {error}")
}

const NOT_ON_COLLECTIONS: &str = "OpenSearch Serverless sets refreshes and replicas itself: the load ran without \
                                  load settings; leave `load_settings` out";
