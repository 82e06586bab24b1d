//! Every public response type survives serde's buffering, by an untagged enum and by `flatten`.
//!
//! CI runs this twice: `--features serde_json/arbitrary_precision` turns buffered floats into maps.

use std::fmt::Debug;

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;

use crate::opensearch::cluster::{HealthResponse, InfoResponse};
use crate::opensearch::document::{GetResponse, WriteResponse};
use crate::opensearch::fixtures::captured_as;
use crate::opensearch::index::{CreateResponse, IndexMapping, RefreshResponse};
use crate::opensearch::search::{
    ClearScrollResponse, CountResponse, CreatePitResponse, DeletePitResponse, Hits,
};
use crate::opensearch::wire::Acknowledged;

#[test]
fn every_response_type_survives_buffering() {
    survives::<InfoResponse>("info.json");
    for file in ["health.json", "health_indices.json", "health_shards.json"] {
        survives::<HealthResponse>(file);
    }
    survives::<CreateResponse>("index_create.json");
    survives::<Acknowledged>("index_delete.json");
    survives::<RefreshResponse>("refresh.json");
    survives::<std::collections::BTreeMap<String, IndexMapping>>("index_get_mapping.json");
    for file in [
        "document_index_created.json",
        "document_update_script.json",
        "document_delete.json",
    ] {
        survives::<WriteResponse>(file);
    }
    for file in [
        "document_get.json",
        "document_get_routing.json",
        "document_get_missing.json",
    ] {
        survives::<GetResponse<Value>>(file);
    }
    for file in [
        "search.json",
        "search_sorted.json",
        "search_aggregations.json",
        "scroll_first.json",
    ] {
        survives::<Hits<Value>>(file);
    }
    for file in [
        "search_other_parts.json",
        "search_total_as_int.json",
        "search_filtered.json",
    ] {
        survives::<Hits<Value>>(file);
    }
    survives::<Hits<()>>("search_highlight.json");
    survives::<CountResponse>("count.json");
    survives::<ClearScrollResponse>("scroll_delete.json");
    survives::<CreatePitResponse>("pit_create.json");
    survives::<DeletePitResponse>("pit_delete.json");
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Untagged<T> {
    Read(T),
    NotRead(IgnoredAny),
}

#[derive(Debug, Deserialize)]
struct Flattened<T> {
    #[serde(flatten)]
    inner: T,
}

fn survives<T: DeserializeOwned + Debug>(file: &str) {
    for (version, response) in captured_as(file) {
        let direct: T = serde_json::from_slice(&response.body).unwrap();
        let untagged: Untagged<T> = serde_json::from_slice(&response.body).unwrap();
        let Untagged::Read(untagged) = untagged else {
            panic!("{version}/{file} does not survive an untagged enum");
        };
        let flattened: Flattened<T> = serde_json::from_slice(&response.body).unwrap();
        let direct = format!("{direct:?}");
        assert_eq!(format!("{untagged:?}"), direct, "{version}/{file}");
        assert_eq!(format!("{:?}", flattened.inner), direct, "{version}/{file}");
    }
}
