//! Shows how far the load is: a bar on a terminal, and plain lines elsewhere.

use std::io::{IsTerminal, stderr};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use sigtower::ingest::Statistics;

pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    start: Instant,
    last_line: Instant,
}

impl Progress {
    /// `total` is in the unit of the position that [`show`](Self::show) gets.
    pub(crate) fn new(total: Option<u64>) -> Self {
        let bar = stderr().is_terminal().then(|| {
            let (bar, template) = match total {
                Some(total) => (ProgressBar::new(total), "{bar:30} {percent:>3} % {msg}"),
                None => (ProgressBar::new_spinner(), "{spinner} {msg}"),
            };
            bar.with_style(
                ProgressStyle::with_template(template)
                    .unwrap_or_else(|_| ProgressStyle::default_bar()),
            )
        });
        let start = Instant::now();
        Self {
            bar,
            start,
            last_line: start,
        }
    }

    pub(crate) fn show(&mut self, position: u64, statistics: &Statistics) {
        let Statistics {
            submitted,
            done,
            rejected,
            unknown,
            retried,
            ..
        } = statistics;
        let rate = *done as f64 / self.start.elapsed().as_secs_f64().max(0.001);
        let message = format!(
            "{done} of {submitted} operations, {rate:.0} a second, {rejected} rejected, {unknown} unknown, {retried} retried"
        );
        match &self.bar {
            Some(bar) => {
                bar.set_position(position);
                bar.set_message(message);
            }
            None if self.last_line.elapsed() >= BETWEEN_LINES => {
                eprintln!("{message}");
                self.last_line = Instant::now();
            }
            None => {}
        }
    }

    pub(crate) fn say(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| eprintln!("{line}")),
            None => eprintln!("{line}"),
        }
    }

    pub(crate) fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

const BETWEEN_LINES: Duration = Duration::from_secs(2);
