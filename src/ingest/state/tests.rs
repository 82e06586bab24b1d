use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use super::super::judging::{Again, Verdict};
use super::super::outcome::Outcome;
use super::super::settings::{Settings, settings};
use super::{Phase, Room, Started, State};
use crate::opensearch::bulk::Operation;

const SECOND: Duration = Duration::from_secs(1);

struct Load {
    settings: Settings,
    state: State,
    began: Instant,
}

impl Load {
    fn new(settings: Settings) -> Self {
        let began = Instant::now();
        let state = State::new(&settings, began);
        Self {
            settings,
            state,
            began,
        }
    }

    /// Pushes a document with a text of this length. Returns whether the driver has work.
    fn push(&mut self, id: u64, length: usize) -> bool {
        let operation = Operation::index(json!({ "text": "x".repeat(length) }));
        self.state
            .push(&operation.id(id.to_string()), &self.settings)
    }

    /// Pushes once there is room, as callers do.
    fn push_in_turn(&mut self, id: u64, length: usize) {
        while self.state.room() == Room::AfterYield {}
        self.push(id, length);
    }

    fn push_all(&mut self, ids: std::ops::Range<u64>) {
        ids.for_each(|id| self.push_in_turn(id, 1));
    }

    fn step(&mut self, now: Instant) -> (Vec<Started>, Option<Instant>) {
        self.state.step(&self.settings, now)
    }

    fn end(&mut self, started: Started, verdict: Verdict) {
        let verdict = Verdict {
            was_answered: true,
            ..verdict
        };
        self.state
            .end(started.0, verdict, SECOND, self.began + SECOND);
    }
}

fn done(done: u64) -> Verdict {
    Verdict {
        done,
        ..Verdict::default()
    }
}

fn positions(started: &Started) -> Vec<u64> {
    let entries = started.0.entries.iter();
    entries.map(|entry| entry.position).collect()
}

/// The positions of each chunk.
fn all_positions(started: &[Started]) -> Vec<Vec<u64>> {
    started.iter().map(positions).collect()
}

#[test]
fn a_full_chunk_is_sent_while_the_limit_allows() {
    let mut load = Load::new(settings());
    assert_eq!(load.state.room(), Room::Yes);
    assert!(load.push(0, 1), "the driver learns when it is due");
    assert!(!load.push(1, 1));
    assert!(!load.push(2, 1));
    assert!(load.push(3, 1), "it is full");
    assert_eq!(load.state.room(), Room::AfterYield);
    assert_eq!(load.state.room(), Room::Yes);
    load.push_all(4..13);
    let (mut started, next) = load.step(load.began);
    assert_eq!(all_positions(&started), [[0, 1, 2, 3], [4, 5, 6, 7]]);
    assert!(next.is_some(), "one operation is in an open chunk");
    let statistics = load.state.statistics();
    assert_eq!(
        (
            statistics.submitted,
            statistics.in_flight,
            statistics.queued
        ),
        (13, 8, 5)
    );
    assert_eq!((statistics.requests, statistics.retried), (2, 0));
    let bytes: usize = started.iter().map(|started| started.0.lines.len()).sum();
    assert_eq!(statistics.bytes, bytes as u64);

    load.end(started.remove(0), done(4));
    let (started, _) = load.step(load.began);
    assert_eq!(positions(&started[0]), [8, 9, 10, 11]);
    let statistics = load.state.statistics();
    assert_eq!(
        (statistics.done, statistics.in_flight, statistics.queued),
        (4, 8, 1)
    );
    assert!(load.state.has_work());
}

#[test]
fn an_open_chunk_is_sent_when_it_is_due_or_wanted() {
    let due_of = |load: &mut Load| {
        load.push_all(0..2);
        let (started, due) = load.step(load.began);
        assert!(started.is_empty());
        due.unwrap()
    };
    let mut load = Load::new(settings());
    let due = due_of(&mut load);
    let early = Instant::now() + SECOND;
    assert!(due > load.began + SECOND - SECOND / 100 && due <= early);
    assert!(load.step(due - SECOND / 1000).0.is_empty());
    assert_eq!(positions(&load.step(due).0[0]), [0, 1]);

    let mut load = Load::new(settings());
    due_of(&mut load);
    load.state.flush();
    assert_eq!(positions(&load.step(load.began).0[0]), [0, 1]);
    load.push_all(2..3);
    assert!(load.step(load.began).0.is_empty(), "it was asked for once");

    let mut load = Load::new(settings());
    due_of(&mut load);
    load.state.phase = Phase::Closing;
    assert_eq!(load.state.room(), Room::Closed);
    assert_eq!(positions(&load.step(load.began).0[0]), [0, 1]);

    let mut load = Load::new(Settings {
        flush_after: Duration::MAX,
        ..settings()
    });
    load.push_all(0..2);
    assert_eq!(load.step(load.began).1, None);
}

#[test]
fn operations_on_one_id_are_sent_one_after_the_other() {
    let mut load = Load::new(settings());
    for _ in 0..3 {
        assert_eq!(load.state.room(), Room::Yes);
        load.push(7, 1);
    }
    let waiting = load.state.waiting();
    assert!(waiting > 0);
    for position in 0..3 {
        load.state.flush();
        let (mut started, _) = load.step(load.began);
        assert_eq!(positions(&started[0]), [position]);
        load.end(started.remove(0), done(1));
        assert!(load.state.waiting() < waiting);
    }
    assert!(!load.state.has_work());
    assert_eq!(load.state.resumed_bytes, 0);
}

#[test]
fn what_was_refused_is_sent_again_and_small_parts_join() {
    let mut load = Load::new(settings());
    load.push_all(0..8);
    let (started, _) = load.step(load.began);
    for (chunk, retry) in started.into_iter().zip([vec![0, 2], vec![3]]) {
        let verdict = Verdict {
            throttled: retry.len(),
            retry,
            ..done(2)
        };
        load.end(chunk, verdict);
    }
    let (started, next) = load.step(load.began);
    assert!(started.is_empty());
    let next = next.unwrap();
    assert!(next >= load.began + SECOND && next <= load.began + SECOND + SECOND / 5);
    let (started, none) = load.step(next + SECOND);
    assert_eq!((started.len(), none), (1, None));
    let mut all = positions(&started[0]);
    all.sort_unstable();
    assert_eq!((all, started[0].0.attempts), (vec![0, 2, 7], 2));
    assert!(
        started[0]
            .0
            .entries
            .iter()
            .all(|entry| entry.refused_at == 1000)
    );
    assert_eq!(load.state.statistics().retried, 3);
}

#[test]
fn parts_that_would_be_too_much_for_a_chunk_do_not_join() {
    for (operations, bytes) in [(3, 1000), (4, 120)] {
        let mut load = Load::new(Settings {
            chunk_operations: operations,
            chunk_bytes: bytes,
            ..settings()
        });
        for id in 0..4 {
            load.push_in_turn(id, 20);
            if id == 1 {
                load.state.seal();
            }
        }
        load.state.flush();
        let (started, _) = load.step(load.began);
        assert_eq!(started.len(), 2);
        for chunk in started {
            let retry = Verdict {
                retry: vec![0, 1],
                ..done(0)
            };
            load.end(chunk, retry);
        }
        assert_eq!(
            load.step(load.began + 9 * SECOND).0.len(),
            2,
            "{operations}"
        );
    }
}

#[test]
fn a_request_that_is_too_large_is_halved_at_once() {
    let mut load = Load::new(settings());
    load.push_all(0..4);
    let (mut started, _) = load.step(load.began);
    let verdict = Verdict {
        retry: vec![0, 1, 2, 3],
        again: Again::Halved,
        ..done(0)
    };
    load.end(started.remove(0), verdict);
    let (started, _) = load.step(load.began);
    assert_eq!(all_positions(&started), [[0, 1], [2, 3]]);
    // That was no refusal of the operations.
    assert!(started.iter().all(|started| started.0.attempts == 1));
    assert_eq!(load.state.statistics().retried, 0);
}

#[test]
fn only_a_response_about_the_work_changes_the_concurrency() {
    for (was_answered, again, throttled, limit) in [
        (true, Again::Later, 0, 2.0),
        // Three of four were accepted: 3 % less for a quarter, and then three quarters more.
        (true, Again::Later, 1, 0.9925 + 0.75),
        (false, Again::Later, 0, 1.0),
        (true, Again::Halved, 0, 1.0),
        (true, Again::Plain, 0, 1.0),
    ] {
        let mut load = Load::new(Settings {
            fixed_in_flight: false,
            ..settings()
        });
        load.push_all(0..4);
        let (mut started, _) = load.step(load.began);
        let verdict = Verdict {
            was_answered,
            again,
            throttled,
            ..done(4)
        };
        let now = load.began + SECOND;
        load.state.end(started.remove(0).0, verdict, SECOND, now);
        let concurrency = load.state.statistics().concurrency;
        assert_eq!(concurrency, limit, "{was_answered} {again:?} {throttled}");
    }
}

#[test]
fn what_waits_for_room_is_counted_and_asked_for_once() {
    let mut load = Load::new(settings());
    // Operations on one id fill half of the memory.
    while load.state.room() == Room::Yes {
        load.push(7, 500);
    }
    let waiting = load.state.waiting();
    assert!((48_000..50_000).contains(&waiting), "{waiting}");
    assert_eq!(load.state.room(), Room::Wait { is_news: false });
    assert_eq!(
        load.step(load.began).0.len(),
        1,
        "a part of a chunk is sent, so that memory becomes free"
    );

    // Chunks that cannot be sent yet.
    let mut load = Load::new(settings());
    let mut pushed = 0;
    let short = loop {
        match load.state.room() {
            Room::Yes | Room::AfterYield => drop(load.push(pushed, 200)),
            short => break short,
        }
        pushed += 1;
    };
    assert_eq!(short, Room::Wait { is_news: true });
    let ready = load.state.ready.bytes();
    assert!((2000..3000).contains(&ready), "{ready}");
}

#[test]
fn an_operation_above_the_limit_of_a_request_is_rejected_and_no_other() {
    let mut load = Load::new(settings());
    for (id, length) in [(0, 10), (1, 6000), (2, 10)] {
        load.push_in_turn(id, length);
    }
    let waiting = load.state.waiting();
    assert!(waiting > 6000);
    assert!(load.state.has_outcomes());
    let Some(Outcome::Rejected(rejected)) = load.state.next_outcome() else {
        panic!("not rejected");
    };
    assert_eq!(rejected.position, 1);
    assert!(rejected.reason.unwrap().ends_with("limited to 5000 bytes"));
    assert!(load.state.waiting() < waiting - 6000);
    assert!(!load.state.has_outcomes());
    load.state.flush();
    assert_eq!(positions(&load.step(load.began).0[0]), [0, 2]);
}

#[test]
fn an_operation_that_does_not_fit_goes_first_in_the_next_chunk() {
    let mut load = Load::new(Settings {
        request_limit: 1000,
        ..settings()
    });
    for id in 0..3 {
        load.push(id, 400);
    }
    assert!(load.state.resumed_bytes > 400);
    assert_eq!(load.state.room(), Room::AfterYield);
    assert_eq!(load.state.resumed_bytes, 0);
    load.state.flush();
    let (started, _) = load.step(load.began);
    assert_eq!(all_positions(&started), [vec![0, 1], vec![2]]);
}

#[test]
fn an_abort_gives_each_operation_its_outcome() {
    let mut load = Load::new(settings());
    load.push_all(0..10);
    load.push(9, 1);
    let (mut started, _) = load.step(load.began);
    let mut lost = started.remove(0);
    lost.0.entries[0].was_lost = true;
    let retry = Verdict {
        retry: vec![0, 1],
        ..done(2)
    };
    load.end(lost, retry);
    load.state.phase = Phase::Aborting;
    let (none, next) = load.step(load.began);
    assert!(none.is_empty() && next.is_none());
    let statistics = load.state.statistics();
    assert_eq!(
        (
            statistics.unknown,
            statistics.rejected,
            statistics.in_flight
        ),
        (1, 4, 4)
    );
    assert_eq!(load.state.take_outcomes().len(), 5);
    assert_eq!(load.state.waiting(), 0);
    load.end(started.remove(0), done(4));
    assert!(!load.state.has_work());
}
