//! Each rule of the controller, with the numbers that its documentation gives.

use super::*;

/// A controller that has found `limit` at a wall of the same height. Its round trip takes 100 ms.
fn at(limit: f64) -> Concurrency {
    let mut concurrency = Concurrency::new(10_000);
    concurrency.limit = limit;
    concurrency.wall = limit;
    concurrency.doubling = false;
    concurrency.accepted_any = true;
    concurrency.latency.add(0.1);
    concurrency
}

/// One of as many chunks as the limit allows is answered. Only where nothing is refused, the limit may grow.
fn respond(concurrency: &mut Concurrency, seconds: f64, refused: f64) {
    concurrency.pacer.in_flight = concurrency.limit.ceil() as usize;
    concurrency.pacer.is_full = refused == 0.0;
    let (now, latency) = (Duration::from_secs_f64(seconds), Duration::from_millis(100));
    concurrency.on_response(now, latency, 1000, refused);
}

#[track_caller]
fn assert_near(is: f64, expected: f64) {
    assert!((is - expected).abs() < 1e-9 * expected, "{is} {expected}");
}

#[test]
fn a_refusal_shrinks_by_three_percent_and_two_in_a_round_trip_count() {
    let mut concurrency = at(100.0);
    for (seconds, refused, limit) in [
        (1.0, 1.0, 97.0),
        (1.05, 0.5, 97.0 * 0.985),
        (1.06, 1.0, 97.0 * 0.985 * 0.97),
        (1.07, 1.0, 97.0 * 0.985 * 0.97),
        // A round trip after the first has not passed, and then it has.
        (1.099, 1.0, 97.0 * 0.985 * 0.97),
        (1.101, 1.0, 97.0 * 0.985 * 0.97 * 0.97),
    ] {
        respond(&mut concurrency, seconds, refused);
        assert_near(concurrency.limit, limit);
    }
}

#[test]
fn while_the_limit_doubles_a_refusal_lowers_it_to_what_was_in_flight() {
    for (in_flight, level) in [(20, 50.0), (70, 70.0), (200, 100.0)] {
        let mut concurrency = at(100.0);
        concurrency.doubling = true;
        concurrency.pacer.in_flight = in_flight;
        let now = Duration::from_secs(1);
        concurrency.on_response(now, now, 1000, 1.0);
        assert_near(concurrency.limit, level * 0.97);
        assert_near(concurrency.wall, level);
        assert!(!concurrency.doubling);
    }
}

#[test]
fn a_refusal_before_anything_was_accepted_ends_no_doubling() {
    let mut concurrency = Concurrency::new(64);
    respond(&mut concurrency, 1.0, 1.0);
    assert!(concurrency.doubling);
    respond(&mut concurrency, 2.0, 0.9);
    assert!(
        concurrency.doubling,
        "what it accepts counts from the next refusal on"
    );
    respond(&mut concurrency, 3.0, 0.9);
    assert!(!concurrency.doubling);
}

#[test]
fn growth_makes_up_for_a_refusal_when_seven_in_a_thousand_are_refused() {
    let mut concurrency = at(100.0);
    respond(&mut concurrency, 1.0, 1.0);
    for chunk in 1..143 {
        respond(&mut concurrency, 1.0 + 0.001 * f64::from(chunk), 0.0);
    }
    let limit = concurrency.limit;
    assert!((99.9..100.0).contains(&limit), "{limit}");
}

#[test]
fn growth_depends_on_the_distance_to_the_wall() {
    let near = CUT * REFUSED;
    for (limit, wall, growth) in [
        (100.0, 100.0, 100.0 * near),
        (90.0, 100.0, 90.0 * near),
        (50.0, 100.0, 0.5 / 50.0),
        (0.5, 100.0, 0.5),
        // At most half a chunk.
        (5000.0, 5000.0, 0.5),
    ] {
        let mut concurrency = at(limit);
        concurrency.wall = wall;
        respond(&mut concurrency, 1.0, 0.0);
        assert_near(concurrency.limit, limit + growth);
    }
    let mut concurrency = at(8.0);
    concurrency.doubling = true;
    respond(&mut concurrency, 1.0, 0.0);
    assert_near(concurrency.limit, 9.0);
}

#[test]
fn growth_speeds_up_where_no_refusal_comes() {
    for (patience, multiple) in [(1.0, 5.0), (2.0, 1.0), (0.5, 13.0)] {
        let mut concurrency = at(100.0);
        concurrency.patience = patience;
        concurrency.since_refusal = 2.0 / REFUSED - 1.0;
        respond(&mut concurrency, 1.0, 0.0);
        assert_near(concurrency.limit, 100.0 + multiple * 100.0 * CUT * REFUSED);
    }
}

#[test]
fn refusals_at_the_same_wall_teach_patience() {
    let mut concurrency = at(100.0);
    for (seconds, patience) in [(1.0, 2.0), (2.0, 4.0), (3.0, 6.0), (4.0, 6.0)] {
        respond(&mut concurrency, seconds, 0.1);
        assert_near(concurrency.patience, patience);
        assert_eq!(concurrency.since_refusal, 0.0);
    }
    for (wall, patience) in [(86.0, 0.25), (88.0, 2.0), (124.0, 2.0), (126.0, 0.25)] {
        let mut concurrency = at(100.0);
        concurrency.wall = wall;
        respond(&mut concurrency, 1.0, 1.0);
        assert_near(concurrency.patience, patience);
        assert_near(concurrency.wall, 100.0);
    }
}

#[test]
fn a_window_with_many_refusals_shows_what_the_server_worked_on() {
    // In a quarter of a second, each accepted chunk is 0.4 chunks of work.
    for (accepted, refused, useful) in [
        (12, 3, Some(12.0 * 0.4)),
        // The limit is at most halved.
        (2, 3, Some(8.0 * 0.97 * 0.97 * 0.5 * 1.015)),
        (20, 3, None),
        (2, 2, None),
        (16, 3, Some(16.0 * 0.4)),
        // The server worked on more than the limit allows.
        (20, 4, None),
    ] {
        let mut concurrency = at(8.0);
        let mut answer = |millis, refused| {
            concurrency.pacer.in_flight = 8;
            let latency = Duration::from_millis(100);
            concurrency.on_response(Duration::from_millis(millis), latency, 1000, refused);
        };
        (0..accepted).for_each(|_| answer(200, 0.0));
        (1..refused).for_each(|_| answer(200, 1.0));
        answer(250, 1.0);
        match useful {
            Some(useful) => {
                assert_near(concurrency.limit, useful / 1.015);
                assert_near(concurrency.wall, useful);
            }
            None => assert_near(concurrency.limit, 8.0 * 0.97 * 0.97),
        }
    }
}

#[test]
fn nothing_grows_where_chunks_wait_for_most_of_their_time() {
    // The least latency of a byte is a second.
    for (latency, is_queueing) in [(7.9, false), (8.0, false), (8.1, true)] {
        let mut concurrency = Concurrency::new(64);
        assert!(!concurrency.is_queueing());
        concurrency.window.add(1.0, 1, 1.0);
        assert!(concurrency.window.close(1.0, 1.0).is_some());
        concurrency.latency.add(latency);
        concurrency.bytes.add(1.0);
        assert_eq!(concurrency.is_queueing(), is_queueing);
    }
}

#[test]
fn a_refusal_is_followed_by_a_pause_of_a_fifth_of_a_round_trip() {
    for (round_trip, pause) in [(0.1, 0.02), (2.0, 0.4), (10.0, 0.5)] {
        let mut concurrency = at(100.0);
        concurrency.latency = Average::default();
        concurrency.latency.add(round_trip);
        respond(&mut concurrency, 1.0, 1.0);
        concurrency.pacer.in_flight = 0;
        let Start::At(until) = concurrency.try_start(Duration::from_secs(1)) else {
            panic!("no pause");
        };
        assert!(
            (until.as_secs_f64() - 1.0 - pause).abs() < 1e-6,
            "{until:?}"
        );
    }
}

#[test]
fn what_was_mostly_refused_does_not_tell_the_latency() {
    for (refused, latency) in [(0.0, 0.19), (0.4, 0.19), (0.5, 0.1), (1.0, 0.1)] {
        let mut concurrency = at(100.0);
        let second = Duration::from_secs(1);
        concurrency.on_response(second, second, 0, refused);
        assert_near(concurrency.round_trip(), latency);
    }
}
