//! A load that takes no more operations gives back what it did not take.

use futures_util::{FutureExt, SinkExt, StreamExt, stream};
use serde_json::{Value, json};
use sigtower::ingest::{Load, Operation};

use super::model::{Behaviour, Model};

async fn closed(model: &Model) -> Load {
    let mut load = model.client().ingest("logs").start();
    SinkExt::<Operation<Value>>::close(&mut load).await.unwrap();
    load
}

#[tokio::test(start_paused = true)]
async fn a_closed_load_gives_the_operation_back_and_another_load_takes_it() {
    let model = Model::new(|_| Behaviour::well());
    let mut load = closed(&model).await;
    let document = json!({"n": 7});
    let operation = || Operation::index(&document).id("seven").routing("r");
    let pushed = load.push(operation()).await.unwrap_err();
    let sent = load.send(operation()).await.unwrap_err();
    let all = load.push_all([operation(), operation().id("eight")]);
    let all = all.await.unwrap_err();

    let again = model.client().ingest("logs").start();
    for error in [pushed, sent, all] {
        assert_eq!(error.operation.document_id(), Some("seven"));
        assert_eq!(error.operation.source().unwrap(), r#"{"n":7}"#);
        again.push(*error.operation).await.unwrap();
    }
    assert_eq!(again.finish().await.done, 3);
    assert_eq!(model.applied(), [[7, 7, 7]]);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_serialised_is_given_back_with_its_error() {
    let model = Model::new(|_| Behaviour::well());
    let load = closed(&model).await;
    let document = std::collections::BTreeMap::from([((1, 2), 3)]);
    let error = load.push(Operation::index(&document).id("1")).await;
    let operation = error.unwrap_err().operation;
    assert_eq!(operation.document_id(), Some("1"));
    // The operation keeps the error, which comes again where it is used.
    assert!(operation.source().is_none(), "{operation:?}");
}

/// Without a runtime, a load is closed from the start.
#[test]
fn an_operation_that_a_closed_load_has_read_from_a_stream_gets_an_outcome() {
    let model = Model::new(|_| Behaviour::well());
    let mut operations = stream::iter((0..3).map(|n| Operation::index(json!({ "n": n }))));
    let run = model.client().ingest("logs").start().run(&mut operations);
    let report = run.now_or_never().expect("nothing to wait for");
    assert_eq!(report.statistics.submitted, 1);
    let [rejected] = &report.rejected[..] else {
        panic!("{report:?}");
    };
    assert_eq!(rejected.operation.source().unwrap(), r#"{"n":0}"#);
    assert!(rejected.to_string().contains("closed"), "{rejected}");
    let rest = operations.collect::<Vec<_>>().now_or_never().unwrap();
    assert_eq!(rest.len(), 2, "the rest was not read");
}
