//! Keeps a fractional number of chunks in flight, as a time average.

use std::time::Duration;

use super::start::Start;

/// What is in flight, and how far its time average is behind the limit.
#[derive(Clone, Debug, Default)]
pub(super) struct Pacer {
    pub(super) in_flight: usize,
    pub(super) is_fixed: bool,
    /// Whether the limit was reached when a chunk was last to start. Several responses may come
    /// before the next start, so that what is in flight at a response does not show this.
    pub(super) is_full: bool,
    /// Chunk-seconds that are missing to the limit; negative if too many chunks were in flight.
    owed: f64,
    at: f64,
    held_until: f64,
}

impl Pacer {
    /// Moves on to `now`.
    pub(super) fn advance(&mut self, now: f64, limit: f64, round_trip: f64) {
        let passed = (now - self.at).max(0.0);
        self.at = now.max(self.at);
        let missing = (limit - self.in_flight as f64) * passed;
        // Bounded, so that an idle time is not made up for by a burst.
        self.owed = (self.owed + missing).clamp(-round_trip, 0.5 * round_trip);
    }

    /// Starts a chunk, if one may start.
    pub(super) fn try_start(&mut self, now: f64, limit: f64) -> Start {
        let start = self.start(now, limit);
        self.is_full = self.in_flight as f64 >= limit - 1.0;
        start
    }

    fn start(&mut self, now: f64, limit: f64) -> Start {
        let in_flight = self.in_flight as f64;
        let part = limit - in_flight;
        if part <= 0.0 {
            return Start::AfterResponse;
        }
        if now < self.held_until {
            return at(self.held_until);
        }
        if part < 1.0 && self.owed < -TOLERANCE {
            return at(now - self.owed / part);
        }
        self.in_flight += 1;
        Start::Now
    }

    pub(super) fn hold(&mut self, until: f64) {
        self.held_until = self.held_until.max(until);
    }
}

fn at(seconds: f64) -> Start {
    Start::At(Duration::try_from_secs_f64(seconds + TOLERANCE).unwrap_or(Duration::MAX))
}

/// Rounding: one nanosecond is the least difference of two times.
const TOLERANCE: f64 = 1e-9;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_to_the_limit_is_owed_within_bounds() {
        let mut pacer = Pacer {
            in_flight: 2,
            ..Pacer::default()
        };
        for (now, limit, owed, at) in [
            (1.0, 2.5, 0.5, 1.0),
            (1.5, 3.0, 1.0, 1.5),
            // At most half a round trip is made up for, and a whole one is waited.
            (9.0, 3.0, 5.0, 9.0),
            (9.5, 1.0, 4.5, 9.5),
            // No time passes backwards.
            (8.0, 3.0, 4.5, 9.5),
            (50.0, 1.0, -10.0, 50.0),
        ] {
            pacer.advance(now, limit, 10.0);
            assert_eq!((pacer.owed, pacer.at), (owed, at));
        }
    }

    #[test]
    fn a_part_of_a_chunk_starts_when_it_is_owed() {
        let with = |in_flight, owed| Pacer {
            in_flight,
            owed,
            ..Pacer::default()
        };
        for (in_flight, owed, start, is_full) in [
            (0, -0.05, Start::Now, true),
            (1, 0.0, Start::Now, true),
            (1, -0.05, at(2.1), true),
            (2, 1.0, Start::AfterResponse, true),
        ] {
            let mut pacer = with(in_flight, owed);
            assert_eq!(pacer.try_start(2.0, 1.5), start, "{in_flight} {owed}");
            let started = usize::from(start == Start::Now);
            assert_eq!(pacer.in_flight, in_flight + started);
            assert_eq!(pacer.is_full, is_full);
        }
        for (in_flight, is_full) in [(0, false), (1, true)] {
            let mut pacer = with(in_flight, 0.0);
            assert_eq!(pacer.try_start(2.0, 3.0), Start::Now);
            assert_eq!(pacer.is_full, is_full, "{in_flight}");
        }
    }

    #[test]
    fn the_longest_hold_counts() {
        let mut pacer = Pacer::default();
        pacer.hold(3.0);
        pacer.hold(2.0);
        assert_eq!(pacer.try_start(2.5, 1.0), at(3.0));
        assert_eq!(pacer.try_start(3.0, 1.0), Start::Now);
    }
}
