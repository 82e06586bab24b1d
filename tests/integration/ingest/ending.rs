//! Loads that end: well, early, or with their runtime.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{FutureExt, SinkExt, StreamExt};
use serde_json::{Value, json};
use sigtower::ingest::{Ids, Operation, Outcome};

use super::model::{Behaviour, Model, What};
use super::storm::{Random, stormy};

type Outcomes = Arc<Mutex<Vec<Outcome>>>;

fn collected() -> (Outcomes, impl FnMut(Outcome) + Send + 'static) {
    let outcomes = Outcomes::default();
    let collect = Arc::clone(&outcomes);
    (outcomes, move |outcome| {
        collect.lock().unwrap().push(outcome)
    })
}

fn assert_one_each(outcomes: &Outcomes, pushed: u64, model: &Model) {
    let outcomes = outcomes.lock().unwrap();
    let mut positions: Vec<_> = outcomes.iter().map(Outcome::position).collect();
    positions.sort_unstable();
    assert_eq!(positions, (0..pushed).collect::<Vec<_>>());
    let counts = model.counts();
    for outcome in &*outcomes {
        let count = counts.get(&outcome.position()).copied().unwrap_or_default();
        match outcome {
            Outcome::Done(_) => assert_eq!(count, 1, "{outcome:?}"),
            Outcome::Rejected(_) => assert_eq!(count, 0, "{outcome:?}"),
            _ => assert!(count <= 1, "{outcome:?}"),
        }
    }
}

/// At a thousand points; the test below takes ten times as many.
#[test]
fn aborted_dropped_or_finished_anywhere_every_operation_has_one_outcome() {
    endings(1000);
}

#[test]
#[ignore = "soak: ten thousand points"]
fn soak_aborted_dropped_or_finished_anywhere_every_operation_has_one_outcome() {
    endings(10_000);
}

fn endings(count: u64) {
    for seed in 0..count {
        let mut random = Random(seed);
        let runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = { runtime }.enable_all().start_paused(true).build().unwrap();
        let model = Model::new(stormy(seed));
        let (outcomes, collect) = collected();
        let pushed = runtime.block_on(async {
            let client = model.client();
            let load = client
                .ingest("logs")
                .ids(Ids::Server)
                .chunk_operations(5)
                .memory(100_000);
            let load = load
                .grace(Duration::from_millis(random.below(60)))
                .on_outcome(collect)
                .start();
            let pushed = random.below(60);
            for n in 0..pushed {
                load.push(Operation::index(json!({ "n": n })))
                    .await
                    .unwrap();
                if random.below(4) == 0 {
                    tokio::time::sleep(Duration::from_millis(random.below(40))).await;
                }
            }
            match random.below(4) {
                0 => drop(load.abort().await),
                1 => drop(load.finish().await),
                2 => {
                    drop(load);
                    tokio::time::sleep(Duration::from_secs(10)).await;
                }
                // The runtime goes first.
                _ => std::mem::forget(load),
            }
            pushed
        });
        drop(runtime);
        assert_one_each(&outcomes, pushed, &model);
    }
}

/// What waits for a retry may be in the index, if its request was lost, and is not there, if that was refused.
#[tokio::test(start_paused = true)]
async fn an_aborted_load_knows_why_its_operations_waited_for_a_retry() {
    for is_lost in [true, false] {
        let model = Model::new(move |_| match is_lost {
            true => What::Lost(3).into(),
            false => Behaviour::status(429, ""),
        });
        let load = model.client().ingest("logs").chunk_operations(3).start();
        for n in 0..3 {
            let operation = Operation::index(json!({ "n": n }));
            load.push(operation.id(n.to_string())).await.unwrap();
        }
        // The waits are seconds by then, and a request takes 5 ms.
        tokio::time::sleep(Duration::from_secs(8)).await;
        assert_eq!(load.statistics().in_flight, 0);
        let report = load.abort().await;
        assert!(model.requests() > 1);
        let (unknown, rejected) = (report.unknown, report.rejected);
        match is_lost {
            true => assert_eq!((unknown.len(), rejected.len()), (3, 0)),
            false => assert_eq!((unknown.len(), rejected.len()), (0, 3)),
        }
        assert!(
            unknown
                .iter()
                .all(|item| item.reason == "a request with it was lost, and the load was aborted")
        );
        assert!(rejected.iter().all(|item| item.status.is_none()));
    }
}

#[tokio::test(start_paused = true)]
async fn a_push_that_is_dropped_was_not_taken() {
    let model = Model::new(|_| Behaviour::well().after(Duration::from_secs(1)));
    let client = model.client();
    let load = client.ingest("logs").memory(20_000).start();
    let mut taken = 0;
    for n in 0..2000u64 {
        let push = load.push(Operation::index(json!({ "n": n })));
        if let Some(position) = push.now_or_never() {
            assert_eq!(position.unwrap(), taken);
            taken += 1;
        }
    }
    assert!(taken < 2000, "memory never filled");
    let report = load.finish().await;
    assert_eq!((report.done, model.stored().len() as u64), (taken, taken));
}

#[tokio::test(start_paused = true)]
async fn a_callback_that_panics_is_called_again() {
    let model = Model::new(|_| Behaviour::well());
    let (outcomes, mut collect) = collected();
    let load = model.client().ingest("logs").on_outcome(move |outcome| {
        let position = outcome.position();
        collect(outcome);
        assert_ne!(position, 1, "a panic of the callback");
    });
    let load = load.start();
    for n in 0..4 {
        load.push(Operation::index(json!({ "n": n })))
            .await
            .unwrap();
    }
    assert_eq!(load.finish().await.done, 4);
    assert_one_each(&outcomes, 4, &model);
}

#[tokio::test(start_paused = true)]
async fn a_load_is_a_sink() {
    let model = Model::new(|_| Behaviour::well());
    let (outcomes, collect) = collected();
    let mut load = model.client().ingest("logs").on_outcome(collect).start();
    let operations = (0..50).map(|n| Ok(Operation::index(json!({ "n": n }))));
    load.send_all(&mut futures_util::stream::iter(operations))
        .await
        .unwrap();
    assert_eq!(outcomes.lock().unwrap().len(), 50, "sending all flushes");
    load.send(Operation::index(json!({"n": 50}))).await.unwrap();
    SinkExt::<Operation<Value>>::close(&mut load).await.unwrap();
    assert_one_each(&outcomes, 51, &model);
    assert!(load.push(Operation::delete("1")).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn an_iterator_is_pushed_whole_and_a_flush_waits_for_it() {
    let model = Model::new(|_| Behaviour::well());
    let load = model.client().ingest("logs").start();
    for round in 1..=3u64 {
        let operations = (0..100).map(|n| Operation::index(json!({ "n": 100 * round + n })));
        load.push_all(operations).await.unwrap();
        load.flush().await;
        assert_eq!(load.statistics().done, 100 * round);
    }
    assert_eq!(load.finish().await.done, 300);
}

#[tokio::test(start_paused = true)]
async fn a_full_chunk_is_sent_although_the_pusher_never_waits() {
    let model = Model::new(|_| Behaviour::well());
    let load = model.client().ingest("logs").chunk_operations(10).start();
    load.push_all((0..25).map(|n| Operation::index(json!({ "n": n }))))
        .await
        .unwrap();
    assert_eq!(model.requests(), 1, "the second waits for a response");
    drop(load);
}

#[tokio::test(start_paused = true)]
async fn a_stream_is_loaded_whole() {
    let model = Model::new(|_| Behaviour::well());
    let operations =
        futures_util::stream::iter(0..500).map(|n| Operation::index(json!({ "n": n })));
    let report = model.client().ingest("logs").start().run(operations).await;
    assert_eq!(report.done, 500);
}

#[test]
fn without_a_runtime_nothing_is_taken() {
    let model = Model::new(|_| Behaviour::well());
    let load = model.client().ingest("logs").start();
    let push = load.push(Operation::delete("1"));
    let error = futures_util::FutureExt::now_or_never(push)
        .unwrap()
        .unwrap_err();
    assert!(error.to_string().contains("tokio runtime"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn load_settings_are_restored_also_after_an_abort() {
    for aborts in [false, true] {
        let model = Model::new(|_| Behaviour::well());
        let load = model.client().ingest("logs").load_settings(true).start();
        load.push(Operation::index(json!({"n": 1}))).await.unwrap();
        tokio::time::sleep(Duration::from_millis(1)).await;
        let report = if aborts {
            load.abort().await
        } else {
            load.finish().await
        };
        assert_eq!(report.settings_error, None);
        let fast = json!({"index.refresh_interval": "-1", "index.number_of_replicas": 0});
        let first = json!({"index.refresh_interval": null, "index.number_of_replicas": "2"});
        let second = json!({"index.refresh_interval": "30s", "index.number_of_replicas": null});
        let expected = [
            ("/logs/_settings", fast),
            ("/logs-1/_settings", first),
            ("/logs-2/_settings", second),
        ];
        let expected = expected.map(|(path, settings)| (path.to_owned(), settings));
        assert_eq!(model.settings(), expected);
    }
}
