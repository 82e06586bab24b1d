use std::fmt;
use std::time::Duration;

use futures_util::Stream;
use serde::Serialize;

use super::engine;
use super::ids::Ids;
use super::load::Load;
use super::outcome::Outcome;
use super::outcomes::Outcomes;
use super::settings::Settings;
use super::shared::{DeliveryKind, Shared};
use crate::opensearch::Client;
use crate::opensearch::bulk::Operation;
use crate::opensearch::call::Query;

/// The settings of a load; made by [`Client::ingest`].
///
/// The defaults fit an Amazon OpenSearch domain: chunks of 5 MiB, at most 64 at a time within
/// 128 MiB of memory, compressed, with ids that make it safe to send them again. For a serverless collection, the service
/// gives the ids, unless the client knows by
/// [`collection_type`](crate::opensearch::ClientBuilder::collection_type) that it is a search collection.
#[must_use = "a load must be started"]
pub struct IngestBuilder {
    client: Client,
    pub(super) settings: Settings,
    pub(super) callback: Option<Box<dyn FnMut(Outcome) + Send>>,
}

impl Client {
    /// Loads any number of documents into `index`, or into the indices that operations name: see
    /// [`ingest`](crate::ingest).
    pub fn ingest(&self, index: impl Into<String>) -> IngestBuilder {
        IngestBuilder::new(self.clone(), index.into())
    }
}

impl IngestBuilder {
    fn new(client: Client, index: String) -> Self {
        let target = client.known_target();
        let serverless = target.is_collection();
        let is_aws = client.endpoint().is_aws() || serverless;
        // Until a collection is known to take ids, only its own are certain to work.
        let ids = match target.supports_document_ids() {
            Some(true) => Ids::default(),
            _ => Ids::Server,
        };
        let settings = Settings {
            index,
            query: Query::default(),
            ids,
            target,
            chunk_bytes: 5 * MIB,
            chunk_operations: 100_000,
            request_limit: if is_aws { AWS_LIMIT } else { 90 * MIB },
            flush_after: Duration::from_secs(1),
            memory: 128 * MIB,
            most_in_flight: 64,
            fixed_in_flight: false,
            gzip: cfg!(feature = "compression"),
            retry_for: Duration::from_secs(600),
            grace: Duration::from_secs(5),
            details: false,
            load_settings: false,
            decide: None,
            serverless,
        };
        Self {
            client,
            settings,
            callback: None,
        }
    }

    /// Starts the load, on tokio's current runtime. Outside of one, every push is an error.
    pub fn start(self) -> Load {
        let kind = match self.callback {
            Some(_) => DeliveryKind::Callback,
            None => DeliveryKind::Report,
        };
        self.start_as(kind)
    }

    /// Starts the load of a stream of operations, and yields the outcome of each.
    ///
    /// ```
    /// # use futures_util::StreamExt;
    /// # use serde_json::json;
    /// # use sigtower::ingest::{Operation, Outcome};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # let domain = sigtower::testing::Domain::start().await;
    /// # let client = domain.client();
    /// let lines = (0..3).map(|n| Operation::index(json!({"n": n})).id(n.to_string()));
    /// let operations = futures_util::stream::iter(lines);
    /// let mut outcomes = client.ingest("logs").caller_ids().outcomes(operations);
    /// while let Some(outcome) = outcomes.next().await {
    ///     match outcome {
    ///         Outcome::Done(done) => println!("{} is stored", done.position),
    ///         Outcome::Rejected(item) => eprintln!("{item}"),
    ///         Outcome::Unknown(item) => eprintln!("{item}"),
    ///         _ => {}
    ///     }
    /// }
    /// # }
    /// ```
    pub fn outcomes<S, D>(self, operations: S) -> Outcomes<S>
    where
        S: Stream<Item = Operation<D>>,
        D: Serialize,
    {
        Outcomes::new(self.start_as(DeliveryKind::Stream), operations)
    }

    fn start_as(mut self, kind: DeliveryKind) -> Load {
        let settings = &mut self.settings;
        // Some chunks must fit in memory, with their compressed forms.
        settings.chunk_bytes = settings.chunk_bytes.min(settings.memory / 8).max(1);
        settings.gzip &= !self.client.refuses_gzip();
        Load {
            shared: engine::start(Shared::new(self.client, self.settings, kind, self.callback)),
        }
    }
}

impl fmt::Debug for IngestBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IngestBuilder")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

const MIB: usize = 1024 * 1024;
/// Smaller instances take requests of 10 MiB ([quotas]), which may include the head.
///
/// [quotas]: https://docs.aws.amazon.com/opensearch-service/latest/developerguide/limits.html#network-limits
const AWS_LIMIT: usize = 10 * MIB - 16 * 1024;

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;
    use crate::body::Body;
    use crate::{BoxError, Credentials};

    #[test]
    fn requests_stay_under_10_mib_where_aws_refuses_more() {
        for (url, is_limited) in [
            ("https://search-x.us-east-1.es.amazonaws.com", true),
            ("https://search-x.cn-north-1.es.amazonaws.com.cn", true),
            ("https://abc.us-east-1.aoss.amazonaws.com", true),
            (
                "https://search-x.us-east-1.es.amazonaws.com.example.org",
                false,
            ),
            ("https://localhost:9200", false),
        ] {
            let client = match url.contains("amazonaws.com") && is_limited {
                true => Client::builder(url),
                false => Client::builder(url).region("us-east-1").service("es"),
            };
            // Nothing is sent, so that the test needs no TLS.
            let client = client
                .credentials(Credentials::new("AKIDEXAMPLE", "secret", None))
                .over(tower::service_fn(|_: http::Request<Body>| {
                    pending::<Result<http::Response<Body>, BoxError>>()
                }));
            let limit = client
                .build()
                .unwrap()
                .ingest("logs")
                .settings
                .request_limit;
            assert_eq!(limit < 10 * MIB, is_limited, "{url}: {limit}");
        }
    }
}
