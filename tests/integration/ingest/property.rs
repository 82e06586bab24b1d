//! Random mixes of operations against a server that responds in every way it can.

use std::collections::HashMap;
use std::time::Duration;

use proptest::prelude::*;
use serde_json::{Value, json};
use sigtower::ingest::{Ids, Operation, Outcome};

use super::model::{Asked, Behaviour, Model, What};
use super::storm::Random;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn every_operation_has_one_outcome_and_it_is_true(
        seed in any::<u64>(),
        count in 0u64..120,
        ids in prop_oneof![Just(Ids::Caller), Just(Ids::Generated), Just(Ids::Server)],
        chunk in 1usize..30,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = { runtime }.enable_all().start_paused(true).build().unwrap();
        runtime.block_on(check(seed, count, ids, chunk));
    }
}

async fn check(seed: u64, count: u64, ids: Ids, chunk: usize) {
    let mut random = Random(seed);
    let model = Model::new(anything(seed));
    let client = model.client();
    let builder = client
        .ingest("logs")
        .ids(ids)
        .chunk_operations(chunk)
        .memory(60_000);
    let mut operations = Vec::new();
    for n in 0..count {
        let id = random.below(20).to_string();
        let document = json!({ "n": n });
        let operation = match random.below(6) {
            0 => Operation::update(id, document),
            1 => Operation::create(document).id(id),
            2 if ids == Ids::Caller => Operation::index(document).id(id).in_index("other"),
            2 | 3 if ids != Ids::Caller => Operation::index(document),
            _ => Operation::index(document).id(id),
        };
        operations.push(operation);
    }
    let pushed = operations.clone();
    let outcomes = builder.outcomes(futures_util::stream::iter(operations));
    let outcomes: Vec<_> = futures_util::StreamExt::collect(outcomes).await;
    let by_position: HashMap<_, _> = outcomes
        .iter()
        .map(|outcome| (outcome.position(), outcome))
        .collect();
    assert_eq!(
        (by_position.len(), outcomes.len() as u64),
        (outcomes.len(), count)
    );
    let counts = model.counts();
    for (position, operation) in pushed.iter().enumerate() {
        let position = position as u64;
        let applied = counts.get(&position).copied().unwrap_or_default();
        let outcome = by_position[&position];
        let has_own_id = operation.document_id().is_some();
        match outcome {
            Outcome::Done(_) => assert!(applied >= 1, "{outcome:?}"),
            Outcome::Rejected(_) => assert_eq!(applied, 0, "{outcome:?}"),
            _ => assert!(applied <= 1 || has_own_id, "{outcome:?}"),
        }
        if !has_own_id {
            assert!(applied <= 1, "stored twice: {outcome:?}");
        }
        if let Outcome::Unknown(unknown) = outcome {
            // Those are known that can be asked for again.
            assert!(
                unknown.attempts > 1 || !has_own_id && ids == Ids::Server,
                "{outcome:?}"
            );
            assert_eq!(
                unknown.operation.source(),
                operation.clone().into_json().source()
            );
        }
    }
    for applied in model.applied() {
        assert!(applied.is_sorted(), "{applied:?}");
    }
}

/// One of everything, at random, and sooner or later it works.
fn anything(seed: u64) -> impl FnMut(&Asked) -> Behaviour + Send {
    let mut random = Random(seed ^ 1);
    move |asked| {
        let takes = Duration::from_millis(random.below(300));
        let behaviour = match random.below(14) {
            0 => Behaviour::status(429, ""),
            1 => Behaviour::status(503, "busy"),
            2 if asked.operations > 1 => Behaviour::status(413, ""),
            3 if asked.is_gzip => Behaviour::status(415, ""),
            4 | 5 => What::Lost(random.below(asked.operations as u64 + 1) as usize).into(),
            6 => What::Body(BODIES[random.below(BODIES.len() as u64) as usize]).into(),
            7..=9 => {
                let mut random = Random(random.below(u64::MAX));
                Behaviour::items(move |_| match random.below(4) {
                    0 => Some((429, Value::Null)),
                    1 => Some((
                        503,
                        json!({"type": "unavailable_shards_exception", "reason": "\u{1F600}"}),
                    )),
                    2 => Some((400, json!("text instead of an object"))),
                    _ => None,
                })
            }
            _ => Behaviour::well(),
        };
        behaviour.after(takes)
    }
}

const BODIES: [fn(Value) -> String; 7] = [
    |mut body| {
        body["items"].as_array_mut().unwrap().pop();
        body.to_string()
    },
    |mut body| {
        let items = body["items"].as_array_mut().unwrap();
        items.push(items[0].clone());
        body.to_string()
    },
    |body| body.to_string()[..body.to_string().len() / 2].to_owned(),
    |_| String::new(),
    |mut body| {
        body.as_object_mut().unwrap().remove("took");
        body.as_object_mut().unwrap().remove("errors");
        body.to_string()
    },
    |body| {
        body.to_string()
            .replace("\"_id\":", "\"reason\":\"cut \\uD83D\",\"_id\":")
    },
    |_| "<html>200, but no".to_owned(),
];
