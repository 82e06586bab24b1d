//! What spans say about chunks, and that they contain no secret and no document.

use serde_json::json;
use sigtower::Credentials;
use sigtower::ingest::Operation;
use tracing::subscriber;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry;

use super::model::{Behaviour, Model};
use crate::listening::keep_callsites_on;
use crate::observe::Told;

/// Collects spans of this thread, where the load and its requests run as tasks of their own.
fn listen() -> (Told, subscriber::DefaultGuard) {
    let told = Told::default();
    keep_callsites_on();
    let listening = subscriber::set_default(registry().with(told.clone()));
    (told, listening)
}

#[tokio::test(start_paused = true)]
async fn each_chunk_has_one_span_for_each_time_it_is_sent() {
    let model = Model::new(|asked| match asked.number {
        0 => Behaviour::items(|position| {
            let error = json!({"type": "es_rejected_execution_exception"});
            (position < 3).then_some((429, error))
        }),
        _ => Behaviour::well(),
    });
    let (told, listening) = listen();
    let client = model.client_with(Credentials::new("AKIDEXAMPLE", "canary-secret", None));
    let load = client.ingest("logs").caller_ids().chunk_operations(40);
    let load = load.fixed_in_flight(1).start();
    for n in 0..100 {
        let document = json!({"n": n, "text": "canary-document"});
        let operation = Operation::index(document).id(format!("canary-id-{n}"));
        load.push(operation).await.unwrap();
    }
    let report = load.finish().await;
    drop(listening);
    assert_eq!((report.done, model.requests()), (100, 4));

    let mut chunks = told.spans("ingest");
    assert_eq!(chunks.len(), 4, "{chunks:?}");
    let number = |name: &str, at: usize| chunks[at].fields[name].parse::<u64>().unwrap();
    let all = |name: &str| [0, 1, 2, 3].map(|at| number(name, at));
    let sizes = all("db.operation.batch.size");
    let mut sorted = sizes;
    sorted.sort_unstable();
    assert_eq!((sizes[0], sorted), (40, [3, 20, 40, 40]));
    assert_eq!(all("ingest.throttled"), [3, 0, 0, 0]);
    assert_eq!(all("ingest.retried"), [3, 0, 0, 0]);
    let attempts = all("ingest.attempt");
    for (size, attempt) in sizes.into_iter().zip(attempts) {
        assert_eq!(attempt, if size == 3 { 2 } else { 1 });
    }
    let bytes = all("ingest.bytes").iter().sum::<u64>();
    let wire_bytes = all("ingest.wire_bytes").iter().sum::<u64>();
    let statistics = report.statistics;
    assert_eq!(
        (bytes, wire_bytes),
        (statistics.bytes, statistics.wire_bytes)
    );
    assert!(wire_bytes < bytes, "compressed");

    // The call itself has a span too, inside that of its chunk.
    let calls = told.spans("opensearch");
    assert_eq!(calls.len(), 4, "{calls:?}");
    for (call, chunk) in calls.iter().zip(&chunks) {
        assert_eq!(call.parent, Some(chunk.id));
    }
    chunks.extend(calls);
    let text = format!("{chunks:?} {:?}", told.events(""));
    assert!(!text.contains("canary"), "{text}");
    assert!(!text.contains("Signature"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn a_chunk_that_is_lost_closes_its_span_as_well() {
    let model = Model::new(|asked| match asked.number {
        0 => super::model::What::Lost(0).into(),
        _ => Behaviour::well(),
    });
    let (told, listening) = listen();
    let load = model.client().ingest("logs").start();
    load.push(Operation::index(json!({"n": 1}))).await.unwrap();
    let report = load.finish().await;
    drop(listening);
    assert_eq!(report.done, 1);
    let chunks = told.spans("ingest");
    let retried: Vec<_> = chunks
        .iter()
        .map(|chunk| &*chunk.fields["ingest.retried"])
        .collect();
    assert_eq!(retried, ["1", "0"]);
}
