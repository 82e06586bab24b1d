use std::io::{self, BufRead};

use super::super::record::{Record, Shape};
use super::lines::Lines;

/// One document on each line.
pub(super) struct Ndjson<R> {
    lines: Lines<R>,
    shape: Shape,
}

impl<R: BufRead> Ndjson<R> {
    pub(super) fn new(reader: R, shape: Shape) -> Self {
        let lines = Lines::new(reader);
        Self { lines, shape }
    }
}

impl<R: BufRead> Iterator for Ndjson<R> {
    type Item = io::Result<Record>;

    fn next(&mut self) -> Option<io::Result<Record>> {
        let line = self.lines.next().transpose()?;
        Some(line.map(|(number, line)| self.shape.record(number, 1, &line)))
    }
}
