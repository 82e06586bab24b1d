//! JSON on one line, as the lines of a bulk request need it.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use serde::Serialize;
use serde::de::IgnoredAny;
use serde_json::ser::Formatter;

/// JSON on one line, or the error of serialising, which is reported when the operation is written.
pub(super) type Line = Result<Bytes, Arc<serde_json::Error>>;

/// Serialises to one line.
pub(super) fn one_line(value: &impl Serialize) -> Line {
    let mut json = Vec::new();
    write_one_line(value, &mut json)?;
    Ok(json.into())
}

/// Appends the JSON of this value, on one line.
pub(super) fn write_one_line(
    value: &impl Serialize,
    line: &mut Vec<u8>,
) -> Result<(), serde_json::Error> {
    value.serialize(&mut serde_json::Serializer::with_formatter(line, OneLine))
}

/// Puts JSON on one line. An empty document is an error, because an empty line would break the
/// request. The server checks that the rest is JSON.
pub(super) fn on_one_line(json: Bytes) -> Line {
    if json.trim_ascii().is_empty() {
        serde_json::from_slice::<IgnoredAny>(&json)?;
    }
    if !has_line_break(&json) {
        return Ok(json);
    }
    let mut json = Vec::from(json);
    blank_line_breaks(&mut json);
    Ok(json.into())
}

/// Compact JSON. Only [`RawValue`](serde_json::value::RawValue) may have line breaks, between its tokens.
struct OneLine;

impl Formatter for OneLine {
    fn write_raw_fragment<W>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()>
    where
        W: ?Sized + io::Write,
    {
        if !has_line_break(fragment.as_bytes()) {
            return writer.write_all(fragment.as_bytes());
        }
        let mut json = fragment.as_bytes().to_vec();
        blank_line_breaks(&mut json);
        writer.write_all(&json)
    }
}

fn blank_line_breaks(json: &mut [u8]) {
    for byte in json {
        if matches!(byte, b'\n' | b'\r') {
            *byte = b' ';
        }
    }
}

fn has_line_break(json: &[u8]) -> bool {
    json.contains(&b'\n') || json.contains(&b'\r')
}
