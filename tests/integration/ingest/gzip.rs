//! Which bodies are compressed, and what is remembered of a refusal.

use std::sync::{Arc, Mutex};

use serde_json::json;
use sigtower::Client;
use sigtower::ingest::Operation;

use super::model::{Asked, Behaviour, Model};

/// Whether each request was compressed.
type Compressed = Arc<Mutex<Vec<bool>>>;

fn model(mut plan: impl FnMut(&Asked) -> Behaviour + Send + 'static) -> (Model, Compressed) {
    let compressed = Compressed::default();
    let noted = Arc::clone(&compressed);
    let model = Model::new(move |asked| {
        noted.lock().unwrap().push(asked.is_gzip);
        plan(asked)
    });
    (model, compressed)
}

/// Loads documents that are long enough to be compressed. Returns how many were stored.
async fn load(client: &Client) -> u64 {
    let load = client.ingest("logs").start();
    let documents = (0..100).map(|n| Operation::index(json!({ "n": n })));
    load.push_all(documents).await.unwrap();
    load.finish().await.done
}

#[tokio::test(start_paused = true)]
async fn a_refused_gzip_is_remembered_for_all_loads_of_a_client_and_its_clones() {
    for (status, body) in [
        (415, ""),
        (400, r#"{"error":{"reason":"Malformed content"}}"#),
        (500, r#"{"error":{"reason":"gzip is not supported"}}"#),
    ] {
        let (model, compressed) = model(move |asked| match asked.is_gzip {
            true => Behaviour::status(status, body),
            false => Behaviour::well(),
        });
        let client = model.client();
        for client in [&client.clone(), &client, &client.clone()] {
            assert_eq!(load(client).await, 100, "{status}");
        }
        // The first load tries, and the others do not.
        let compressed = compressed.lock().unwrap();
        assert_eq!(*compressed, [true, false, false, false], "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_that_is_refused_in_both_forms_says_nothing_about_gzip() {
    let (model, compressed) = model(|asked| match asked.number {
        0 | 1 => Behaviour::status(400, r#"{"error":{"type":"illegal_argument_exception"}}"#),
        _ => Behaviour::well(),
    });
    let client = model.client();
    assert_eq!(load(&client).await, 0);
    assert_eq!(load(&client).await, 100);
    assert_eq!(*compressed.lock().unwrap(), [true, false, true]);
}

#[tokio::test(start_paused = true)]
async fn another_client_tries_gzip_for_itself() {
    let (model, compressed) = model(|asked| match asked.is_gzip {
        true => Behaviour::status(415, ""),
        false => Behaviour::well(),
    });
    for _ in 0..2 {
        assert_eq!(load(&model.client()).await, 100);
    }
    assert_eq!(*compressed.lock().unwrap(), [true, false, true, false]);
}
