//! What a client talks to, and what it knows of a collection.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::endpoint::Endpoint;
use crate::sigv4::ServiceName;

/// What a [`Client`](crate::Client) talks to.
///
/// It follows from the host, or from the service that requests are signed for.
/// [`ClientBuilder::target`](super::ClientBuilder::target) sets it for other names, such as those of a proxy.
///
/// ```
/// use sigtower::opensearch::{Client, Target};
/// use sigtower::Credentials;
///
/// let client = Client::builder("https://abc123.eu-west-1.aoss.amazonaws.com")
///     .credentials(Credentials::new("AKIDEXAMPLE", "secret", None))
///     .build()?;
/// assert_eq!(client.target(), Target::Collection);
/// # Ok::<(), sigtower::opensearch::BuildError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Target {
    /// A domain of Amazon OpenSearch Service.
    Domain,
    /// A collection of Amazon OpenSearch Serverless; see [`collections`](crate::collections).
    Collection,
    /// A cluster of your own.
    Cluster,
}

/// The type of a collection of OpenSearch Serverless
/// ([AWS](https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-overview.html#serverless-usecase)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CollectionType {
    /// Full-text search. Documents have ids of the caller or of the service.
    Search,
    /// Logs and events. Only the service gives ids to new documents.
    TimeSeries,
    /// Vectors. Only the service gives ids to new documents.
    VectorSearch,
}

/// The target of one client and its clones.
#[derive(Debug)]
pub(crate) struct KnownTarget {
    target: Target,
    collection_type: Option<CollectionType>,
    refuses_ids: AtomicBool,
}

impl Target {
    /// What the host or the service of the signature names.
    pub(super) fn of(endpoint: &Endpoint, is_signed: bool) -> Self {
        match endpoint.service().map(ServiceName::as_str) {
            Some("aoss") => Self::Collection,
            Some("es") if is_signed || endpoint.is_aws() => Self::Domain,
            _ => Self::Cluster,
        }
    }

    /// The service that requests to it are signed for.
    pub(super) fn service(self) -> Option<&'static str> {
        match self {
            Self::Domain => Some("es"),
            Self::Collection => Some("aoss"),
            Self::Cluster => None,
        }
    }
}

impl CollectionType {
    /// Whether new documents may have ids of the caller. A delete by id is possible in each type.
    pub fn supports_document_ids(self) -> bool {
        matches!(self, Self::Search)
    }
}

impl KnownTarget {
    pub(crate) fn new(target: Target, collection_type: Option<CollectionType>) -> Self {
        Self {
            target,
            collection_type,
            refuses_ids: AtomicBool::new(false),
        }
    }

    pub(crate) fn target(&self) -> Target {
        self.target
    }

    pub(crate) fn is_collection(&self) -> bool {
        self.target == Target::Collection
    }

    pub(crate) fn collection_type(&self) -> Option<CollectionType> {
        self.collection_type
    }

    /// Whether new documents may have ids of the caller. `None` if that is not known.
    pub(crate) fn supports_document_ids(&self) -> Option<bool> {
        if !self.is_collection() {
            return Some(true);
        }
        match self.collection_type {
            Some(collection_type) => Some(collection_type.supports_document_ids()),
            None => self.refuses_ids.load(Ordering::Relaxed).then_some(false),
        }
    }

    /// Remembers that the collection has refused an id. A type that was set stays as it is.
    pub(crate) fn learn_that_ids_are_refused(&self) {
        if self.supports_document_ids().is_none() {
            self.refuses_ids.store(true, Ordering::Relaxed);
        }
    }

    /// `a time series collection of OpenSearch Serverless`, as far as it is known.
    pub(crate) fn describe(&self) -> String {
        match self.collection_type {
            Some(collection_type) => {
                format!("a {collection_type} collection of OpenSearch Serverless")
            }
            None => "this collection of OpenSearch Serverless".to_owned(),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Domain => "domain",
            Self::Collection => "collection",
            Self::Cluster => "cluster",
        })
    }
}

impl fmt::Display for CollectionType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Search => "search",
            Self::TimeSeries => "time series",
            Self::VectorSearch => "vector search",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_id_is_remembered_only_if_the_type_was_not_set() {
        for (target, collection_type, before, after) in [
            (Target::Collection, None, None, Some(false)),
            (
                Target::Collection,
                Some(CollectionType::Search),
                Some(true),
                Some(true),
            ),
            (
                Target::Collection,
                Some(CollectionType::TimeSeries),
                Some(false),
                Some(false),
            ),
            (Target::Domain, None, Some(true), Some(true)),
            (Target::Cluster, None, Some(true), Some(true)),
        ] {
            let known = KnownTarget::new(target, collection_type);
            assert_eq!(known.supports_document_ids(), before, "{known:?}");
            known.learn_that_ids_are_refused();
            assert_eq!(known.supports_document_ids(), after, "{known:?}");
        }
    }

    #[test]
    fn the_target_follows_from_host_and_service() {
        let aws = "https://x.us-east-1";
        for (url, service, is_signed, target) in [
            (
                format!("{aws}.aoss.amazonaws.com"),
                None,
                true,
                Target::Collection,
            ),
            (
                format!("{aws}.aoss.amazonaws.com"),
                None,
                false,
                Target::Collection,
            ),
            (
                format!("{aws}.es.amazonaws.com"),
                None,
                false,
                Target::Domain,
            ),
            (
                "https://search.example.com".into(),
                Some("es"),
                true,
                Target::Domain,
            ),
            (
                "https://search.example.com".into(),
                Some("aoss"),
                true,
                Target::Collection,
            ),
            (
                "https://search.example.com".into(),
                None,
                false,
                Target::Cluster,
            ),
            (
                "http://localhost:9200".into(),
                Some("es"),
                false,
                Target::Cluster,
            ),
        ] {
            let mut endpoint = Endpoint::parse(&url).unwrap();
            if let Some(service) = service {
                endpoint = endpoint.with_service(service).unwrap();
            }
            assert_eq!(Target::of(&endpoint, is_signed), target, "{url}");
        }
    }
}
