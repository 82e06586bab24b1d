//! Keeps what was not loaded, as lines that can be loaded again.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};
use sigtower::BoxError;
use sigtower::ingest::Operation;
use sigtower::opensearch::Call;
use sigtower::opensearch::bulk::Bulk;

use super::record::Bad;

pub(crate) struct Rejects {
    file: Option<(File, PathBuf)>,
    lines: Vec<u8>,
}

impl Rejects {
    /// Begins a file, or continues that of the load that is resumed.
    pub(crate) fn open(path: Option<&Path>, append: bool) -> Result<Self, BoxError> {
        let lines = Vec::new();
        let Some(path) = path else {
            return Ok(Self { file: None, lines });
        };
        let explain = |error| format!("cannot write {}: {error}", path.display());
        let mut options = OpenOptions::new();
        options
            .read(true)
            .write(true)
            .create(true)
            .truncate(!append);
        let mut file = options.open(path).map_err(explain)?;
        let mut rejects = Self { file: None, lines };
        let end = file.seek(SeekFrom::End(0)).map_err(explain)?;
        if end > 0 {
            // The last line of a load that was killed may have no end.
            let mut last = [0];
            file.seek(SeekFrom::End(-1)).map_err(explain)?;
            file.read_exact(&mut last).map_err(explain)?;
            if last != *b"\n" {
                rejects.lines.push(b'\n');
            }
        }
        rejects.file = Some((file, path.to_owned()));
        Ok(rejects)
    }

    pub(crate) fn are_kept(&self) -> bool {
        self.file.is_some()
    }

    /// Keeps an operation: its action with the reason beside it, then its document.
    pub(crate) fn keep(&mut self, operation: Operation, index: &str, reason: Value) {
        if self.file.is_none() {
            return;
        }
        let (mut action, source) = lines_of(operation, index);
        action.insert("not_loaded".to_owned(), reason);
        self.lines
            .extend(Value::Object(action).to_string().into_bytes());
        self.lines.push(b'\n');
        if !source.is_empty() {
            self.lines.extend(source);
            self.lines.push(b'\n');
        }
    }

    /// Keeps a part of the input that is no operation.
    pub(crate) fn keep_bad(&mut self, bad: &Bad, input: &str) {
        if self.file.is_none() {
            return;
        }
        let line = json!({ "bad_line": {
            "file": bad.file.as_deref().unwrap_or(input),
            "line": bad.line,
            "column": bad.column,
            "reason": bad.reason,
            "text": String::from_utf8_lossy(&bad.text),
        } });
        self.lines.extend(line.to_string().into_bytes());
        self.lines.push(b'\n');
    }

    pub(crate) fn flush(&mut self) -> Result<(), BoxError> {
        if let Some((file, path)) = &mut self.file
            && !self.lines.is_empty()
        {
            let written = file.write_all(&self.lines);
            written.map_err(|error| format!("cannot write {}: {error}", path.display()))?;
            self.lines.clear();
        }
        Ok(())
    }
}

/// The two lines of an operation, which names its index.
fn lines_of(operation: Operation, index: &str) -> (Map<String, Value>, Vec<u8>) {
    let operation = match operation.index_name() {
        Some(_) => operation,
        None => operation.in_index(index),
    };
    let (name, id) = (
        operation.action(),
        operation.document_id().map(str::to_owned),
    );
    let source = operation
        .source()
        .map(|source| source.to_vec())
        .unwrap_or_default();
    let mut bulk = Bulk::without_index();
    bulk.push(operation);
    let lines = bulk
        .request()
        .map(|request| request.into_body().as_bytes().to_vec());
    if let Ok(lines) = lines {
        let mut parts = lines.splitn(2, |byte| *byte == b'\n');
        let action = serde_json::from_slice(parts.next().unwrap_or_default());
        if let Ok(action) = action {
            let source = parts.next().unwrap_or_default();
            return (action, source.trim_ascii_end().to_vec());
        }
    }
    // The operation is not valid, so that no request can be made of it: its id is too long for instance.
    let action = json!({ name.as_str(): { "_index": index, "_id": id } });
    (action.as_object().cloned().unwrap_or_default(), source)
}
