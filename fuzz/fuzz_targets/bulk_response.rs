//! A response to a bulk gives exactly one outcome for each operation, or one error with all operations.
#![no_main]

use std::error::Error as _;

use arbitrary::Arbitrary;
use http::{HeaderMap, StatusCode};
use libfuzzer_sys::fuzz_target;
use serde_json::json;
use sigtower::opensearch::bulk::{Bulk, Mismatch};
use sigtower::opensearch::{Call, Response};

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    operations: Vec<Operation<'a>>,
    answer: Body<'a>,
}

#[derive(Arbitrary, Debug)]
enum Operation<'a> {
    Index(&'a str),
    IndexNamed(&'a str, &'a str),
    Create(&'a str),
    Update(&'a str),
    Delete(&'a str),
}

/// Arbitrary bytes, or items similar to those of a server.
#[derive(Arbitrary, Debug)]
enum Body<'a> {
    Raw(&'a [u8]),
    Items(Vec<Item<'a>>),
}

#[derive(Arbitrary, Debug)]
struct Item<'a> {
    action: u8,
    id: Option<&'a str>,
    status: Option<u16>,
    error: Failure<'a>,
    result: Option<&'a str>,
}

#[derive(Arbitrary, Debug)]
enum Failure<'a> {
    None,
    Text(&'a str),
    Object(&'a str, &'a str),
    Number(i64),
}

fuzz_target!(|input: Input<'_>| {
    let mut bulk = Bulk::new("i");
    for operation in input.operations.iter().take(50) {
        match operation {
            Operation::Index(text) => drop(bulk.index(text)),
            Operation::IndexNamed(id, text) => drop(bulk.index(text).id(*id)),
            Operation::Create(text) => drop(bulk.create(text)),
            Operation::Update(id) => drop(bulk.update(*id, 1)),
            Operation::Delete(id) => drop(bulk.delete(*id)),
        }
    }
    let _ = bulk.request();
    let count = bulk.len();
    let answer = Response::new(StatusCode::OK, HeaderMap::new(), input.answer.bytes());
    match bulk.decode(answer) {
        Ok(outcomes) => {
            let outcomes: Vec<_> = outcomes.into_iter().collect();
            assert_eq!(outcomes.len(), count);
            for (position, outcome) in outcomes.into_iter().enumerate() {
                let Err(refused) = outcome else { continue };
                assert_eq!(refused.position, position);
                assert_eq!(refused.action, refused.operation.action());
                assert!(!refused.to_string().contains(char::is_control));
            }
        }
        Err(error) => {
            let mismatch = error
                .source()
                .and_then(|source| source.downcast_ref::<Mismatch>());
            assert_eq!(mismatch.expect("a mismatch").operations().len(), count);
            assert!(!error.to_string().contains(char::is_control));
        }
    }
});

impl Body<'_> {
    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Raw(bytes) => bytes.to_vec(),
            Self::Items(items) => {
                let items: Vec<_> = items.iter().map(Item::json).collect();
                json!({ "took": 1, "errors": true, "items": items })
                    .to_string()
                    .into()
            }
        }
    }
}

impl Item<'_> {
    fn json(&self) -> serde_json::Value {
        let action = ["index", "create", "update", "delete", "other"][usize::from(self.action % 5)];
        let error = match self.error {
            Failure::None => json!(null),
            Failure::Text(text) => json!(text),
            Failure::Object(kind, reason) => json!({ "type": kind, "reason": reason }),
            Failure::Number(number) => json!(number),
        };
        let item = json!({
            "_index": "i", "_id": self.id, "status": self.status,
            "error": error, "result": self.result,
        });
        json!({ action: item })
    }
}
