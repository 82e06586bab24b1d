//! What is in a request, and when it is sent.

use std::time::Duration;

use futures_util::StreamExt;
use serde_json::{Value, json};
use sigtower::ingest::{Ids, Operation, Outcome};
use sigtower::opensearch::VersionType;
use sigtower::opensearch::bulk::Action;
use sigtower::opensearch::document::Change;
use sigtower::testing::Domain;

use super::model::{Behaviour, Model, What};

#[tokio::test(start_paused = true)]
async fn a_chunk_is_as_large_as_its_limits_allow_and_never_larger() {
    for (bytes, operations) in [
        (1, 1000),
        (100, 1000),
        (1000, 1000),
        (5000, 7),
        (100_000, 60),
    ] {
        let model = Model::new(|_| Behaviour::well());
        let load = model.client().ingest("logs").server_ids().gzip(false);
        let load = load
            .fixed_in_flight(1)
            .chunk_bytes(bytes)
            .chunk_operations(operations)
            .start();
        let lines: Vec<_> = (0..500usize)
            .map(|n| format!("{{\"n\":{n},\"text\":\"{}\"}}", "x".repeat(n * 7 % 40)))
            .collect();
        let pushed = lines.iter().map(|line| Operation::index_json(line.clone()));
        load.push_all(pushed).await.unwrap();
        assert_eq!(load.finish().await.done, 500);

        let mut expected = Vec::new();
        let (mut size, mut count) = (0, 0);
        for line in &lines {
            let added = "{\"index\":{}}\n".len() + line.len() + 1;
            if count > 0 && (size + added > bytes || count == operations) {
                expected.push(size);
                (size, count) = (0, 0);
            }
            size += added;
            count += 1;
        }
        expected.push(size);
        assert_eq!(
            model.sizes(),
            expected,
            "{bytes} bytes, {operations} operations"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_pusher_is_at_most_some_chunks_ahead_of_a_slow_server() {
    let model = Model::new(|_| Behaviour::well().after(Duration::from_secs(5)));
    let load = model.client().ingest("logs").gzip(false);
    let load = load.fixed_in_flight(2).chunk_bytes(100_000).start();
    for n in 0..50_000 {
        load.push(Operation::index(json!({ "n": n })))
            .await
            .unwrap();
    }
    let report = load.finish().await;
    assert_eq!(report.done, 50_000);
    // Two in flight, two that are ready, one that is open; the limit is 128 MiB.
    let peak = report.statistics.peak_memory;
    assert!(peak < 2_000_000, "{peak}");
}

#[tokio::test(start_paused = true)]
async fn an_operation_waits_for_others_as_long_as_was_set() {
    let model = Model::new(|_| Behaviour::well());
    let load = model
        .client()
        .ingest("logs")
        .flush_after(Duration::from_millis(300))
        .start();
    load.push(Operation::index(json!({"n": 1}))).await.unwrap();
    tokio::time::sleep(Duration::from_millis(290)).await;
    load.push(Operation::index(json!({"n": 2}))).await.unwrap();
    assert_eq!(model.requests(), 0);
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!((model.requests(), model.operations()), (1, 2));
    drop(load);
}

#[tokio::test(start_paused = true)]
async fn each_operation_keeps_its_own_parameters() {
    let model = Model::new(|_| Behaviour::well());
    let load = model.client().ingest("logs").caller_ids().start();
    let document = json!({"n": 1});
    let operations = [
        Operation::index(&document)
            .id("1")
            .in_index("other")
            .routing("r")
            .pipeline("p"),
        Operation::index(&document)
            .id("2")
            .if_seq_no(3)
            .if_primary_term(1),
        Operation::create(&document)
            .id("3")
            .version(7, VersionType::External),
        Operation::update("4", &document).doc_as_upsert(true),
        Operation::delete("5").routing("r").cast(),
    ];
    load.push_all(operations).await.unwrap();
    assert_eq!(load.finish().await.done, 5);
    let expected = [
        json!({"index": {"_id": "1", "_index": "other", "routing": "r", "pipeline": "p"}}),
        json!({"index": {"_id": "2", "if_seq_no": 3, "if_primary_term": 1}}),
        json!({"create": {"_id": "3", "version": 7, "version_type": "external"}}),
        json!({"update": {"_id": "4"}}),
        json!({"delete": {"_id": "5", "routing": "r"}}),
    ];
    assert_eq!(model.first_lines(), expected);
}

#[tokio::test]
async fn details_are_in_the_outcome_on_request() {
    let domain = Domain::start().await;
    let client = domain.client();
    for details in [true, false] {
        let operations = [
            Operation::index(json!({"n": 1})).id("1"),
            Operation::update("1", json!({"n": 2})),
            Operation::delete("1").cast(),
            Operation::delete("2").cast(),
        ];
        let operations = futures_util::stream::iter(operations);
        let load = client.ingest(format!("details-{details}")).details(details);
        let mut outcomes: Vec<_> = load.outcomes(operations).collect().await;
        outcomes.sort_by_key(Outcome::position);
        let done: Vec<_> = outcomes
            .into_iter()
            .map(|outcome| match outcome {
                Outcome::Done(done) => done,
                other => panic!("{other:?}"),
            })
            .collect();
        let actions = [
            Action::Index,
            Action::Update,
            Action::Delete,
            Action::Delete,
        ];
        let statuses = [201, 200, 200, 404];
        for (n, done) in done.iter().enumerate() {
            assert_eq!((done.action, done.status), (actions[n], statuses[n]));
            assert_eq!(done.id.is_some(), details, "{done:?}");
            // Operations on one id wait for one another; the last is on a different one.
            let (version, seq_no) = [(1, 0), (2, 2), (3, 3), (1, 1)][n];
            assert_eq!(done.version, details.then_some(version), "{done:?}");
            assert_eq!(done.seq_no, details.then_some(seq_no), "{done:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_response_without_a_result_is_told_from_action_and_status() {
    let model = Model::new(|_| {
        What::Body(|mut body| {
            for item in body["items"].as_array_mut().unwrap() {
                for result in item.as_object_mut().unwrap().values_mut() {
                    result.as_object_mut().unwrap().remove("result");
                }
            }
            body.to_string()
        })
        .into()
    });
    let operations = [
        Operation::create(json!({"n": 1})).id("1"),
        Operation::index(json!({"n": 2})).id("1"),
        Operation::delete("1").cast(),
        Operation::delete("1").cast(),
    ];
    let load = model.client().ingest("logs").details(true);
    let outcomes = load.outcomes(futures_util::stream::iter(operations));
    let mut changes: Vec<_> = outcomes
        .map(|outcome| match outcome {
            Outcome::Done(done) => (done.position, done.result),
            other => panic!("{other:?}"),
        })
        .collect()
        .await;
    changes.sort_unstable_by_key(|(position, _)| *position);
    let changes: Vec<_> = changes.into_iter().map(|(_, change)| change).collect();
    assert_eq!(
        changes,
        [
            Some(Change::Created),
            Some(Change::Updated),
            Some(Change::Deleted),
            Some(Change::NotFound)
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn with_details_a_response_in_another_order_is_not_believed() {
    for ids in [Ids::Caller, Ids::Generated] {
        let model = Model::new(|asked| match asked.number {
            0 => What::Body(|mut body| {
                body["items"].as_array_mut().unwrap().reverse();
                body.to_string()
            })
            .into(),
            _ => Behaviour::well(),
        });
        let id = |n: u64| format!("№{n} \u{1F600}\"");
        let operations = (0..20).map(|n| {
            let operation = Operation::index(json!({ "n": n }));
            match ids {
                Ids::Caller => operation.id(id(n)),
                _ => operation,
            }
        });
        let load = model.client().ingest("logs").ids(ids).details(true);
        let outcomes = load.outcomes(futures_util::stream::iter(operations));
        let outcomes: Vec<_> = outcomes.collect().await;
        assert_eq!((outcomes.len(), model.requests()), (20, 2), "{ids:?}");
        for outcome in outcomes {
            let Outcome::Done(done) = outcome else {
                panic!("{outcome:?}");
            };
            if ids == Ids::Caller {
                assert_eq!(done.id, Some(id(done.position)));
            }
        }
        assert!(model.counts().values().all(|&count| count <= 2));
        assert_eq!(model.stored().len(), 20);
    }
}

#[tokio::test(start_paused = true)]
async fn settings_at_their_extremes_neither_panic_nor_lose_anything() {
    let model = Model::new(|_| Behaviour::well());
    let client = model.client();
    for (size, time) in [(0, Duration::ZERO), (usize::MAX, Duration::MAX)] {
        let load = client
            .ingest("logs")
            .chunk_bytes(size)
            .chunk_operations(size)
            .request_limit(size)
            .memory(size)
            .max_in_flight(size)
            .flush_after(time)
            .retry_for(time)
            .grace(time)
            .start();
        for n in 0..20 {
            load.push(Operation::index(json!({ "n": n })))
                .await
                .unwrap();
        }
        let report = load.finish().await;
        // A request of no bytes has no room for an operation.
        let expected = if size == 0 { (0, 20) } else { (20, 0) };
        assert_eq!((report.done, report.rejected.len()), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn outcomes_that_nobody_takes_count_as_memory() {
    let memory = 1_000_000;
    let model = Model::new(|_| Behaviour::items(|_| Some((400, Value::Null))));
    let document = json!({"n": 1, "text": "x".repeat(1000)});
    let operations =
        futures_util::stream::iter((0..5000).map(|_| Operation::index(document.clone())));
    let client = model.client();
    let mut outcomes = client.ingest("logs").memory(memory).outcomes(operations);
    let watch = outcomes.watch();
    let mut count = 0;
    while let Some(outcome) = outcomes.next().await {
        assert!(matches!(outcome, Outcome::Rejected(_)), "{outcome:?}");
        count += 1;
        if count % 100 == 0 {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
    let peak = watch.statistics().peak_memory;
    assert_eq!(count, 5000);
    // Each chunk and the operations in its outcomes are in memory at the same time.
    assert!(
        peak as f64 <= 1.25 * memory as f64,
        "{peak} of {memory} bytes"
    );
}
