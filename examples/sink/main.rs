//! The sink of a stream processor: takes batches of messages, stores them, and decides for each message
//! whether to acknowledge it, to retry it, or to put it with the dead letters. `sink.rs` is all of it.
//!
//! Run: `cargo run --example sink`

mod sink;

use std::time::Duration;

use serde_json::json;
use sigtower::BoxError;
use sigtower::testing::Domain;

use self::sink::{Id, Message, Sink, Verdict};

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let domain = Domain::start().await;
    let ids = [
        ("by-field", Id::Field("key")),
        ("by-hash", Id::Hash),
        ("without", Id::None),
    ];
    for (index, id) in ids {
        let mappings = json!({ "properties": { "n": { "type": "integer" } } });
        let sink = Sink(domain.client(), index, id).open(mappings).await?;
        let batch = [
            Message::Json(json!({ "key": "a", "n": 1 })),
            Message::Json(json!({ "key": " ", "n": "no number" })),
            Message::Text("hello".to_owned()),
            Message::Bytes(b"\xffbytes".to_vec()),
        ];
        let verdicts = sink.write(&batch, Duration::from_secs(10)).await;
        for (number, verdict) in verdicts.iter().enumerate() {
            match verdict {
                Verdict::Acknowledge => println!("{index} {number}: acknowledge"),
                Verdict::Retry => println!("{index} {number}: retry"),
                Verdict::DeadLetter(reason) => println!("{index} {number}: {reason}"),
            }
        }
    }
    Ok(())
}
