use std::io;

use serde_json::json;

use super::super::record::{Record, Shape};

/// Documents that differ in each field, the same in each run.
pub(super) struct Generate {
    count: u64,
    next: u64,
    shape: Shape,
}

impl Generate {
    pub(super) fn new(count: u64, shape: Shape) -> Self {
        Self {
            count,
            next: 0,
            shape,
        }
    }
}

impl Iterator for Generate {
    type Item = io::Result<Record>;

    fn next(&mut self) -> Option<io::Result<Record>> {
        if self.next == self.count {
            return None;
        }
        let number = self.next;
        self.next += 1;
        // Fibonacci hashing: numbers that follow one another give unlike values.
        let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 16;
        let document = json!({
            "number": number,
            "title": format!("document {number}"),
            "genre": GENRES[mixed as usize % GENRES.len()],
            "year": 1950 + mixed % 75,
            "rating": (mixed % 1000) as f64 / 100.0,
        });
        Some(Ok(self.shape.record(
            number + 1,
            1,
            document.to_string().as_bytes(),
        )))
    }
}

const GENRES: [&str; 5] = ["crime", "drama", "horror", "comedy", "thriller"];
