//! A server that refuses half of everything.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::json;
use sigtower::ingest::{Ids, Operation};

use super::model::{Behaviour, Model};

/// Half of the items are refused, and a fifth of the requests.
#[tokio::test(start_paused = true)]
async fn all_land_in_the_order_of_their_ids_within_the_memory_they_have() {
    let largest = Arc::new(AtomicUsize::new(0));
    let model = Model::new({
        let (largest, mut storm) = (largest.clone(), stormy(1));
        move |asked| {
            largest.fetch_max(asked.operations, Ordering::Relaxed);
            storm(asked)
        }
    });
    let client = model.client();
    let load = client
        .ingest("logs")
        .caller_ids()
        .chunk_operations(200)
        .memory(MEMORY)
        .start();
    let mut last = HashMap::new();
    for n in 0..10_000u64 {
        // Some ids are written again and again, most once.
        let id = if n % 10 == 0 { n / 10 % 7 } else { n };
        last.insert(id, n);
        load.push(Operation::index(json!({ "n": n })).id(id.to_string()))
            .await
            .unwrap();
    }
    let report = load.finish().await;
    assert_eq!(
        (report.done, report.is_complete()),
        (10_000, true),
        "{:?}",
        report.statistics
    );
    for applied in model.applied() {
        assert!(applied.is_sorted(), "{applied:?}");
    }
    let mut expected: Vec<_> = last.into_values().collect();
    let mut stored: Vec<_> = model.stored().into_iter().collect();
    expected.sort_unstable();
    stored.sort_unstable();
    assert_eq!(stored, expected);
    assert!(
        model.counts().values().all(|&count| count == 1),
        "an item that was stored was sent again"
    );
    assert_eq!(
        largest.load(Ordering::Relaxed),
        200,
        "retries stay in the limit too"
    );
    let peak = report.statistics.peak_memory;
    assert!(
        peak as f64 <= 1.1 * MEMORY as f64,
        "{peak} bytes of {MEMORY}"
    );
}

/// What is refused again and again does not wait for everything that is refused later.
#[tokio::test(start_paused = true)]
async fn in_a_storm_no_operation_waits_for_all_later_retries() {
    for seed in [1, 2] {
        let model = Model::new(stormy(seed));
        let client = model.client();
        let load = client.ingest("logs").chunk_operations(200).memory(MEMORY);
        let load = load.retry_for(Duration::from_secs(300)).start();
        for n in 0..9000u64 {
            load.push(Operation::index(json!({ "n": n })))
                .await
                .unwrap();
        }
        let report = load.finish().await;
        assert_eq!((report.done, report.rejected.len()), (9000, 0), "{seed}");
    }
}

/// Retries of different age travel together. Each operation has its own time.
#[tokio::test(start_paused = true)]
async fn in_a_storm_that_lasts_longer_than_the_retries_no_operation_is_given_up_early() {
    let model = Model::new(stormy(7));
    let load = model.client().ingest("logs").chunk_operations(20).start();
    for n in 0..2000u64 {
        load.push(Operation::index(json!({ "n": n })))
            .await
            .unwrap();
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let report = load.finish().await;
    assert_eq!((report.done, report.rejected.len()), (2000, 0));
}

#[tokio::test(start_paused = true)]
async fn memory_stays_within_its_limit_however_slow_the_server_is() {
    let model = Model::new(|_| Behaviour::well().after(Duration::from_secs(5)));
    let client = model.client();
    for memory in [200_000, 1_000_000, 8_000_000] {
        let load = client.ingest("logs").memory(memory).start();
        for n in 0..20_000 {
            let document =
                json!({"n": n, "text": "some text that makes it longer, so that memory fills"});
            load.push(Operation::index(document)).await.unwrap();
        }
        let report = load.finish().await;
        assert_eq!(report.done, 20_000);
        let peak = report.statistics.peak_memory;
        assert!(
            peak as f64 <= 1.1 * memory as f64,
            "{peak} bytes of {memory}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn one_id_written_often_holds_up_no_other() {
    let model = Model::new(|_| Behaviour::well().after(Duration::from_millis(100)));
    let client = model.client();
    let load = client
        .ingest("logs")
        .caller_ids()
        .flush_after(Duration::from_millis(10))
        .start();
    for n in 0..20u64 {
        load.push(Operation::index(json!({ "n": n })).id("hot"))
            .await
            .unwrap();
    }
    for n in 20..1000u64 {
        load.push(Operation::index(json!({ "n": n })).id(n.to_string()))
            .await
            .unwrap();
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(load.statistics().done >= 980, "{:?}", load.statistics());
    assert_eq!(load.finish().await.done, 1000);
    assert!(model.applied().contains(&(0..20).collect()));
}

#[tokio::test(start_paused = true)]
async fn concurrency_rises_on_a_server_that_takes_more() {
    let model = Model::new(|_| Behaviour::well().after(Duration::from_millis(100)));
    let client = model.client();
    let load = client
        .ingest("logs")
        .ids(Ids::Server)
        .chunk_operations(10)
        .max_in_flight(16)
        .start();
    for n in 0..5000 {
        load.push(Operation::index(json!({ "n": n })))
            .await
            .unwrap();
    }
    assert_eq!(load.finish().await.done, 5000);
    assert_eq!(model.most_in_flight(), 16);
}

/// Refuses at random, with a seed.
pub(crate) fn stormy(seed: u64) -> impl FnMut(&super::model::Asked) -> Behaviour + Send {
    let mut random = Random(seed);
    move |_| {
        let takes = Duration::from_millis(random.below(50));
        let behaviour = match random.below(10) {
            0 => Behaviour::status(
                429,
                r#"{"error":{"type":"es_rejected_execution_exception"},"status":429}"#,
            ),
            1 => Behaviour::status(503, "<html>busy</html>"),
            _ => {
                let mut random = Random(random.below(u64::MAX));
                Behaviour::items(move |_| {
                    let error = json!({"type": "es_rejected_execution_exception"});
                    (random.below(2) == 0).then_some((429, error))
                })
            }
        };
        behaviour.after(takes)
    }
}

/// SplitMix64.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % bound
    }
}

const MEMORY: usize = 400_000;
