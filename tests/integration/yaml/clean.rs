//! Removes what a test has left on the server.

use http::Method;
use serde_json::{Map, Value};

use super::api::encoded;
use super::plain::Plain;

/// Deletes indices, templates, pipelines, scripts, repositories and settings of the cluster.
pub(super) async fn clean(plain: &Plain) {
    let (status, state) = plain.json(Method::GET, STATE, "").await;
    assert_eq!(status, 200, "{state}");
    let metadata = &state["metadata"];
    for repository in names(&metadata["repositories"]) {
        let (_, snapshots) = plain
            .json(Method::GET, &format!("/_snapshot/{repository}/_all"), "")
            .await;
        for snapshot in snapshots["snapshots"].as_array().into_iter().flatten() {
            let snapshot = snapshot["snapshot"].as_str().unwrap();
            plain
                .json(
                    Method::DELETE,
                    &format!("/_snapshot/{repository}/{snapshot}"),
                    "",
                )
                .await;
        }
        delete(plain, &format!("/_snapshot/{repository}")).await;
    }
    // The plugin for access control owns an index whose name begins so.
    let indices = names(&metadata["indices"]).filter(|name| !name.starts_with(".opendistro"));
    for index in indices {
        delete(plain, &format!("/{}", encoded(&index))).await;
    }
    for (kind, path) in [
        (&metadata["templates"], "/_template"),
        (
            &metadata["index_template"]["index_template"],
            "/_index_template",
        ),
        (
            &metadata["component_template"]["component_template"],
            "/_component_template",
        ),
        (&metadata["stored_scripts"], "/_scripts"),
    ] {
        for name in names(kind) {
            delete(plain, &format!("{path}/{}", encoded(&name))).await;
        }
    }
    for pipeline in metadata["ingest"]["pipeline"]
        .as_array()
        .into_iter()
        .flatten()
    {
        delete(
            plain,
            &format!("/_ingest/pipeline/{}", pipeline["id"].as_str().unwrap()),
        )
        .await;
    }
    let exclusions = &metadata["cluster_coordination"]["voting_config_exclusions"];
    if exclusions
        .as_array()
        .is_some_and(|exclusions| !exclusions.is_empty())
    {
        let path = "/_cluster/voting_config_exclusions?wait_for_removal=false";
        delete(plain, path).await;
    }
    settings(plain).await;
}

async fn settings(plain: &Plain) {
    let (_, settings) = plain
        .json(Method::GET, "/_cluster/settings?flat_settings=true", "")
        .await;
    let mut unset = Map::new();
    for kind in ["persistent", "transient"] {
        let null = |name: String| (name, Value::Null);
        let names: Map<_, _> = names(&settings[kind]).map(null).collect();
        if !names.is_empty() {
            unset.insert(kind.to_owned(), names.into());
        }
    }
    if !unset.is_empty() {
        let body = Value::Object(unset).to_string();
        let (status, response) = plain.json(Method::PUT, "/_cluster/settings", &body).await;
        assert_eq!(status, 200, "{response}");
    }
}

async fn delete(plain: &Plain, path: &str) {
    let (status, response) = plain.json(Method::DELETE, path, "").await;
    assert_eq!(status, 200, "{path}: {response}");
}

fn names(object: &Value) -> impl Iterator<Item = String> {
    let names: Vec<String> = object
        .as_object()
        .into_iter()
        .flat_map(Map::keys)
        .cloned()
        .collect();
    names.into_iter()
}

const STATE: &str = "/_cluster/state/metadata?filter_path=metadata.indices.*.state,metadata.templates.*.order,\
    metadata.index_template,metadata.component_template,metadata.ingest,metadata.stored_scripts.*.lang,\
    metadata.repositories.*.type,metadata.cluster_coordination.voting_config_exclusions";
