use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::Stream;
use serde::Serialize;

use super::classify::{Decision, Failure};
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

/// Says how documents are loaded; made by [`Client::ingest`].
///
/// The defaults fit an Amazon OpenSearch domain: chunks of 5 MiB, at most 64 at a time within
/// 128 MiB of memory, compressed, with ids that make it safe to send them again. For a serverless collection, the service
/// gives the ids, unless the client knows by
/// [`collection_type`](crate::opensearch::ClientBuilder::collection_type) that it is a search collection.
#[must_use = "a load must be started"]
pub struct IngestBuilder {
    client: Client,
    settings: Settings,
    callback: Option<Box<dyn FnMut(Outcome) + Send>>,
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

    /// Where ids come from; see [`Ids`].
    pub fn ids(mut self, ids: Ids) -> Self {
        self.settings.ids = ids;
        self
    }

    /// Every operation has an id of the caller's: [`Ids::Caller`].
    pub fn caller_ids(self) -> Self {
        self.ids(Ids::Caller)
    }

    /// Documents without an id get one: [`Ids::Generated`], the default except for serverless collections.
    pub fn generated_ids(self) -> Self {
        self.ids(Ids::Generated)
    }

    /// The server gives ids to documents without one: [`Ids::Server`], the default for serverless collections, unless
    /// the client knows that it is a search collection.
    pub fn server_ids(self) -> Self {
        self.ids(Ids::Server)
    }

    /// The ingest pipeline of operations that name none.
    pub fn pipeline(self, pipeline: impl Into<String>) -> Self {
        self.query_param("pipeline", pipeline)
    }

    /// Sets a query parameter of the bulk requests that has no method here.
    pub fn query_param(mut self, name: &str, value: impl Into<String>) -> Self {
        self.settings.query.set(name, value.into());
        self
    }

    /// A chunk is sent before it grows over this many bytes, uncompressed; 5 MiB by default. Memory
    /// holds at least eight chunks, so that a quarter of a small limit is the maximum.
    pub fn chunk_bytes(mut self, bytes: usize) -> Self {
        self.settings.chunk_bytes = bytes;
        self
    }

    /// A chunk is sent when it has this many operations; 100,000 by default.
    pub fn chunk_operations(mut self, operations: usize) -> Self {
        self.settings.chunk_operations = operations.max(1);
        self
    }

    /// No request is larger than this many bytes, uncompressed. By default 9.5 MiB on AWS, whose
    /// smaller instances take 10 MiB, and 90 MiB elsewhere. What the server refuses as too large
    /// lowers it.
    pub fn request_limit(mut self, bytes: usize) -> Self {
        self.settings.request_limit = bytes;
        self
    }

    /// An operation waits at most this long for others in its chunk; 1 second by default.
    pub fn flush_after(mut self, wait: Duration) -> Self {
        self.settings.flush_after = wait;
        self
    }

    /// The most bytes held: operations that wait, chunks with their compressed form, requests in
    /// flight and responses; 128 MiB by default. The report's rejected operations come on top.
    pub fn memory(mut self, bytes: usize) -> Self {
        self.settings.memory = bytes;
        self
    }

    /// The most requests in flight; 64 by default. How many of them there are is learned from the
    /// server's responses, see [`Concurrency`](super::Concurrency).
    pub fn max_in_flight(mut self, requests: usize) -> Self {
        self.settings.most_in_flight = requests.max(1);
        self
    }

    /// Keeps this many requests in flight, whatever the server responds.
    pub fn fixed_in_flight(mut self, requests: usize) -> Self {
        self.settings.fixed_in_flight = true;
        self.max_in_flight(requests)
    }

    /// Whether bodies are compressed, at level 1; on by default. If the target refuses the first,
    /// they are sent in plain. Has no effect without the feature `compression`.
    pub fn gzip(mut self, on: bool) -> Self {
        self.settings.gzip = on && cfg!(feature = "compression");
        self
    }

    /// How long an operation is retried after it was first refused; 10 minutes by default.
    pub fn retry_for(mut self, time: Duration) -> Self {
        self.settings.retry_for = time;
        self
    }

    /// Asks this which failures are retried. What may be applied twice is never retried after it was
    /// lost, whatever the hook decides; it is not asked then.
    pub fn retry_if(
        mut self,
        decide: impl Fn(&Failure<'_>) -> Decision + Send + Sync + 'static,
    ) -> Self {
        self.settings.decide = Some(Arc::new(decide));
        self
    }

    /// How long an aborted load waits for requests in flight; 5 seconds by default.
    pub fn grace(mut self, time: Duration) -> Self {
        self.settings.grace = time;
        self
    }

    /// Whether [`Done`](super::Done) has the id, version, sequence number and primary term; off by
    /// default, since it makes responses larger.
    pub fn details(mut self, on: bool) -> Self {
        self.settings.details = on;
        self
    }

    /// Whether the index has no refreshes and no replicas during the load. What they were before is
    /// restored in the end, also after an abort; not if the process is killed.
    pub fn load_settings(mut self, on: bool) -> Self {
        self.settings.load_settings = on;
        self
    }

    /// Gives every outcome to this function, instead of collecting those that are not done for the
    /// report. The driver waits for it: a slow function slows the load down.
    pub fn on_outcome(mut self, callback: impl FnMut(Outcome) + Send + 'static) -> Self {
        self.callback = Some(Box::new(callback));
        self
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
