//! Times subjects side by side.
//!
//! All subjects of one request take turns, a batch each, for many rounds. A busy machine then
//! disturbs all of them alike. The minimum over the rounds is the cost without disturbance. Ratios
//! compare minima of the same run.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// One way to sign a request, or a part of that.
pub(crate) struct Subject {
    pub(crate) name: &'static str,
    batch: Box<dyn FnMut(usize) -> Duration>,
    count: Box<dyn FnMut() -> u64>,
}

impl Subject {
    /// `prepare` makes an input and `work` changes it. Only `work` is timed: inputs are made and
    /// dropped while the clock is stopped.
    pub(crate) fn new<I: 'static>(
        name: &'static str,
        prepare: impl Fn() -> I + Clone + 'static,
        work: impl Fn(&mut I) + Clone + 'static,
    ) -> Self {
        let (prepare_one, work_one) = (prepare.clone(), work.clone());
        Self {
            name,
            batch: Box::new(move |size| {
                let mut inputs: Vec<I> = (0..size).map(|_| prepare()).collect();
                let start = Instant::now();
                for input in &mut inputs {
                    timed(&work, black_box(input));
                }
                let time = start.elapsed();
                black_box(&inputs);
                time
            }),
            count: Box::new(move || {
                // The first call fills the thread's caches after another subject has used them.
                let mut inputs = [prepare_one(), prepare_one()];
                let counts = inputs.each_mut().map(|input| {
                    let (count, ()) = counting::allocations(|| work_one(input));
                    count
                });
                counts[1]
            }),
        }
    }
}

impl Subject {
    pub(crate) fn named(self, name: &'static str) -> Self {
        Self { name, ..self }
    }

    /// Runs `work` `count` times, while a tool outside of this process measures.
    pub(crate) fn repeat(&mut self, count: usize) {
        for _ in 0..count {
            (self.batch)(1);
        }
    }
}

/// Not inlined, so that callgrind can count its instructions alone.
#[inline(never)]
pub(crate) fn timed<I>(work: &impl Fn(&mut I), input: &mut I) {
    work(input);
}

/// The time of one subject for one request, in nanoseconds.
#[derive(Clone, Debug)]
pub(crate) struct Measured {
    pub(crate) subject: &'static str,
    pub(crate) min: f64,
    pub(crate) median: f64,
    pub(crate) allocations: u64,
}

/// Runs the subjects in turns for about `time`.
pub(crate) fn measure(mut subjects: Vec<Subject>, time: Duration) -> Vec<Measured> {
    for subject in &mut subjects {
        (subject.batch)(1); // derives keys, fills caches
    }
    let allocations: Vec<u64> = subjects.iter_mut().map(|it| (it.count)()).collect();
    let once: Duration = subjects.iter_mut().map(|it| (it.batch)(1)).sum();
    // A batch is small enough for the first-level cache, and to finish between two interrupts.
    let size = if once > Duration::from_micros(500) {
        1
    } else {
        BATCH
    };

    let mut samples = vec![Vec::new(); subjects.len()];
    let start = Instant::now();
    for round in 0.. {
        // The order changes, because the first subject of a round finds colder caches.
        for turn in 0..subjects.len() {
            let at = (turn + round) % subjects.len();
            let took = (subjects[at].batch)(size);
            samples[at].push(took.as_secs_f64() * 1e9 / size as f64);
        }
        if start.elapsed() >= time {
            break;
        }
    }
    let measured = subjects.iter().zip(samples).zip(allocations);
    measured
        .map(|((subject, mut samples), allocations)| {
            samples.sort_by(f64::total_cmp);
            Measured {
                subject: subject.name,
                min: samples[0],
                median: samples[samples.len() / 2],
                allocations,
            }
        })
        .collect()
}

/// Returns the time for each request: `--seconds N` sets it, and `--test` runs everything once.
pub(crate) fn time_for_each(default: Duration) -> Duration {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.iter().any(|argument| argument == "--test") {
        return Duration::ZERO;
    }
    let seconds = arguments.windows(2).find(|pair| pair[0] == "--seconds");
    seconds.map_or(default, |pair| {
        Duration::from_secs_f64(pair[1].parse().expect("a number of seconds"))
    })
}

const BATCH: usize = 8;
