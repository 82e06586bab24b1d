//! Servers that take bulk requests, in simulated time, with a seed.
//!
//! One client sends chunks of equal size. A server has slots, a queue, perhaps several nodes among
//! which it deals at random, and perhaps a rate; what does not fit is refused after 2 ms.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, VecDeque};
use std::ops::Range;

/// How a server behaves.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    /// How many chunks are worked on at a time, over all nodes.
    pub(crate) slots: f64,
    /// Seconds of work for a chunk, and the standard deviation of its logarithm.
    pub(crate) service: f64,
    pub(crate) jitter: f64,
    /// How many chunks wait, on each node.
    pub(crate) queue: usize,
    pub(crate) nodes: usize,
    /// The node that takes five times as long.
    pub(crate) slow: Option<usize>,
    /// Admitted chunks per second, instead of slots and a queue; half a second's worth may come at once.
    pub(crate) rate: Option<f64>,
    /// The share of chunks that is refused whatever the rate is.
    pub(crate) storm: f64,
    /// When that ends, in seconds.
    pub(crate) storm_ends: Option<f64>,
    /// Every so many seconds a stop of so many seconds.
    pub(crate) pause: Option<(f64, f64)>,
    /// The slots at a time, if they change.
    pub(crate) slots_at: Option<fn(f64) -> f64>,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            slots: 8.0,
            service: 0.1,
            jitter: 0.2,
            queue: 200,
            nodes: 1,
            slow: None,
            rate: None,
            storm: 0.0,
            storm_ends: None,
            pause: None,
            slots_at: None,
        }
    }
}

/// The eight servers on which controllers are compared.
pub(crate) fn servers() -> [(&'static str, Server); 8] {
    let server = Server::default;
    [
        ("knee", server()),
        (
            "small queue",
            Server {
                queue: 4,
                ..server()
            },
        ),
        (
            "rate limit",
            Server {
                rate: Some(60.0),
                ..server()
            },
        ),
        (
            "slow start",
            Server {
                slots_at: Some(|time| 2.0 + (1.4 * time).min(14.0)),
                ..server()
            },
        ),
        (
            "pauses",
            Server {
                pause: Some((5.0, 1.0)),
                ..server()
            },
        ),
        (
            "slow node",
            Server {
                nodes: 3,
                slots: 9.0,
                slow: Some(1),
                queue: 20,
                ..server()
            },
        ),
        (
            "half lost",
            Server {
                slots_at: Some(|time| if time < 20.0 { 16.0 } else { 8.0 }),
                queue: 30,
                ..server()
            },
        ),
        (
            "per node",
            Server {
                nodes: 3,
                slots: 12.0,
                queue: 2,
                ..server()
            },
        ),
    ]
}

/// Decides how many chunks are in flight.
pub(crate) trait Control {
    /// Whether a chunk may start now.
    fn try_start(&mut self, now: f64, in_flight: usize) -> Permit;
    /// A chunk ended; `in_flight` still counts it.
    fn on_response(&mut self, now: f64, latency: f64, accepted: bool, in_flight: usize);
}

pub(crate) enum Permit {
    Now,
    At(f64),
    AfterResponse,
}

/// A limit that stays.
pub(crate) struct Fixed(pub(crate) usize);

impl Control for Fixed {
    fn try_start(&mut self, _: f64, in_flight: usize) -> Permit {
        if in_flight < self.0 {
            Permit::Now
        } else {
            Permit::AfterResponse
        }
    }

    fn on_response(&mut self, _: f64, _: f64, _: bool, _: usize) {}
}

/// When chunks were accepted and refused.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    accepted: Vec<f64>,
    refused: Vec<f64>,
}

impl Trace {
    /// Accepted chunks per second.
    pub(crate) fn rate(&self, window: Window) -> f64 {
        count(&self.accepted, window) / (window.1 - window.0)
    }

    /// The share of chunks that was refused.
    pub(crate) fn refused(&self, window: Window) -> f64 {
        let refused = count(&self.refused, window);
        refused / (refused + count(&self.accepted, window)).max(1.0)
    }
}

/// Seconds from and to.
pub(crate) type Window = (f64, f64);

/// For each window, the most chunks per second, as a mean over `seeds`, of the fixed limits whose
/// refusals stay at or under 2 % in every run; and that limit.
pub(crate) fn best_fixed<const N: usize>(
    server: &Server,
    windows: [Window; N],
    seeds: Range<u64>,
) -> [(f64, usize); N] {
    let mut best = [(0.0, 0); N];
    for limit in (1..=26).chain([28, 32, 40, 48, 64]) {
        let fixed = |seed| run(server, &mut Fixed(limit), seed);
        let traces: Vec<_> = seeds.clone().map(fixed).collect();
        let mut least_refused = f64::INFINITY;
        for (window, best) in windows.into_iter().zip(&mut best) {
            let rate = traces.iter().map(|trace| trace.rate(window)).sum::<f64>();
            let rate = rate / traces.len() as f64;
            let refused = traces.iter().map(|trace| trace.refused(window));
            let refused = refused.fold(0.0, f64::max);
            least_refused = least_refused.min(refused);
            if refused <= 0.02 && rate > best.0 {
                *best = (rate, limit);
            }
        }
        if least_refused > 0.1 {
            break; // A higher limit is refused more, and takes long to simulate.
        }
    }
    best
}

/// Simulates [`END`] seconds.
pub(crate) fn run(server: &Server, control: &mut dyn Control, seed: u64) -> Trace {
    let mut simulation = Simulation {
        server,
        random: Random::new(seed),
        events: BinaryHeap::new(),
        nodes: vec![Node::default(); server.nodes],
        tokens: 0.0,
        tokens_at: 0.0,
        events_made: 0,
    };
    let mut trace = Trace::default();
    let (mut in_flight, mut wake) = (0, f64::NEG_INFINITY);
    simulation.push(0.0, Kind::Wake);
    while let Some(event) = simulation.events.pop() {
        let now = event.at;
        if now > END {
            break;
        }
        if let Kind::Response { sent, node } = event.kind {
            trace.accepted.push(now);
            simulation.leave(now, node);
            control.on_response(now, now - sent, true, in_flight);
            in_flight -= 1;
        } else if let Kind::Refusal { sent } = event.kind {
            trace.refused.push(now);
            control.on_response(now, now - sent, false, in_flight);
            in_flight -= 1;
        }
        loop {
            match control.try_start(now, in_flight) {
                Permit::Now => {}
                Permit::AfterResponse => break,
                Permit::At(at) => {
                    if !(wake > now && wake <= at) {
                        wake = at.max(now + 1e-6);
                        simulation.push(wake, Kind::Wake);
                    }
                    break;
                }
            }
            in_flight += 1;
            simulation.arrive(now);
        }
    }
    trace
}

struct Simulation<'a> {
    server: &'a Server,
    random: Random,
    events: BinaryHeap<Event>,
    nodes: Vec<Node>,
    tokens: f64,
    tokens_at: f64,
    events_made: u64,
}

#[derive(Clone, Default)]
struct Node {
    busy: usize,
    /// When each waiting chunk was sent.
    queue: VecDeque<f64>,
}

struct Event {
    at: f64,
    number: u64,
    kind: Kind,
}

#[derive(Clone, Copy)]
enum Kind {
    Wake,
    Response { sent: f64, node: usize },
    Refusal { sent: f64 },
}

impl Simulation<'_> {
    fn arrive(&mut self, now: f64) {
        let index = self.random.below(self.server.nodes);
        let storms = self.server.storm > 0.0 && self.server.storm_ends.is_none_or(|end| now < end);
        if storms && self.random.unit() < self.server.storm {
            return self.push(now + 0.002, Kind::Refusal { sent: now });
        }
        if let Some(rate) = self.server.rate {
            let gained = (now - self.tokens_at) * rate;
            self.tokens = (self.tokens + gained).min(0.5 * rate);
            self.tokens_at = now;
            if self.tokens < 1.0 {
                return self.push(now + 0.002, Kind::Refusal { sent: now });
            }
            self.tokens -= 1.0;
            let took = 0.03 * self.random.log_normal(0.1);
            let response = Kind::Response {
                sent: now,
                node: index,
            };
            return self.push(now + took, response);
        }
        if self.nodes[index].busy < self.slots(now) {
            self.work(now + 0.001, now, index);
        } else if self.nodes[index].queue.len() < self.server.queue {
            self.nodes[index].queue.push_back(now);
        } else {
            self.push(now + 0.002, Kind::Refusal { sent: now });
        }
    }

    fn leave(&mut self, now: f64, index: usize) {
        if self.server.rate.is_some() {
            return;
        }
        self.nodes[index].busy -= 1;
        while self.nodes[index].busy < self.slots(now) {
            let Some(sent) = self.nodes[index].queue.pop_front() else {
                break;
            };
            self.work(now, sent, index);
        }
    }

    fn work(&mut self, from: f64, sent: f64, index: usize) {
        let server = self.server;
        let mut took = server.service * self.random.log_normal(server.jitter);
        if server.slow == Some(index) {
            took *= 5.0;
        }
        if let Some((every, stop)) = server.pause
            && from % every + took > every
        {
            took += stop;
        }
        self.nodes[index].busy += 1;
        self.push(from + took, Kind::Response { sent, node: index });
    }

    fn slots(&self, now: f64) -> usize {
        let slots = self.server.slots_at.map_or(self.server.slots, |at| at(now));
        ((slots / self.server.nodes as f64) as usize).max(1)
    }

    fn push(&mut self, at: f64, kind: Kind) {
        self.events_made += 1;
        self.events.push(Event {
            at,
            number: self.events_made,
            kind,
        });
    }
}

/// The earliest comes first.
impl Ord for Event {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_time = other.at.total_cmp(&self.at);
        by_time.then(other.number.cmp(&self.number))
    }
}

impl PartialOrd for Event {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Event {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Event {}

fn count(times: &[f64], (from, to): Window) -> f64 {
    times.iter().filter(|&&at| at >= from && at < to).count() as f64
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0xD1B5_4A32_D192_ED03)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn unit(&mut self) -> f64 {
        ((self.next() >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    fn log_normal(&mut self, sigma: f64) -> f64 {
        let (radius, angle) = (self.unit(), self.unit());
        let normal = (-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * angle).cos();
        (sigma * normal).exp()
    }
}

/// Simulated seconds of a run.
const END: f64 = 40.0;
