use super::*;

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn start_all(concurrency: &mut Concurrency, now: Duration) -> usize {
    let started = || matches!(concurrency.try_start(now), Start::Now).then_some(());
    std::iter::from_fn(started).count()
}

#[test]
fn the_limit_doubles_with_each_round_trip_until_something_is_refused() {
    let mut concurrency = Concurrency::new(64);
    assert_eq!(start_all(&mut concurrency, millis(0)), 1);
    for round in 0..4u64 {
        let now = millis(100 * (round + 1));
        for _ in 0..1 << round {
            concurrency.on_response(now, millis(100), 1000, 0.0);
            assert_eq!(start_all(&mut concurrency, now), 2);
        }
    }
    assert_eq!(concurrency.in_flight(), 16);
    concurrency.on_response(millis(402), millis(2), 1000, 1.0);
    assert!(concurrency.limit() < 16.0, "{}", concurrency.limit());
    assert_eq!(concurrency.in_flight(), 15);
}

#[test]
fn responses_that_come_together_raise_the_limit_as_those_that_come_apart() {
    let mut concurrency = Concurrency::new(64);
    let mut expected = 1;
    for round in 1..=6 {
        assert_eq!(
            start_all(&mut concurrency, millis(100 * (round - 1))),
            expected
        );
        for _ in 0..expected {
            concurrency.on_response(millis(100 * round), millis(100), 1000, 0.0);
        }
        expected *= 2;
    }
    assert_eq!(concurrency.limit(), 64.0);
}

#[test]
fn a_limit_that_is_not_reached_does_not_rise() {
    let mut concurrency = Concurrency::new(64);
    for round in 0..20 {
        let now = millis(100 * round);
        assert_eq!(concurrency.try_start(now), Start::Now);
        concurrency.on_response(now + millis(100), millis(100), 1000, 0.0);
    }
    assert!(concurrency.limit() <= 3.0, "{}", concurrency.limit());
}

#[test]
fn a_limit_below_one_leaves_pauses_between_chunks() {
    let mut concurrency = Concurrency::new(64);
    concurrency.limit = 0.5;
    concurrency.latency.add(0.1);
    let mut now = millis(0);
    let mut started = 0;
    while now < Duration::from_secs(20) {
        match concurrency.try_start(now) {
            Start::Now => {
                started += 1;
                now += millis(100);
                concurrency.on_lost(now);
            }
            Start::At(at) => {
                assert!(at > now);
                now = at;
            }
            Start::AfterResponse => panic!("nothing is in flight"),
        }
    }
    assert!((98..=102).contains(&started), "{started}");
}

#[test]
fn a_hold_lasts_until_its_end() {
    let mut concurrency = Concurrency::new(4);
    concurrency.hold(millis(500));
    let Start::At(at) = concurrency.try_start(millis(10)) else {
        panic!("held");
    };
    assert!(at >= millis(500) && at < millis(501), "{at:?}");
    assert_eq!(concurrency.try_start(at), Start::Now);
}

#[test]
fn a_fixed_limit_stays() {
    let mut concurrency = Concurrency::fixed(3);
    for _ in 0..3 {
        assert_eq!(concurrency.try_start(millis(0)), Start::Now);
    }
    assert_eq!(concurrency.try_start(millis(0)), Start::AfterResponse);
    concurrency.on_response(millis(1), millis(1), 10, 1.0);
    assert_eq!(concurrency.limit(), 3.0);
    assert_eq!(concurrency.try_start(millis(1)), Start::Now);
}

#[test]
fn absurd_times_and_shares_neither_panic_nor_leave_the_bounds() {
    let mut concurrency = Concurrency::new(usize::MAX);
    for now in [Duration::MAX, Duration::ZERO, millis(1), Duration::MAX] {
        for refused in [f64::NAN, f64::INFINITY, -1.0, 0.3, 1.0] {
            concurrency.hold(now);
            let _ = concurrency.try_start(now);
            concurrency.on_response(now, Duration::MAX, usize::MAX, refused);
            concurrency.on_response(now, Duration::ZERO, 0, refused);
            concurrency.on_lost(now);
            assert!(concurrency.limit() >= LEAST && concurrency.limit().is_finite());
        }
    }
    assert_eq!(Concurrency::new(0).limit(), 1.0);
}

#[test]
fn a_limit_is_not_lowered_again_and_again_where_that_does_not_help() {
    let mut concurrency = Concurrency::new(64);
    let mut now = millis(0);
    for _ in 0..2000 {
        // Half of each chunk is refused, whatever is in flight.
        for _ in 0..start_all(&mut concurrency, now) {
            concurrency.on_response(now + millis(50), millis(50), 1000, 0.5);
        }
        now += millis(50);
    }
    assert!(concurrency.limit() >= 0.9, "{}", concurrency.limit());
}
