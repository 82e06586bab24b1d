//! What becomes of operations when the server refuses some, all or none of them.

use std::time::Duration;

use futures_util::StreamExt;
use serde_json::{Value, json};
use sigtower::ingest::{Decision, Ids, Operation, Outcome, Report};

use super::model::{Behaviour, Model, What};

async fn load(model: &Model, count: u64, ids: Ids) -> Report {
    let load = model.client().ingest("logs").ids(ids).start();
    for n in 0..count {
        let operation = Operation::index(json!({ "n": n }));
        let operation = match ids {
            Ids::Caller => operation.id(n.to_string()),
            _ => operation,
        };
        assert_eq!(load.push(operation).await.unwrap(), n);
    }
    load.finish().await
}

fn throttled() -> Option<(u16, Value)> {
    Some((
        429,
        json!({"type": "es_rejected_execution_exception", "reason": "queue is full"}),
    ))
}

#[tokio::test(start_paused = true)]
async fn every_document_is_stored_and_counted() {
    let model = Model::new(|_| Behaviour::well());
    let report = load(&model, 1000, Ids::Generated).await;
    assert_eq!(report.done, 1000);
    assert!(report.is_complete());
    assert_eq!(model.stored().len(), 1000);
    assert_eq!(model.requests(), 1);
    let statistics = report.statistics;
    assert_eq!(
        (
            statistics.submitted,
            statistics.queued,
            statistics.in_flight
        ),
        (1000, 0, 0)
    );
    assert!(statistics.wire_bytes < statistics.bytes / 2, "compressed");
}

#[tokio::test(start_paused = true)]
async fn only_the_items_that_were_refused_are_sent_again() {
    let model = Model::new(|asked| match asked.number {
        0 => Behaviour::items(|position| {
            if position % 10 == 3 {
                throttled()
            } else {
                None
            }
        }),
        _ => Behaviour::well(),
    });
    let report = load(&model, 100, Ids::Server).await;
    assert_eq!((report.done, report.statistics.retried), (100, 10));
    assert_eq!((model.operations(), model.stored().len()), (110, 100));
}

#[tokio::test(start_paused = true)]
async fn a_refused_request_is_sent_again_whole_after_a_wait() {
    for (status, body) in [
        (429, ""),
        (
            429,
            r#"{"error":{"type":"circuit_breaking_exception","reason":"Data too large"},"status":429}"#,
        ),
        (
            402,
            r#"{"error":{"type":"service_quota_exceeded_exception"},"status":402}"#,
        ),
        (
            403,
            r#"{"message":"Request throttled due to too many requests"}"#,
        ),
        (503, "<html>Service Unavailable</html>"),
    ] {
        let model = Model::new(move |asked| match asked.number {
            0..3 => Behaviour::status(status, body),
            _ => Behaviour::well(),
        });
        let report = load(&model, 10, Ids::Server).await;
        assert_eq!(report.done, 10, "{status} {body}: {report:?}");
        assert_eq!((model.requests(), model.stored().len()), (4, 10));
    }
}

#[tokio::test(start_paused = true)]
async fn what_stays_refused_is_rejected_with_the_operation() {
    let model = Model::new(|_| {
        Behaviour::items(|position| {
            let error = json!({"type": "mapper_parsing_exception", "reason": "failed to parse"});
            (position == 1).then_some((400, error))
        })
    });
    let report = load(&model, 3, Ids::Caller).await;
    assert_eq!((report.done, report.rejected.len()), (2, 1));
    let rejected = &report.rejected[0];
    assert_eq!(
        rejected.to_string(),
        r#"index of "1" rejected: mapper_parsing_exception: failed to parse (400)"#
    );
    assert_eq!((rejected.position, rejected.attempts), (1, 1));
    assert_eq!(rejected.operation.source().unwrap(), r#"{"n":1}"#);

    let good = Model::new(|_| Behaviour::well());
    let again = good.client().ingest("logs").start();
    again
        .push(*report.rejected.into_iter().next().unwrap().operation)
        .await
        .unwrap();
    assert_eq!(again.finish().await.done, 1);
}

#[tokio::test(start_paused = true)]
async fn an_item_without_an_error_is_judged_by_its_status() {
    let model = Model::new(|asked| match asked.number {
        0 => Behaviour::items(|position| (position == 0).then_some((429, Value::Null))),
        _ => Behaviour::items(|position| (position == 0).then_some((400, Value::Null))),
    });
    let report = load(&model, 2, Ids::Server).await;
    assert_eq!((report.done, report.rejected.len()), (1, 1));
}

/// A loss in the middle: before, while and after the server applies the request.
#[tokio::test(start_paused = true)]
async fn a_lost_request_neither_loses_nor_doubles_a_document() {
    for applied in [0, 1, 50, 100] {
        for ids in [Ids::Caller, Ids::Generated, Ids::Server] {
            let model = Model::new(move |asked| match asked.number {
                0 => What::Lost(applied).into(),
                _ => Behaviour::well(),
            });
            let report = load(&model, 100, ids).await;
            let stored = model.stored().len();
            if ids == Ids::Server {
                assert_eq!((report.unknown.len(), report.done), (100, 0), "{applied}");
                assert_eq!(
                    (stored, model.requests()),
                    (applied, 1),
                    "it was sent again"
                );
            } else {
                assert_eq!(
                    (report.done, stored),
                    (100, 100),
                    "{applied} {ids:?}: {report:?}"
                );
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_conflict_of_a_callers_create_after_a_loss_is_unknown() {
    let model = Model::new(|asked| match asked.number {
        0 => What::Lost(1).into(),
        _ => Behaviour::well(),
    });
    let load = model.client().ingest("logs").start();
    for n in 0..2 {
        load.push(Operation::create(json!({ "n": n })).id(n.to_string()))
            .await
            .unwrap();
    }
    let report = load.finish().await;
    assert_eq!((report.done, report.unknown.len()), (1, 1));
    assert_eq!(report.unknown[0].position, 0);
}

#[tokio::test(start_paused = true)]
async fn a_script_is_not_sent_again_after_a_loss() {
    let model = Model::new(|asked| match asked.number {
        0 => What::Lost(0).into(),
        _ => Behaviour::well(),
    });
    let load = model.client().ingest("logs").start();
    load.push(Operation::script("1", json!({"source": "ctx._source.n++"})))
        .await
        .unwrap();
    load.push(Operation::update("2", json!({"n": 2})))
        .await
        .unwrap();
    load.push(Operation::update("3", json!({"n": 3})).upsert(json!({"n": 0})))
        .await
        .unwrap();
    let report = load.finish().await;
    assert_eq!((report.done, report.unknown.len()), (1, 2));
    assert_eq!(report.unknown[1].operation.source().unwrap(), r#"{"n":3}"#);
}

#[tokio::test(start_paused = true)]
async fn a_conflict_at_the_first_attempt_is_rejected() {
    let model = Model::new(|_| Behaviour::well());
    for expected in [(1, 0), (0, 1)] {
        let load = model.client().ingest("logs").start();
        load.push(Operation::create(json!({"n": 1})).id("1"))
            .await
            .unwrap();
        let report = load.finish().await;
        assert_eq!((report.done, report.rejected.len()), expected);
    }
}

/// Of halving, only a logarithm of the sizes costs requests.
#[tokio::test(start_paused = true)]
async fn a_chunk_that_is_too_large_is_halved_until_it_fits() {
    for (status, message) in [
        (413, ""),
        (413, r#"{"Message":"Request size exceeded 20000 bytes"}"#),
        (400, r#"{"Message":"Request size exceeded 20000 bytes"}"#),
        (
            400,
            r#"{"error":{"type":"illegal_argument_exception","reason":"Content too long"},"status":400}"#,
        ),
        (
            400,
            "<html><title>400 Request entity too large</title></html>",
        ),
    ] {
        let model = Model::new(move |asked| match asked.bytes {
            0..=20_000 => Behaviour::well(),
            _ => Behaviour::status(status, message),
        });
        let client = model.client();
        let load = client.ingest("logs").gzip(false).start();
        for n in 0..10_000 {
            load.push(Operation::index(json!({ "n": n })))
                .await
                .unwrap();
        }
        let report = load.finish().await;
        assert_eq!((report.done, model.stored().len()), (10_000, 10_000));
        let refused = model
            .sizes()
            .into_iter()
            .filter(|&size| size > 20_000)
            .count();
        let most = 2 * (700_000f64 / 20_000.0).log2() as usize;
        assert!(
            (1..=most).contains(&refused),
            "{refused} refused: {status} {message}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_single_operation_that_is_too_large_is_rejected() {
    let model = Model::new(|asked| match asked.bytes {
        0..=20_000 => Behaviour::well(),
        _ => Behaviour::status(413, ""),
    });
    let load = model.client().ingest("logs").gzip(false).start();
    for (n, size) in [(0, 10), (1, 30_000), (2, 10), (3, 10_470_000)] {
        let document = json!({"n": n, "text": "x".repeat(size)});
        load.push(Operation::index(document)).await.unwrap();
    }
    let report = load.finish().await;
    assert_eq!((report.done, model.stored().len()), (2, 2));
    let mut rejected: Vec<_> = report
        .rejected
        .iter()
        .map(|item| (item.position, item.status))
        .collect();
    rejected.sort_unstable();
    // The last is larger than AWS takes, and was not sent.
    assert_eq!(rejected, [(1, Some(413)), (3, None)]);
    assert!(model.requests() <= 8, "{}", model.requests());
}

#[tokio::test(start_paused = true)]
async fn gzip_is_given_up_where_it_is_refused_and_nothing_is_lost() {
    for (status, body) in [
        (415, ""),
        (400, r#"{"error":{"reason":"Malformed content"}}"#),
        (
            500,
            r#"{"error":{"reason":"Content-Encoding gzip is not supported"}}"#,
        ),
    ] {
        let model = Model::new(move |asked| match asked.is_gzip {
            true => Behaviour::status(status, body),
            false => Behaviour::well(),
        });
        let client = model.client();
        let load = client
            .ingest("logs")
            .chunk_operations(100)
            .fixed_in_flight(1)
            .start();
        for n in 0..1000 {
            load.push(Operation::index(json!({ "n": n })))
                .await
                .unwrap();
        }
        let report = load.finish().await;
        assert_eq!((report.done, model.requests()), (1000, 11), "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_response_that_does_not_match_leaves_nothing_out() {
    let bodies: [fn(Value) -> String; 12] = [
        |mut body| {
            body["items"].as_array_mut().unwrap().pop();
            body.to_string()
        },
        |mut body| {
            let items = body["items"].as_array_mut().unwrap();
            items.push(items[0].clone());
            body.to_string()
        },
        |mut body| {
            body["items"].as_array_mut().unwrap().reverse();
            body.to_string()
        },
        |body| body.to_string()[..100].to_owned(),
        |body| format!("{body}{body}"),
        |_| String::new(),
        |_| "<html>".to_owned(),
        |_| "{}".to_owned(),
        |_| r#"{"items":[]}"#.to_owned(),
        |_| r#"{"message":null}"#.to_owned(),
        |mut body| {
            body["items"][1]["index"]
                .as_object_mut()
                .unwrap()
                .remove("status");
            body.to_string()
        },
        |mut body| {
            body["items"][1] = json!({"index": 1});
            body.to_string()
        },
    ];
    for (number, body) in bodies.into_iter().enumerate() {
        for ids in [Ids::Caller, Ids::Server] {
            let model = Model::new(move |asked| match asked.number {
                0 => What::Body(body).into(),
                _ => Behaviour::well(),
            });
            let load = model.client().ingest("logs").ids(ids).start();
            for n in 0..3 {
                let operation = Operation::index(json!({ "n": n }));
                let operation = if ids == Ids::Caller {
                    operation.id(n.to_string())
                } else {
                    operation
                };
                load.push(operation).await.unwrap();
            }
            load.push(Operation::delete("9")).await.unwrap();
            let report = load.finish().await;
            let expected = if ids == Ids::Caller { (4, 0) } else { (1, 3) };
            assert_eq!(
                (report.done, report.unknown.len()),
                expected,
                "{number}: {report:?}"
            );
            assert_eq!(model.stored().len(), 3);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn half_surrogates_in_a_reason_cost_no_outcome() {
    let model = Model::new(|_| {
        What::Body(|body| {
            let error = r#"{"type":"mapper_parsing_exception","reason":"cut \uD83D"}"#;
            let items = body["items"].to_string().replacen(
                r#""status":201"#,
                &format!(r#""status":400,"error":{error}"#),
                1,
            );
            format!(r#"{{ "items" : {items} , "errors" : true }}"#)
        })
        .into()
    });
    let report = load(&model, 2, Ids::Caller).await;
    assert_eq!((report.done, report.rejected.len()), (1, 1));
    assert_eq!(report.rejected[0].reason.as_deref(), Some("cut \u{fffd}"));
}

#[tokio::test(start_paused = true)]
async fn a_retry_ends_when_its_time_is_over() {
    let model = Model::new(|_| Behaviour::items(|_| throttled()));
    let client = model.client();
    let load = client
        .ingest("logs")
        .retry_for(Duration::from_secs(30))
        .start();
    load.push(Operation::index(json!({"n": 1}))).await.unwrap();
    let began = tokio::time::Instant::now();
    let report = load.finish().await;
    assert_eq!(report.rejected.len(), 1);
    assert_eq!(report.rejected[0].status, Some(429));
    assert!(began.elapsed() < Duration::from_secs(60));
    assert!(model.requests() > 2);
}

#[tokio::test(start_paused = true)]
async fn a_hook_decides_otherwise_and_may_panic() {
    let model = Model::new(|asked| match asked.number {
        0 => Behaviour::items(|position| {
            Some(if position == 0 {
                (429, Value::Null)
            } else {
                (400, Value::Null)
            })
        }),
        _ => Behaviour::well(),
    });
    let client = model.client();
    let load = client
        .ingest("logs")
        .retry_if(|failure| match failure.status {
            Some(429) => Decision::Reject,
            _ => Decision::Retry,
        });
    let load = load.start();
    for n in 0..3 {
        load.push(Operation::index(json!({ "n": n })))
            .await
            .unwrap();
    }
    let report = load.finish().await;
    assert_eq!((report.done, report.rejected.len()), (2, 1));

    let model = Model::new(|asked| match asked.number {
        0 => Behaviour::items(|_| throttled()),
        _ => Behaviour::well(),
    });
    let load = model
        .client()
        .ingest("logs")
        .retry_if(|_| panic!("of the hook"))
        .start();
    load.push(Operation::index(json!({"n": 1}))).await.unwrap();
    assert_eq!(load.finish().await.done, 1);
}

#[tokio::test(start_paused = true)]
async fn outcomes_come_as_a_stream_one_for_each_operation() {
    let model = Model::new(|asked| match asked.number {
        0 => Behaviour::items(|position| (position == 2).then_some((400, Value::Null))),
        _ => Behaviour::well(),
    });
    let operations =
        futures_util::stream::iter((0..100).map(|n| Operation::index(json!({ "n": n }))));
    let client = model.client();
    let outcomes: Vec<_> = client
        .ingest("logs")
        .chunk_operations(10)
        .outcomes(operations)
        .collect()
        .await;
    let mut positions: Vec<_> = outcomes.iter().map(Outcome::position).collect();
    positions.sort_unstable();
    assert_eq!(positions, (0..100).collect::<Vec<_>>());
    let rejected = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, Outcome::Rejected(_)))
        .count();
    assert_eq!(rejected, 1);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_sent_is_rejected_and_the_rest_is_stored() {
    struct Panics;
    impl serde::Serialize for Panics {
        fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            panic!("of the document")
        }
    }
    let model = Model::new(|_| Behaviour::well());
    let load = model.client().ingest("logs").caller_ids().start();
    let unserialisable = std::collections::BTreeMap::from([((1, 2), 3)]);
    load.push(Operation::index(json!({"n": 0})).id("0"))
        .await
        .unwrap();
    load.push(Operation::index(&unserialisable).id("1"))
        .await
        .unwrap();
    load.push(Operation::index(json!({"n": 2}))).await.unwrap();
    load.push(Operation::delete("x".repeat(513))).await.unwrap();
    load.push(Operation::index_json("\n ").id("4"))
        .await
        .unwrap();
    let panicking = std::panic::AssertUnwindSafe(load.push(Operation::index(Panics).id("p")));
    assert!(
        futures_util::FutureExt::catch_unwind(panicking)
            .await
            .is_err()
    );
    load.push(Operation::index_json("{\"n\":\r\n5}").id("5"))
        .await
        .unwrap();
    let report = load.finish().await;
    assert_eq!((report.done, report.rejected.len()), (2, 4), "{report:?}");
    assert_eq!(model.stored().len(), 2);
    let reasons: Vec<_> = report
        .rejected
        .iter()
        .map(|item| item.reason.clone().unwrap())
        .collect();
    assert!(
        reasons[0].starts_with("the document cannot be serialised: "),
        "{reasons:?}"
    );
    assert!(
        reasons[1].starts_with("the operation has no id"),
        "{reasons:?}"
    );
    assert_eq!(
        reasons[2],
        "document id is 513 bytes long; the limit is 512 bytes"
    );
}
