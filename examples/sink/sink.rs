use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::time::Duration;

use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use sigtower::ingest::{Operation, Outcome};
use sigtower::opensearch::{Client, Error, ErrorKind, index};
use tokio::time::{Instant, timeout_at};

pub(crate) enum Message {
    Json(Value),
    Text(String),
    Bytes(Vec<u8>),
}

pub(crate) enum Id {
    Field(&'static str),
    Hash,
    None,
}

#[derive(Clone, Debug)]
pub(crate) enum Verdict {
    Acknowledge,
    Retry,
    DeadLetter(String),
}

pub(crate) struct Sink(pub(crate) Client, pub(crate) &'static str, pub(crate) Id);

impl Sink {
    /// Creates the index, unless it exists.
    pub(crate) async fn open(self, mappings: Value) -> Result<Self, Error> {
        match (self.0.send(index::Create::new(self.1).mappings(mappings))).await {
            Err(error) if error.kind() != ErrorKind::Conflict => Err(error),
            _ => Ok(self),
        }
    }

    /// Stores a batch within the deadline; a message without an outcome by then is to be retried.
    pub(crate) async fn write(&self, batch: &[Message], deadline: Duration) -> Vec<Verdict> {
        let read: Vec<_> = batch.iter().map(|message| self.read(message)).collect();
        let missing = read.iter().filter(|(_, id)| id.is_none()).count();
        if missing > 0 && !matches!(self.2, Id::None) {
            eprintln!("{missing} of {} messages have no id", batch.len());
        }
        let operations = read.into_iter().map(|(document, id)| match id {
            Some(id) => Operation::index(document).id(id),
            None => Operation::index(document),
        });
        let mut outcomes = self.0.ingest(self.1).outcomes(stream::iter(operations));
        let mut verdicts = vec![Verdict::Retry; batch.len()];
        let end = Instant::now() + deadline;
        while let Ok(Some(outcome)) = timeout_at(end, outcomes.next()).await {
            verdicts[outcome.position() as usize] = match &outcome {
                Outcome::Done(_) => Verdict::Acknowledge,
                Outcome::Rejected(item) if matches!(item.status, Some(400..=428)) => {
                    Verdict::DeadLetter(item.to_string())
                }
                _ => Verdict::Retry,
            };
        }
        verdicts
    }

    fn read(&self, message: &Message) -> (Value, Option<String>) {
        let document = match message {
            Message::Json(document) => document.clone(),
            Message::Text(text) => json!({ "message": text }),
            Message::Bytes(bytes) => json!({ "message": String::from_utf8_lossy(bytes) }),
        };
        let hash = |text: String| BuildHasherDefault::<DefaultHasher>::default().hash_one(text);
        let id = match self.2 {
            Id::Field(name) => document[name].as_str().map(str::to_owned),
            Id::Hash => Some(format!("{:016x}", hash(document.to_string()))),
            Id::None => None,
        };
        (document, id.filter(|id| !id.trim().is_empty()))
    }
}
