//! The controllers that are compared: ours, and four that are known from elsewhere.

use std::time::Duration;

use sigtower::ingest::{Concurrency, Start};

use super::simulation::{Control, Permit};

impl Control for Concurrency {
    fn try_start(&mut self, now: f64, _: usize) -> Permit {
        match self.try_start(Duration::from_secs_f64(now)) {
            Start::Now => Permit::Now,
            Start::At(at) => Permit::At(at.as_secs_f64()),
            _ => Permit::AfterResponse,
        }
    }

    fn on_response(&mut self, now: f64, latency: f64, accepted: bool, _: usize) {
        let refused = if accepted { 0.0 } else { 1.0 };
        let (now, latency) = (
            Duration::from_secs_f64(now),
            Duration::from_secs_f64(latency),
        );
        self.on_response(now, latency, 5_000_000, refused);
    }
}

/// Grows by one each round trip and shrinks on refusals, and on latency far above its average: what
/// Vector does.
pub(crate) struct Aimd {
    base: Base,
    mean: Option<f64>,
    deviation: f64,
}

/// Keeps a few chunks waiting at the server, judged by the least round trip of the last 10 s.
pub(crate) struct Vegas {
    base: Base,
    recent: Vec<(f64, f64)>,
}

/// Scales the limit by the ratio of long-term to short-term latency: Netflix's Gradient2.
pub(crate) struct Gradient2 {
    base: Base,
    long: Option<f64>,
}

/// Climbs by measured throughput, under a ceiling that refusals set and that rises slowly.
pub(crate) struct HillClimber {
    base: Base,
    began: f64,
    accepted: f64,
    previous: f64,
    step: f64,
    ceiling: f64,
}

/// What all four share.
struct Base {
    limit: f64,
    starting: bool,
    cut_at: f64,
    round_trip: Option<f64>,
    held_until: f64,
}

impl Base {
    fn new() -> Self {
        Self {
            limit: 1.0,
            starting: true,
            cut_at: -1.0,
            round_trip: None,
            held_until: 0.0,
        }
    }

    fn try_start(&self, now: f64, in_flight: usize) -> Permit {
        if now < self.held_until {
            return Permit::At(self.held_until);
        }
        match (in_flight as f64) < self.limit.clamp(1.0, MOST).floor() {
            true => Permit::Now,
            false => Permit::AfterResponse,
        }
    }

    fn shrink(&mut self, now: f64, factor: f64) {
        if now - self.cut_at > self.round_trip.unwrap_or(0.1) {
            self.limit = (self.limit * factor).max(1.0);
            self.cut_at = now;
            self.starting = false;
        }
        self.held_until = self.held_until.max(now + 0.02);
    }

    fn heard(&mut self, latency: f64) -> f64 {
        let round_trip = self
            .round_trip
            .map_or(latency, |old| 0.9 * old + 0.1 * latency);
        self.round_trip = Some(round_trip);
        round_trip
    }
}

impl Aimd {
    pub(crate) fn new() -> Self {
        Self {
            base: Base::new(),
            mean: None,
            deviation: 0.0,
        }
    }
}

impl Control for Aimd {
    fn try_start(&mut self, now: f64, in_flight: usize) -> Permit {
        self.base.try_start(now, in_flight)
    }

    fn on_response(&mut self, now: f64, latency: f64, accepted: bool, in_flight: usize) {
        if !accepted {
            return self.base.shrink(now, 0.9);
        }
        self.base.heard(latency);
        let mean = self.mean.unwrap_or(latency);
        let is_late = latency > mean + 2.5 * self.deviation + 0.005;
        self.deviation = 0.9 * self.deviation + 0.1 * (latency - mean).abs();
        self.mean = Some(0.95 * mean + 0.05 * latency);
        if is_late {
            self.base.shrink(now, 0.95);
        } else if in_flight as f64 >= self.base.limit - 1.0 {
            self.base.limit += if self.base.starting {
                1.0
            } else {
                1.0 / self.base.limit
            };
        }
    }
}

impl Vegas {
    pub(crate) fn new() -> Self {
        Self {
            base: Base::new(),
            recent: Vec::new(),
        }
    }
}

impl Control for Vegas {
    fn try_start(&mut self, now: f64, in_flight: usize) -> Permit {
        self.base.try_start(now, in_flight)
    }

    fn on_response(&mut self, now: f64, latency: f64, accepted: bool, in_flight: usize) {
        if !accepted {
            return self.base.shrink(now, 0.85);
        }
        let round_trip = self.base.heard(latency);
        self.recent
            .retain(|&(at, value)| at > now - 10.0 && value < latency);
        self.recent.push((now, latency));
        let least = self
            .recent
            .iter()
            .map(|&(_, value)| value)
            .fold(latency, f64::min);
        let limit = self.base.limit;
        let waiting = limit * (1.0 - least / round_trip);
        let is_full = in_flight as f64 >= limit - 1.0;
        self.base.starting &= waiting < 4.0 + 0.35 * limit;
        if self.base.starting {
            self.base.limit += if is_full { 1.0 } else { 0.0 };
        } else if waiting < 3.0 + 0.35 * limit {
            self.base.limit += if is_full { 1.0 / limit } else { 0.0 };
        } else if waiting > 6.0 + 0.45 * limit {
            self.base.limit -= 1.0 / limit;
        }
    }
}

impl Gradient2 {
    pub(crate) fn new() -> Self {
        Self {
            base: Base::new(),
            long: None,
        }
    }
}

impl Control for Gradient2 {
    fn try_start(&mut self, now: f64, in_flight: usize) -> Permit {
        self.base.try_start(now, in_flight)
    }

    fn on_response(&mut self, now: f64, latency: f64, accepted: bool, in_flight: usize) {
        if !accepted {
            return self.base.shrink(now, 0.9);
        }
        let short = self.base.heard(latency);
        let mut long = self
            .long
            .map_or(latency, |long| long + (latency - long) / 300.0);
        if long / short > 2.0 {
            long *= 0.95;
        }
        self.long = Some(long);
        let limit = self.base.limit;
        if (in_flight as f64) < limit / 2.0 {
            return;
        }
        let gradient = (1.5 * long / short).clamp(0.5, 1.0);
        let next = gradient * limit + limit.sqrt().max(4.0);
        self.base.limit = (0.8 * limit + 0.2 * next).clamp(1.0, MOST);
    }
}

impl HillClimber {
    pub(crate) fn new() -> Self {
        Self {
            base: Base::new(),
            began: 0.0,
            accepted: 0.0,
            previous: 0.0,
            step: 1.0,
            ceiling: MOST,
        }
    }

    fn climb(&mut self, rate: f64, round_trip: f64) {
        let limit = self.base.limit;
        self.ceiling = (1.02 * self.ceiling).min(MOST);
        if self.base.starting {
            if rate > 1.15 * self.previous {
                self.base.limit = (2.0 * limit).min(self.ceiling);
            } else {
                self.base.starting = false;
            }
        } else {
            if rate < 0.97 * self.previous {
                self.step = -self.step;
            } else if rate < 1.01 * self.previous
                && self.step > 0.0
                && rate * round_trip < 0.7 * limit
            {
                self.step = -1.0;
            }
            let next = limit + self.step * (0.06 * limit).max(1.0);
            self.base.limit = next.min(self.ceiling).max(1.0);
        }
        self.previous = rate;
    }
}

impl Control for HillClimber {
    fn try_start(&mut self, now: f64, in_flight: usize) -> Permit {
        self.base.try_start(now, in_flight)
    }

    fn on_response(&mut self, now: f64, latency: f64, accepted: bool, _: usize) {
        let round_trip = self.base.heard(latency);
        if accepted {
            self.accepted += 1.0;
        } else {
            if now - self.base.cut_at > round_trip.max(0.3) {
                self.ceiling = (0.95 * self.base.limit).max(1.0);
            }
            self.base.shrink(now, 0.9);
        }
        let length = if self.base.starting { 0.15 } else { 0.4 };
        if now - self.began >= (1.5 * round_trip).max(length) {
            let rate = self.accepted / (now - self.began);
            (self.began, self.accepted) = (now, 0.0);
            self.climb(rate, round_trip);
        }
    }
}

const MOST: f64 = 64.0;
