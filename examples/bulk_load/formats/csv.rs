use std::io::{self, BufRead};

use csv::{ByteRecord, Reader, ReaderBuilder, Terminator};
use serde_json::{Map, Value};
use sigtower::BoxError;

use super::super::record::{Record, Shape};

/// CSV with a header. All values are strings; the mapping of the index decides what they mean.
pub(super) struct Csv<R> {
    reader: Reader<R>,
    header: Vec<String>,
    shape: Shape,
}

impl<R: BufRead> Csv<R> {
    pub(super) fn new(reader: R, shape: Shape) -> Result<Self, BoxError> {
        // The numbers of lines are right only if a line ends with one byte; see `without_return`.
        let mut reader = ReaderBuilder::new()
            .flexible(true)
            .terminator(Terminator::Any(b'\n'))
            .from_reader(reader);
        let header = reader
            .headers()
            .map_err(|error| format!("cannot read the header: {error}"))?;
        let header = header
            .iter()
            .map(|name| name.trim_end_matches('\r').to_owned());
        let header = header.collect();
        Ok(Self {
            reader,
            header,
            shape,
        })
    }

    fn record(&self, row: &ByteRecord) -> Record {
        let line = row.position().map_or(0, csv::Position::line);
        let text = || row.iter().collect::<Vec<_>>().join(&b","[..]);
        let (expected, found) = (self.header.len(), row.len());
        if expected != found {
            let column = expected.min(found) as u64 + 1;
            let reason = format!("the header has {expected} fields, and this line {found}");
            return Record::bad(line, column, reason, &text());
        }
        let mut document = Map::new();
        for (place, (name, value)) in self.header.iter().zip(row).enumerate() {
            let is_last = place + 1 == found;
            let value = if is_last {
                without_return(value)
            } else {
                value
            };
            let Ok(value) = std::str::from_utf8(value) else {
                return Record::bad(line, place as u64 + 1, "invalid UTF-8", &text());
            };
            document.insert(name.clone(), value.into());
        }
        self.shape
            .record(line, 1, Value::Object(document).to_string().as_bytes())
    }
}

impl<R: BufRead> Iterator for Csv<R> {
    type Item = io::Result<Record>;

    fn next(&mut self) -> Option<io::Result<Record>> {
        let mut row = ByteRecord::new();
        loop {
            match self.reader.read_byte_record(&mut row) {
                Ok(true) if row.len() == 1 && row[0].trim_ascii().is_empty() => {} // a blank line
                Ok(true) => return Some(Ok(self.record(&row))),
                Ok(false) => return None,
                Err(error) => return Some(Err(io::Error::other(error))),
            }
        }
    }
}

/// The last field of a line without the carriage return before the line feed.
fn without_return(field: &[u8]) -> &[u8] {
    field.strip_suffix(b"\r").unwrap_or(field)
}
