use std::io::{self, BufRead};

/// Lines that are not blank, with their numbers from 1, without line ends.
pub(super) struct Lines<R> {
    reader: R,
    number: u64,
    next: Option<(u64, Vec<u8>)>,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(reader: R) -> Self {
        Self {
            reader,
            number: 0,
            next: None,
        }
    }

    /// The next line, which stays the next one.
    pub(super) fn peek(&mut self) -> io::Result<Option<&[u8]>> {
        if self.next.is_none() {
            self.next = self.read()?;
        }
        Ok(self.next.as_ref().map(|(_, line)| &**line))
    }

    pub(super) fn next(&mut self) -> io::Result<Option<(u64, Vec<u8>)>> {
        match self.next.take() {
            Some(line) => Ok(Some(line)),
            None => self.read(),
        }
    }

    fn read(&mut self) -> io::Result<Option<(u64, Vec<u8>)>> {
        loop {
            let mut line = Vec::new();
            if self.reader.read_until(b'\n', &mut line)? == 0 {
                return Ok(None);
            }
            self.number += 1;
            while matches!(line.last(), Some(b'\n' | b'\r')) {
                line.pop();
            }
            if !line.trim_ascii().is_empty() {
                return Ok(Some((self.number, line)));
            }
        }
    }
}
