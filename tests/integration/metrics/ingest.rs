//! The metrics of a load.

use std::time::Duration;

use serde_json::{Value, json};
use sigtower::ingest::Operation;

use super::recorder::Kept;
use crate::ingest::model::{Behaviour, Model};

#[tokio::test(start_paused = true)]
async fn a_load_records_its_outcomes_and_returns_its_gauges_to_zero() {
    let kept = Kept::default();
    let _guard = metrics::set_default_local_recorder(&kept);
    let model = Model::new(|asked| match asked.number {
        0 => Behaviour::items(|position| match position {
            0 => Some((429, Value::Null)),
            1 => Some((400, Value::Null)),
            _ => None,
        }),
        _ => Behaviour::well(),
    });
    let load = model.client().ingest("logs").start();
    for n in 0..100 {
        load.push(Operation::index(json!({ "n": n })))
            .await
            .unwrap();
    }
    let report = load.finish().await;
    // The driver records its last values when it ends.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let statistics = report.statistics;
    for (name, expected) in [
        ("operations{outcome=done}", 99.0),
        ("operations{outcome=rejected}", 1.0),
        ("operations{outcome=unknown}", 0.0),
        ("retries", 1.0),
        ("requests", 2.0),
        ("body_bytes", statistics.bytes as f64),
        ("wire_bytes", statistics.wire_bytes as f64),
        ("queued", 0.0),
        ("in_flight", 0.0),
        ("concurrency", 0.0),
    ] {
        let name = format!("sigtower.ingest.{name}");
        assert_eq!(kept.count(&name), expected, "{name}: {kept:?}");
    }
    let in_flight = kept.values("sigtower.ingest.in_flight");
    assert!(in_flight.contains(&100.0), "{in_flight:?}");
}
