use serde::ser::{Error, SerializeMap};
use serde::{Serialize, Serializer};
use serde_json::json;

use super::super::buffers::Buffers;
use super::super::entry::Entry;
use super::super::ids::{Generator, Ids};
use super::{Chunk, Open};
use crate::opensearch::bulk::Operation;

const ENTRY: usize = size_of::<Entry>();

fn buffers() -> Buffers {
    Buffers::new(1_000_000, 10_000)
}

/// Operations whose documents have texts of these lengths, with the ids 0, 1 and so on.
fn open(lengths: &[usize], buffers: &Buffers) -> Open {
    let mut open = Open::new(buffers.take_now(), lengths.len(), buffers);
    for (n, length) in lengths.iter().enumerate() {
        let document = json!({ "text": "x".repeat(*length) });
        let operation = Operation::index(document).id(n.to_string());
        let added = open.add(&operation, n as u64, Ids::Caller, &mut Generator::new());
        added.unwrap();
        open.set_lane(100 + n as u64);
    }
    open
}

fn chunk(lengths: &[usize], buffers: &Buffers) -> Chunk {
    let mut chunk = open(lengths, buffers).seal(buffers);
    chunk.attempts = lengths.len() as u32;
    chunk
}

#[track_caller]
fn assert_holds(chunk: &Chunk, numbers: &[u64]) {
    let positions: Vec<_> = chunk.entries.iter().map(|entry| entry.position).collect();
    assert_eq!(positions, numbers);
    for (index, n) in numbers.iter().enumerate() {
        let operation = chunk.operation(index);
        assert_eq!(operation.document_id(), Some(&*n.to_string()));
        assert_eq!(chunk.entries[index].lane, 100 + n);
        let source = operation.source().unwrap();
        let document: serde_json::Value = serde_json::from_slice(source).unwrap();
        assert!(document["text"].as_str().unwrap().starts_with('x'));
    }
    let lines: Vec<_> = (0..numbers.len())
        .flat_map(|index| chunk.lines_of(index).to_vec())
        .collect();
    assert_eq!(lines, chunk.lines);
}

#[test]
fn parts_halves_and_joined_chunks_keep_their_operations() {
    let buffers = buffers();
    let whole = chunk(&[1, 2, 3, 4], &buffers);
    assert_holds(&whole, &[0, 1, 2, 3]);
    let part = whole.part([1, 3].into_iter(), &buffers);
    assert_holds(&part, &[1, 3]);
    assert_eq!(part.attempts, 4);
    let joined = whole.part(0..1, &buffers).join(part, &buffers);
    assert_holds(&joined, &[0, 1, 3]);
    let [first, second] = whole.halves(&buffers).unwrap();
    assert_holds(&first, &[0, 1]);
    assert_holds(&second, &[2, 3]);
    let other = chunk(&[1, 2], &buffers);
    assert_eq!(other.join(whole, &buffers).attempts, 4);
}

#[test]
fn halves_are_equal_by_bytes() {
    let buffers = buffers();
    for (lengths, first) in [
        (&[10, 10, 10, 10][..], 2),
        (&[10, 10], 1),
        (&[1000, 10, 10], 1),
        (&[10, 10, 1000], 2),
        (&[10, 10, 10, 1000, 10], 3),
    ] {
        let halves = chunk(lengths, &buffers).halves(&buffers).unwrap();
        assert_eq!(halves[0].entries.len(), first, "{lengths:?}");
    }
    assert!(chunk(&[10], &buffers).halves(&buffers).is_none());
}

#[test]
fn the_last_operation_can_be_taken_out() {
    let buffers = buffers();
    let mut open = open(&[1, 2], &buffers);
    let both = open.bytes();
    let last = open.take_last().unwrap();
    assert_eq!((last.entry.position, open.len()), (1, 1));
    assert_eq!(open.bytes() + last.lines.len(), both);
    open.add_waiting(&last);
    assert_holds(&open.seal(&buffers), &[0, 1]);
}

/// Fails after it has written something.
struct Broken;

impl Serialize for Broken {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("a", "b")?;
        Err(S::Error::custom("broken"))
    }
}

#[test]
fn what_cannot_be_serialised_leaves_nothing_behind() {
    let buffers = buffers();
    let mut open = open(&[5], &buffers);
    let before = open.bytes();
    let broken = Operation::index(Broken).id("x");
    let invalid = open.add(&broken, 1, Ids::Caller, &mut Generator::new());
    let reason = invalid.unwrap_err().reason;
    assert_eq!(reason, "the document cannot be serialised: broken");
    let nameless = Operation::index(json!({}));
    let invalid = open.add(&nameless, 1, Ids::Caller, &mut Generator::new());
    assert!(invalid.unwrap_err().reason.contains("has no id"));
    assert_eq!((open.bytes(), open.len()), (before, 1));
    assert_holds(&open.seal(&buffers), &[0]);
}

#[test]
fn entries_count_as_memory() {
    let buffers = Buffers::new(1_000_000, 1000);
    let buffer = buffers.take_now();
    let mut few = Open::new(buffer, 2, &buffers);
    assert_eq!(buffers.peak(), 1000 + 2 * ENTRY);
    for n in 0..3 {
        let operation = Operation::delete(n.to_string());
        few.add(&operation, n, Ids::Caller, &mut Generator::new())
            .unwrap();
    }
    // It grows by sixteen or doubles.
    assert_eq!(buffers.peak(), 1000 + 18 * ENTRY);
    let few = few.seal(&buffers);
    drop(few);
    let unused = Open::new(Vec::new(), 7, &buffers);
    drop(unused);
    let peak = buffers.peak();
    let all = buffers.charge(peak - 1000);
    assert_eq!(buffers.peak(), peak, "only the free buffer is in use");
    drop(all);
}
