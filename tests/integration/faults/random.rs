//! Random faults for a long time, and whether every response belongs to its request.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use fastrand::Rng;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sigtower::opensearch::bulk::Bulk;
use sigtower::opensearch::document::{Get, Index, Mget};
use sigtower::opensearch::search::Search;
use sigtower::opensearch::{Client, Error, ErrorKind, index};
use sigtower::testing::{Domain, DomainBuilder, Fault as DomainFault, FaultCounts};
use tokio::task::JoinSet;

use super::client_over;
use super::wire::{Fault, Way, What, Wire};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_response_is_taken_for_that_of_a_different_request() {
    run(Domain::builder(), Duration::from_secs(10)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "long: thirty minutes, or SOAK_SECONDS"]
async fn long_no_response_is_taken_for_that_of_a_different_request() {
    run(Domain::builder(), soak_time()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "long: thirty minutes, or SOAK_SECONDS, on a real OpenSearch in OPENSEARCH_UPSTREAM"]
async fn long_no_response_of_a_real_server_is_taken_for_that_of_a_different_request() {
    let url = std::env::var("OPENSEARCH_UPSTREAM");
    let url = url.expect("OPENSEARCH_UPSTREAM is the URL of an OpenSearch");
    run(Domain::builder().upstream(&url), soak_time()).await;
}

fn soak_time() -> Duration {
    let seconds = std::env::var("SOAK_SECONDS").map(|text| text.parse().unwrap());
    Duration::from_secs(seconds.unwrap_or(1_800))
}

/// Has sixteen workers send calls for this long, while faults happen on the wire and in the domain.
async fn run(domain: DomainBuilder, time: Duration) {
    let seed = std::env::var("SOAK_SEED").map_or(10, |text| text.parse().unwrap());
    println!("SOAK_SEED={seed}");
    let domain = domain.start().await;
    let wire = Wire::to(domain.url()[7..].parse().unwrap()).await;
    let name = format!("random-{}-{seed}", std::process::id());
    let index = index::Create::new(&name)
        .mappings(json!({ "properties": { "owner": { "type": "keyword" } } }));
    domain.client().send(index).await.unwrap();
    fail_at_random(&domain, seed);

    let end = Instant::now() + time;
    let mut workers = JoinSet::new();
    for number in 0..WORKERS {
        let client = client_over(&wire, &domain).attempt_timeout(Duration::from_millis(400));
        let client = client
            .total_timeout(Duration::from_secs(3))
            .build()
            .unwrap();
        let worker = Worker::new(client, &name, number, seed);
        workers.spawn(worker.work(end));
    }
    let mut random = Rng::with_seed(seed);
    while Instant::now() < end {
        wire.next(fault(&mut random));
        tokio::time::sleep(Duration::from_millis(random.u64(5..40))).await;
        // The domain keeps what it has received.
        domain.clear_requests();
    }
    let mut total = Tally::default();
    // Past the wire. What a late attempt wrote is what the worker expects, or what it once wrote.
    let client = domain
        .client_builder()
        .attempt_timeout(Duration::from_millis(400));
    let client = client.build().unwrap();
    for worker in workers.join_all().await {
        total.add(&worker.tally);
        worker.check_all(&client).await;
    }
    let counts = domain.fault_counts();
    println!("{total:?}, {counts:?}");
    assert!(total.is_worth_something(&counts), "{total:?}, {counts:?}");
    // The domain still fails at random. A lost attempt may have deleted the index.
    let delete = index::Delete::new(&name);
    while let Err(error) = client.send(delete.clone()).await
        && error.kind() != ErrorKind::NotFound
    {}
}

/// In the domain: statuses, closed connections and delays, each for some requests at random.
fn fail_at_random(domain: &Domain, seed: u64) {
    let some = |percent: u8, salt: u64| {
        let random = std::sync::Mutex::new(Rng::with_seed(seed ^ salt));
        move |_: &_| random.lock().unwrap().u8(..100) < percent
    };
    domain
        .every_of(1, some(3, 1), DomainFault::response(503))
        .every_of(1, some(3, 2), DomainFault::response(429))
        .every_of(1, some(2, 3), DomainFault::response(500))
        .every_of(1, some(2, 4), DomainFault::dropped())
        .every_of(1, some(2, 5), DomainFault::reset_at(0))
        .every_of(1, some(2, 6), DomainFault::close_at(200))
        .every_of(1, some(1, 7), DomainFault::stall_at(100))
        .every_of(
            1,
            some(1, 8),
            DomainFault::delay(Duration::from_millis(450)),
        );
}

/// On the wire. Bits are flipped in requests only, where the signature protects them; no signature protects a response.
fn fault(random: &mut Rng) -> Fault {
    let way = random.choice([Way::Request, Way::Answer]).unwrap();
    let what = match random.u8(..6) {
        0 => What::Cut,
        1 => What::Reset,
        2 => What::Garbage(random.u64(..)),
        3 => What::Stall,
        4 if way == Way::Request => What::Flip(1 << random.u8(..8)),
        _ => What::Drip(Duration::from_millis(random.u64(1..5))),
    };
    // Also in the middle of a later exchange on the same connection.
    Fault {
        way,
        byte: random.usize(..6_000),
        what,
    }
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Document {
    owner: String,
    id: String,
    /// Unique in the whole run.
    write: u64,
}

/// Owns some documents that no other worker writes, so that it knows what a response must contain.
struct Worker {
    client: Client,
    index: String,
    owner: String,
    random: Rng,
    documents: BTreeMap<String, Known>,
    writes: u64,
    tally: Tally,
}

/// What a document may be.
#[derive(Default)]
struct Known {
    /// The last write that succeeded in one attempt.
    certain: Option<Document>,
    /// Writes of which an attempt was lost: they may arrive at any time.
    possible: BTreeSet<Document>,
}

#[derive(Debug, Default)]
struct Tally {
    writes: usize,
    reads: usize,
    searches: usize,
    items: usize,
    errors: BTreeMap<String, usize>,
    retries: usize,
}

impl Worker {
    fn new(client: Client, index: &str, number: u64, seed: u64) -> Self {
        Self {
            client,
            index: index.to_owned(),
            owner: format!("worker-{number}"),
            random: Rng::with_seed(seed.wrapping_mul(1_000) + number),
            documents: BTreeMap::new(),
            writes: number << 40,
            tally: Tally::default(),
        }
    }

    async fn work(mut self, end: Instant) -> Self {
        while Instant::now() < end {
            let outcome = match self.random.u8(..10) {
                0..3 => self.write().await,
                3..6 => self.read().await,
                6 => self.read_many().await,
                7..9 => self.bulk().await,
                _ => self.search().await,
            };
            if let Err(error) = outcome {
                // Nothing was wrong with the requests themselves.
                assert!(!WRONG.contains(&error.kind()), "{error:?}");
                *self
                    .tally
                    .errors
                    .entry(format!("{:?}", error.kind()))
                    .or_default() += 1;
            }
        }
        self
    }

    async fn write(&mut self) -> Result<(), Error> {
        let document = self.next();
        let call = Index::new(&self.index, &document).id(&document.id);
        let sent = self.client.send_with_response(call).await;
        let certain = sent.as_ref().is_ok_and(|(_, head)| head.attempts() == 1);
        self.wrote(&document, certain, sent.as_ref().err());
        let (written, head) = sent?;
        self.tally.retries += head.attempts() as usize - 1;
        assert_eq!(written.id, document.id);
        assert_eq!(written.index, self.index);
        self.tally.writes += 1;
        Ok(())
    }

    async fn read(&mut self) -> Result<(), Error> {
        let id = self.any_id();
        let call = Get::<Document>::new(&self.index, &id);
        let (found, head) = self.client.send_with_response(call).await?;
        self.tally.retries += head.attempts() as usize - 1;
        assert_eq!(found.id, id);
        self.check(&id, found.source.as_ref());
        self.tally.reads += 1;
        Ok(())
    }

    async fn read_many(&mut self) -> Result<(), Error> {
        let ids: Vec<_> = (0..5).map(|_| self.any_id()).collect();
        let found = self
            .client
            .send(Mget::<Document>::new(&self.index).ids(&ids))
            .await?;
        let mut count = 0;
        for (found, id) in found.into_iter().zip(&ids) {
            let found = found.unwrap();
            assert_eq!(&found.id, id);
            self.check(id, found.source.as_ref());
            count += 1;
        }
        assert_eq!(count, ids.len());
        self.tally.reads += count;
        Ok(())
    }

    async fn bulk(&mut self) -> Result<(), Error> {
        let documents: Vec<_> = (0..self.random.usize(1..20)).map(|_| self.next()).collect();
        let mut bulk = Bulk::new(&self.index);
        for document in &documents {
            bulk.index(document).id(&document.id);
        }
        let sent = self.client.send_with_response(bulk).await;
        let once = sent.as_ref().is_ok_and(|(_, head)| head.attempts() == 1);
        for document in &documents {
            self.wrote(document, once, sent.as_ref().err());
        }
        let (response, head) = sent?;
        self.tally.retries += head.attempts() as usize - 1;
        assert_eq!(response.outcomes.len(), documents.len());
        for (outcome, document) in response.into_iter().zip(&documents) {
            assert_eq!(outcome.unwrap().id, document.id);
            self.tally.items += 1;
        }
        Ok(())
    }

    async fn search(&mut self) -> Result<(), Error> {
        let query = json!({ "term": { "owner": self.owner } });
        let call = Search::<Document>::new(&self.index).query(query).size(50);
        let (hits, head) = self.client.send_with_response(call).await?;
        self.tally.retries += head.attempts() as usize - 1;
        for hit in &hits.hits {
            assert_eq!((&hit.source.owner, &hit.source.id), (&self.owner, &hit.id));
        }
        self.tally.searches += 1;
        Ok(())
    }

    fn next(&mut self) -> Document {
        self.writes += 1;
        Document {
            owner: self.owner.clone(),
            id: self.any_id(),
            write: self.writes,
        }
    }

    fn any_id(&mut self) -> String {
        format!("{}-{}", self.owner, self.random.u8(..20))
    }

    /// Takes note of a write.
    fn wrote(&mut self, document: &Document, certain: bool, error: Option<&Error>) {
        let known = self.documents.entry(document.id.clone()).or_default();
        if certain {
            known.certain = Some(document.clone());
        } else if error.is_none() {
            // An earlier attempt may still arrive, after later writes.
            known.possible.insert(document.clone());
            known.certain = Some(document.clone());
        } else if error.is_some_and(|error| error.may_have_been_applied() || error.attempts() > 1) {
            known.possible.insert(document.clone());
        }
    }

    fn check(&self, id: &str, found: Option<&Document>) {
        let Some(known) = self.documents.get(id) else {
            return assert_eq!(found, None, "{id} was never written");
        };
        match found {
            None => assert_eq!(known.certain, None, "{id} is lost"),
            Some(found) => assert!(
                known.certain.as_ref() == Some(found) || known.possible.contains(found),
                "{found:?} is neither {:?} nor one of {:?}",
                known.certain,
                known.possible
            ),
        }
    }

    async fn check_all(&self, client: &Client) {
        let refresh = index::Refresh::new(&self.index);
        while client.send(refresh.clone()).await.is_err() {}
        for id in self.documents.keys() {
            let found = loop {
                if let Ok(found) = client.send(Get::<Document>::new(&self.index, id)).await {
                    break found;
                }
            };
            self.check(id, found.source.as_ref());
        }
    }
}

impl Tally {
    fn add(&mut self, other: &Self) {
        self.writes += other.writes;
        self.reads += other.reads;
        self.searches += other.searches;
        self.items += other.items;
        self.retries += other.retries;
        for (kind, count) in &other.errors {
            *self.errors.entry(kind.clone()).or_default() += count;
        }
    }

    /// Whether there were responses of each kind, errors, retries and faults.
    fn is_worth_something(&self, counts: &FaultCounts) -> bool {
        let least = [
            self.writes,
            self.reads,
            self.searches,
            self.items,
            self.retries,
        ];
        least.iter().all(|count| *count > 5)
            && !self.errors.is_empty()
            && counts.responses > 5
            && counts.dropped > 0
            && counts.cut > 0
    }
}

const WORKERS: u64 = 16;
/// What cannot come of a fault. A flipped bit in a request makes `Denied` and `BadRequest` possible.
const WRONG: [ErrorKind; 4] = [
    ErrorKind::InvalidRequest,
    ErrorKind::Unsupported,
    ErrorKind::Credentials,
    ErrorKind::Incomplete,
];
