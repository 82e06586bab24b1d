//! GET / ([reference](https://docs.opensearch.org/latest/api-reference/)).

use http::Request;
use serde::Deserialize;

use crate::body::Body;
use crate::opensearch::call::query::{Query, query_param};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;
use crate::opensearch::wire::altered;

/// Reads a cluster's name and version.
///
/// OpenSearch Serverless does not support this call.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Info {
    query: Query,
}

impl Info {
    /// Reads name and version.
    pub fn new() -> Self {
        Self::default()
    }

    query_param!();
}

impl Call for Info {
    type Output = InfoResponse;

    fn request(&self) -> Result<Request<Body>, Error> {
        Route::get().parameters(&self.query).empty()
    }

    fn decode(&self, response: Response) -> Result<InfoResponse, Error> {
        altered::read(&response.success()?, &self.query)
    }
}

/// The response to [`Info`].
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct InfoResponse {
    /// The name of the node that responded.
    #[serde(default)]
    pub name: String,
    /// The cluster's name; on AWS, account id and domain name.
    #[serde(default)]
    pub cluster_name: String,
    /// The cluster's UUID.
    #[serde(default)]
    pub cluster_uuid: String,
    /// What the cluster runs.
    pub version: Version,
}

/// What a cluster runs.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct Version {
    /// The version, such as `2.19.4`. OpenSearch in compatibility mode says `7.10.2`.
    pub number: String,
    /// `opensearch`; Elasticsearch does not send it.
    pub distribution: Option<String>,
    /// The version of Lucene.
    pub lucene_version: Option<String>,
    /// Whether this is a snapshot build.
    #[serde(default)]
    pub build_snapshot: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::opensearch::fixtures::{decoded, line};

    #[test]
    fn the_request_has_the_root_path() {
        assert_eq!(line(Info::new()), "GET /");
        let human = Info::new().query_param("human", "true");
        assert_eq!(line(human), "GET /?human=true");
    }

    #[test]
    fn name_and_version_are_read() {
        decoded("info.json", Info::new, |info| {
            assert!(!info.cluster_name.is_empty());
            let is_opensearch = info.version.distribution.as_deref() == Some("opensearch");
            assert_eq!(is_opensearch, info.version.number != "7.10.2");
        });
    }
}
