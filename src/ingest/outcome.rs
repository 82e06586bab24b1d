use std::error::Error as StdError;
use std::fmt;

use super::statistics::Statistics;
use crate::opensearch::bulk::{Action, Operation};
use crate::opensearch::document::Change;
use crate::opensearch::error::OneLine;

/// What became of one operation.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// The server carried it out.
    Done(Done),
    /// It was not carried out.
    Rejected(Rejected),
    /// It may have been carried out, or not: a request with it was lost, and sending it again might
    /// apply it twice.
    Unknown(Unknown),
}

/// The server carried out an operation.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Done {
    /// The position of the operation among those pushed, from 0.
    pub position: u64,
    /// What it did.
    pub action: Action,
    /// The status it would have got as a call of its own. 409 for a document with a generated id
    /// that an earlier, lost request stored.
    pub status: u16,
    /// What changed; a delete that found nothing is [`Change::NotFound`].
    pub result: Option<Change>,
    /// The document's id; only with [`details`](super::IngestBuilder::details).
    pub id: Option<String>,
    /// The document's version; only with [`details`](super::IngestBuilder::details).
    pub version: Option<i64>,
    /// The change's sequence number; only with [`details`](super::IngestBuilder::details).
    pub seq_no: Option<i64>,
    /// The change's primary term; only with [`details`](super::IngestBuilder::details).
    pub primary_term: Option<i64>,
}

/// An operation that was not carried out.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Rejected {
    /// The position of the operation among those pushed, from 0.
    pub position: u64,
    /// The operation, with its document: to be stored, corrected or pushed again.
    pub operation: Box<Operation>,
    /// The status, if a server rejected it.
    pub status: Option<u16>,
    /// The server's name for the error.
    pub error_type: Option<String>,
    /// Why it was rejected.
    pub reason: Option<String>,
    /// How often it was sent.
    pub attempts: u32,
}

/// An operation of which it is unknown whether it was carried out.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Unknown {
    /// The position of the operation among those pushed, from 0.
    pub position: u64,
    /// The operation, with its document.
    pub operation: Box<Operation>,
    /// What happened to the request.
    pub reason: String,
    /// How often it was sent.
    pub attempts: u32,
}

/// What became of all operations of a load.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Report {
    /// How many operations were carried out.
    pub done: u64,
    /// The operations that were not carried out, unless the outcomes went to a callback.
    pub rejected: Vec<Rejected>,
    /// The operations whose outcome is unknown, unless the outcomes went to a callback.
    pub unknown: Vec<Unknown>,
    /// The load in numbers.
    pub statistics: Statistics,
    /// Why [load settings](super::IngestBuilder::load_settings) could not be applied or restored.
    pub settings_error: Option<String>,
}

impl Report {
    /// Whether every operation was carried out.
    pub fn is_complete(&self) -> bool {
        self.statistics.rejected == 0 && self.statistics.unknown == 0
    }
}

impl Outcome {
    /// The position of the operation among those pushed, from 0.
    pub fn position(&self) -> u64 {
        match self {
            Self::Done(done) => done.position,
            Self::Rejected(rejected) => rejected.position,
            Self::Unknown(unknown) => unknown.position,
        }
    }

    /// The bytes of memory that it holds, about.
    pub(super) fn held_bytes(&self) -> usize {
        let operation = |operation: &Operation| {
            let source = operation.source().map_or(0, |source| source.len());
            size_of::<Operation>() + source + operation.document_id().map_or(0, str::len)
        };
        let text = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        size_of::<Self>()
            + match self {
                Self::Done(done) => text(&done.id),
                Self::Rejected(rejected) => {
                    let words = text(&rejected.error_type) + text(&rejected.reason);
                    operation(&rejected.operation) + words
                }
                Self::Unknown(unknown) => operation(&unknown.operation) + unknown.reason.len(),
            }
    }
}

/// One line: `create of "2" rejected: version_conflict_engine_exception: … (409)`.
impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_operation(f, self.position, &self.operation)?;
        f.write_str(" rejected")?;
        for part in [&self.error_type, &self.reason].into_iter().flatten() {
            write!(f, ": {}", OneLine(part))?;
        }
        match self.status {
            Some(status) => write!(f, " ({status})"),
            None => Ok(()),
        }
    }
}

impl StdError for Rejected {}

/// One line: `index of operation 17 may have been applied: …`.
impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_operation(f, self.position, &self.operation)?;
        write!(f, " may have been applied: {}", OneLine(&self.reason))
    }
}

impl StdError for Unknown {}

fn write_operation(
    f: &mut fmt::Formatter<'_>,
    position: u64,
    operation: &Operation,
) -> fmt::Result {
    write!(f, "{} of ", operation.action())?;
    match operation.document_id() {
        Some(id) => write!(f, "\"{}\"", OneLine(id)),
        None => write!(f, "operation {position}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_outcome_holds_its_texts_and_its_operation() {
        let operation = Operation::index(json!({"a": "b"})).id("12").into_json();
        let done = |id: Option<&str>| {
            Outcome::Done(Done {
                position: 0,
                action: Action::Index,
                status: 201,
                result: None,
                id: id.map(Into::into),
                version: None,
                seq_no: None,
                primary_term: None,
            })
        };
        let rejected = |error_type: Option<&str>, reason: Option<&str>| {
            Outcome::Rejected(Rejected {
                position: 0,
                operation: Box::new(operation.clone()),
                status: None,
                error_type: error_type.map(Into::into),
                reason: reason.map(Into::into),
                attempts: 1,
            })
        };
        let unknown = Outcome::Unknown(Unknown {
            position: 0,
            operation: Box::new(operation.clone()),
            reason: "lost".into(),
            attempts: 1,
        });
        let outcome = size_of::<Outcome>();
        let with_operation = outcome + size_of::<Operation>() + "12".len() + r#"{"a":"b"}"#.len();
        for (of, bytes) in [
            (done(None), outcome),
            (done(Some("12345")), outcome + 5),
            (rejected(None, None), with_operation),
            (rejected(Some("abc"), None), with_operation + 3),
            (rejected(Some("abc"), Some("defgh")), with_operation + 8),
            (unknown, with_operation + 4),
        ] {
            assert_eq!(of.held_bytes(), bytes, "{of:?}");
        }
    }
}
