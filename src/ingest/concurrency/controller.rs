use std::time::Duration;

use super::average::Average;
use super::pacer::Pacer;
use super::start::Start;
use super::storm::Storm;
use super::window::Window;

/// A limit of chunks in flight that finds its own value, between less than 1 and a maximum.
///
/// The limit is a fraction: 1.8 keeps two chunks in flight for 80 % of the time. A server that
/// admits a fixed rate of requests can only be met by such a limit.
///
/// - It starts at 1 and doubles with each round trip until the server refuses work, or until
///   chunks wait for most of their time.
/// - Then each refusal shrinks it by 3 %, and each accepted chunk lets it grow by so little that
///   0.7 % of the work is refused in the long run, whatever the server is. Where no refusal comes
///   for a long time, it grows faster.
/// - If the share of refused work stays the same while the limit is halved, the rate is not the cause.
///   Then the limit is not lowered further.
/// - If a large share of one window is refused, it falls at once to the number of chunks that the
///   server worked on during that window (Little's law: accepted latency over time).
///
/// ```
/// use std::time::Duration;
/// use sigtower::ingest::{Concurrency, Start};
///
/// let mut concurrency = Concurrency::new(64);
/// let millis = Duration::from_millis;
/// assert_eq!(concurrency.try_start(millis(0)), Start::Now);
/// assert_eq!(concurrency.try_start(millis(0)), Start::AfterResponse);
/// concurrency.on_response(millis(50), millis(50), 5_000_000, 0.0); // nothing was refused
/// assert_eq!(concurrency.try_start(millis(50)), Start::Now);
/// assert_eq!(concurrency.try_start(millis(50)), Start::Now); // the limit is 2 now
/// ```
#[derive(Clone, Debug)]
pub struct Concurrency {
    most: f64,
    limit: f64,
    pacer: Pacer,
    window: Window,
    latency: Average,
    bytes: Average,
    /// Growing fast: no limit of the server was seen yet.
    doubling: bool,
    /// The limit at which the server last refused work.
    wall: f64,
    /// Accepted work since the last refusal, in chunks.
    since_refusal: f64,
    /// How much accepted work, as a multiple of `1 / REFUSED`, must pass before growth speeds up.
    patience: f64,
    accepted_any: bool,
    cut: Cut,
    storm: Storm,
}

/// The refusals of one round trip, which belong together.
#[derive(Clone, Copy, Debug)]
struct Cut {
    began: Option<f64>,
    refused: f64,
}

impl Concurrency {
    /// A limit that never exceeds `most` chunks; 0 counts as 1.
    pub fn new(most: usize) -> Self {
        Self {
            most: (most as f64).max(1.0),
            limit: 1.0,
            pacer: Pacer::default(),
            window: Window::default(),
            latency: Average::default(),
            bytes: Average::default(),
            doubling: true,
            wall: f64::INFINITY,
            since_refusal: 0.0,
            patience: FIRST_PATIENCE,
            accepted_any: false,
            cut: Cut {
                began: None,
                refused: 0.0,
            },
            storm: Storm::default(),
        }
    }

    /// A limit that stays at `chunks`; 0 counts as 1.
    pub fn fixed(chunks: usize) -> Self {
        let mut fixed = Self::new(chunks);
        fixed.limit = fixed.most;
        fixed.pacer.is_fixed = true;
        fixed
    }

    /// How many chunks may be in flight, on average.
    pub fn limit(&self) -> f64 {
        self.limit
    }

    /// How many chunks are in flight.
    pub fn in_flight(&self) -> usize {
        self.pacer.in_flight
    }

    /// Starts a chunk, if one may start at `now`. Times are counted from any fixed moment.
    pub fn try_start(&mut self, now: Duration) -> Start {
        let now = now.as_secs_f64();
        let round_trip = self.round_trip();
        self.pacer.advance(now, self.limit, round_trip);
        self.pacer.try_start(now, self.limit)
    }

    /// A chunk of `bytes` was answered at `now`, after `latency`; the server refused the share
    /// `refused` of its work, from 0.0 (none) to 1.0 (all), because it was too busy.
    pub fn on_response(&mut self, now: Duration, latency: Duration, bytes: usize, refused: f64) {
        let (now, latency) = (now.as_secs_f64(), latency.as_secs_f64());
        let refused = if refused.is_finite() {
            refused.clamp(0.0, 1.0)
        } else {
            0.0
        };
        let was_in_flight = self.end(now);
        if self.pacer.is_fixed {
            return;
        }
        if refused < 0.5 {
            self.latency.add(latency);
            self.bytes.add(bytes.max(1) as f64);
        }
        self.window.add(latency, bytes, 1.0 - refused);
        if refused > 0.0 {
            self.shrink(now, refused, was_in_flight);
        }
        if refused < 1.0 {
            self.accepted_any = true;
            if self.pacer.is_full && !self.is_queueing() {
                self.grow(1.0 - refused);
            }
        }
        self.close_window(now);
        if self.storm.add(1.0 - refused, self.limit, LEAST) {
            // What the server refused in the storm did not show its limit.
            self.doubling = true;
            self.wall = f64::INFINITY;
        }
        self.limit = self.limit.max(self.storm.least()).clamp(LEAST, self.most);
    }

    /// A chunk ended at `now` without a response: nothing can be learned from it.
    pub fn on_lost(&mut self, now: Duration) {
        self.end(now.as_secs_f64());
    }

    /// Starts no chunk before `until`, as a server asks for with `Retry-After`.
    pub fn hold(&mut self, until: Duration) {
        self.pacer.hold(until.as_secs_f64());
    }

    fn end(&mut self, now: f64) -> f64 {
        let round_trip = self.round_trip();
        self.pacer.advance(now, self.limit, round_trip);
        let was_in_flight = self.pacer.in_flight as f64;
        self.pacer.in_flight = self.pacer.in_flight.saturating_sub(1);
        was_in_flight
    }

    fn shrink(&mut self, now: f64, refused: f64, was_in_flight: f64) {
        let pause = (HOLD * self.round_trip()).min(LONGEST_HOLD);
        self.pacer.hold(now + pause);
        let level = was_in_flight.clamp((0.5 * self.limit).min(self.limit), self.limit);
        let is_new = self
            .cut
            .began
            .is_none_or(|began| now - began > self.round_trip());
        if self.doubling {
            // Before anything was accepted, a refusal does not say how much is too much.
            if self.accepted_any {
                self.doubling = false;
                self.limit = level;
                self.patience = FIRST_PATIENCE;
            }
        } else if is_new {
            let is_same_wall = level < 1.15 * self.wall && level > 0.8 * self.wall;
            self.patience = match is_same_wall {
                true => (2.0 * self.patience).min(MOST_PATIENCE),
                false => LEAST_PATIENCE,
            };
        }
        if is_new {
            self.cut = Cut {
                began: Some(now),
                refused: 0.0,
            };
            self.wall = level;
        }
        self.since_refusal = 0.0;
        // More refusals of one round trip say nothing new; the window judges whether they are many.
        if self.cut.refused < 2.0 {
            self.cut.refused += refused;
            self.limit *= 1.0 - CUT * refused;
        }
    }

    fn grow(&mut self, accepted: f64) {
        self.since_refusal += accepted;
        self.limit += if self.doubling {
            accepted
        } else if self.limit < 0.9 * self.wall {
            0.5 * accepted / self.limit.max(1.0)
        } else {
            let impatience = (self.since_refusal * REFUSED / self.patience - 1.0).max(0.0);
            let share = CUT * REFUSED * (1.0 + 4.0 * impatience);
            accepted * (share * self.limit).min(0.5)
        };
    }

    fn close_window(&mut self, now: f64) {
        let length = (2.0 * self.round_trip()).max(SHORTEST_WINDOW);
        let Some(closed) = self.window.close(now, length) else {
            return;
        };
        if closed.refused_share() > HEAVY && closed.refused > 2.5 {
            let useful = closed.working() / (1.0 + MARGIN);
            if useful < self.limit {
                self.limit = useful.max(0.5 * self.limit);
                self.wall = self.limit * (1.0 + MARGIN);
            }
        }
    }

    /// Whether chunks wait for most of their time: more of them would only wait longer.
    fn is_queueing(&self) -> bool {
        match (
            self.latency.value(),
            self.bytes.value(),
            self.window.least_per_byte(),
        ) {
            (Some(latency), Some(bytes), Some(least)) => latency / bytes > QUEUEING * least,
            _ => false,
        }
    }

    fn round_trip(&self) -> f64 {
        self.latency.value().unwrap_or(0.1)
    }
}

/// The share of work that is refused in the long run, seconds and shares otherwise.
const REFUSED: f64 = 0.007;
const CUT: f64 = 0.03;
/// A pause after a refusal, as a share of the round trip, and its maximum in seconds.
const HOLD: f64 = 0.2;
const LONGEST_HOLD: f64 = 0.5;
/// If more than this share of a window is refused, the limit falls to what the server worked on.
const HEAVY: f64 = 0.15;
const MARGIN: f64 = 0.015;
const SHORTEST_WINDOW: f64 = 0.25;
const FIRST_PATIENCE: f64 = 1.0;
const LEAST_PATIENCE: f64 = 0.25;
const MOST_PATIENCE: f64 = 6.0;
/// Latency per byte, as a multiple of the least that was seen, at which growth stops.
const QUEUEING: f64 = 8.0;
const LEAST: f64 = 0.05;

#[cfg(test)]
#[path = "tests.rs"]
mod tests;

#[cfg(test)]
#[path = "rule_tests.rs"]
mod rule_tests;
