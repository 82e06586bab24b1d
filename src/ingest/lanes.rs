//! Keeps operations on one id in their order: one of them is on its way at a time.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState};

use super::entry::Entry;

/// The ids on which an operation is on its way, and what waits for them.
#[derive(Debug, Default)]
pub(super) struct Lanes {
    hasher: RandomState,
    #[expect(
        clippy::box_collection,
        reason = "most lanes have no queue, and the map keeps room for one in each slot"
    )]
    busy: HashMap<u64, Option<Box<VecDeque<Waiting>>>, BuildHasherDefault<Hashed>>,
    bytes: usize,
}

/// An operation that waits for one before it.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) entry: Entry,
    pub(super) lines: Box<[u8]>,
}

impl Lanes {
    /// The lane of a document. Two documents may share one by chance, which only makes one wait.
    pub(super) fn lane(&self, index: &str, id: &str) -> u64 {
        self.hasher.hash_one((index, id)).max(1)
    }

    /// Takes the lane if it is free.
    pub(super) fn enter(&mut self, lane: u64) -> bool {
        let mut is_free = false;
        self.busy.entry(lane).or_insert_with(|| {
            is_free = true;
            None
        });
        is_free
    }

    /// Puts an operation behind those that are in its lane.
    pub(super) fn wait(&mut self, waiting: Waiting) {
        self.bytes += size(&waiting);
        let lane = self.busy.entry(waiting.entry.lane).or_default();
        lane.get_or_insert_default().push_back(waiting);
    }

    /// An operation has its outcome: the next in its lane, if there is one, has the lane now.
    pub(super) fn leave(&mut self, lane: u64) -> Option<Waiting> {
        let next = self
            .busy
            .get_mut(&lane)?
            .as_mut()
            .and_then(|queue| queue.pop_front());
        match &next {
            Some(waiting) => self.bytes -= size(waiting),
            None => {
                self.busy.remove(&lane);
            }
        }
        next
    }

    /// Takes all that waits.
    pub(super) fn drain(&mut self) -> Vec<Waiting> {
        self.bytes = 0;
        let queues = std::mem::take(&mut self.busy).into_values();
        queues.flatten().flat_map(|queue| *queue).collect()
    }

    /// The bytes of what waits, and of the table.
    pub(super) fn bytes(&self) -> usize {
        self.bytes + self.busy.capacity() * ENTRY
    }
}

/// A lane in the table, with its share of what is empty.
const ENTRY: usize = 20;

fn size(waiting: &Waiting) -> usize {
    waiting.lines.len() + size_of::<Waiting>()
}

/// Lanes are hashes already.
#[derive(Debug, Default)]
struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

#[cfg(test)]
mod tests {
    use super::super::entry::Repeat;
    use super::*;
    use crate::opensearch::bulk::Action;

    fn waiting(position: u64, lane: u64) -> Waiting {
        let entry = Entry {
            position,
            lane,
            refused_at: 0,
            end: 0,
            action: Action::Index,
            repeat: Repeat::Safe,
            was_lost: false,
        };
        let lines = vec![b'x'; 10].into();
        Waiting { entry, lines }
    }

    #[test]
    fn one_operation_of_an_id_is_on_its_way_and_the_others_keep_their_order() {
        let mut lanes = Lanes::default();
        let (lane, other) = (lanes.lane("logs", "1"), lanes.lane("logs", "2"));
        assert!(lane != other && lane != lanes.lane("other", "1"));
        assert_eq!(lane, lanes.lane("logs", "1"));
        assert!(lanes.enter(lane));
        assert!(!lanes.enter(lane));
        assert!(lanes.enter(other));
        lanes.wait(waiting(1, lane));
        lanes.wait(waiting(2, lane));
        for position in [1, 2] {
            let next = lanes.leave(lane).unwrap();
            assert_eq!(next.entry.position, position);
            assert!(!lanes.enter(lane), "it is on its way now");
        }
        assert!(lanes.leave(lane).is_none());
        assert!(lanes.leave(lane).is_none());
        assert!(lanes.enter(lane));
    }

    #[test]
    fn what_waits_is_counted_and_can_be_taken() {
        let mut lanes = Lanes::default();
        assert_eq!(lanes.bytes(), 0);
        for lane in [1, 2] {
            lanes.enter(lane);
        }
        let table = lanes.bytes();
        assert!(table >= 2 * ENTRY && table.is_multiple_of(ENTRY));
        lanes.wait(waiting(1, 1));
        lanes.wait(waiting(2, 2));
        let each = size_of::<Waiting>() + 10;
        assert_eq!(lanes.bytes(), table + 2 * each);
        lanes.leave(1);
        assert_eq!(lanes.bytes(), table + each);
        let taken = lanes.drain();
        assert_eq!(taken.len(), 1);
        assert_eq!(taken[0].entry.position, 2);
        assert_eq!(lanes.bytes(), 0);
    }
}
