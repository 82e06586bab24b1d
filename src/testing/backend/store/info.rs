//! `GET /`.

use serde_json::{Value, json};

pub(super) fn info() -> Value {
    json!({
        "name": "0123456789abcdef0123456789abcdef",
        "cluster_name": CLUSTER,
        "cluster_uuid": "testing-Domain-in-mem",
        "version": {
            "distribution": "opensearch",
            "number": "2.19.4",
            "build_type": "tar",
            "build_hash": "unknown",
            "build_date": "2025-11-01T00:00:00.000000Z",
            "build_snapshot": false,
            "lucene_version": "9.12.3",
            "minimum_wire_compatibility_version": "7.10.0",
            "minimum_index_compatibility_version": "7.0.0",
        },
        "tagline": "The OpenSearch Project: https://opensearch.org/",
    })
}

/// The name of the cluster.
pub(super) const CLUSTER: &str = "123456789012:testing";
