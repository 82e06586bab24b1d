//! Reads records from an input, one after the other.

mod array;
mod bulk;
mod csv;
mod generate;
mod lines;
mod ndjson;

use std::io;

use sigtower::BoxError;

use super::args::{Args, Format};
use super::input::Input;
use super::record::{Record, Shape};

/// The records of an input. An error ends it: the input cannot be read further.
pub(crate) type Records = Box<dyn Iterator<Item = io::Result<Record>> + Send>;

/// Reads the records of the input in its format.
pub(crate) fn records(args: &Args, input: Option<Input>) -> Result<Records, BoxError> {
    let shape = Shape::new(args);
    let Some(input) = input else {
        return Ok(Box::new(generate::Generate::new(
            args.generate.unwrap_or_default(),
            shape,
        )));
    };
    let reader = input.reader;
    let format = args.format.unwrap_or_else(|| guess(&input.start));
    Ok(match format {
        Format::Ndjson => Box::new(ndjson::Ndjson::new(reader, shape)),
        Format::Bulk => Box::new(bulk::Bulk::new(reader)),
        Format::Json => Box::new(array::Array::new(reader, shape)),
        Format::Csv => Box::new(csv::Csv::new(reader, shape)?),
    })
}

/// The format that the beginning of an input shows.
fn guess(start: &[u8]) -> Format {
    let line = start.trim_ascii();
    match line.first() {
        Some(b'[') => Format::Json,
        Some(b'{') if bulk::is_action(line) => Format::Bulk,
        Some(b'{') | None => Format::Ndjson,
        Some(_) => Format::Csv,
    }
}
