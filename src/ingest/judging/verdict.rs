use std::time::Duration;

use super::super::chunk::Chunk;
use super::super::entry::{Entry, Repeat};
use super::super::outcome::{Done, Outcome, Rejected, Unknown};
use super::super::response::{self, Item};
use super::context::Context;
use crate::opensearch::bulk::Action;
use crate::opensearch::document::Change;

/// What to do with the operations of a chunk.
#[derive(Debug, Default)]
pub(in super::super) struct Verdict {
    pub(in super::super) done: u64,
    /// The operations that are not done, and also those that are done if the caller takes each outcome.
    pub(in super::super) outcomes: Vec<Outcome>,
    /// Which operations are sent again, ascending.
    pub(in super::super) retry: Vec<usize>,
    pub(in super::super) again: Again,
    /// How many operations the server refused because it was too busy.
    pub(in super::super) throttled: usize,
    /// How long the server asks to wait.
    pub(in super::super) asked: Option<Duration>,
    /// Whether there was a response.
    pub(in super::super) was_answered: bool,
    /// Whether the whole request failed, so that others would fail as well.
    pub(in super::super) failed_whole: bool,
    /// What the server wrote, for a size that it states.
    pub(in super::super) message: String,
}

/// How the operations to be retried are sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in super::super) enum Again {
    /// In one chunk, after a wait.
    #[default]
    Later,
    /// In two chunks, at once.
    Halved,
    /// At once, and without compression from now on.
    Plain,
}

impl Verdict {
    /// It is unknown whether the chunk was applied.
    pub(in super::super) fn lost(chunk: &mut Chunk, reason: &str, context: Context<'_>) -> Self {
        let mut verdict = Self {
            failed_whole: true,
            ..Self::default()
        };
        for index in 0..chunk.entries.len() {
            verdict.lose(chunk, index, reason, context);
        }
        verdict
    }

    /// The chunk was not sent, and will not be.
    pub(in super::super) fn unsent(chunk: &Chunk) -> Self {
        let mut verdict = Self::default();
        let reason = "the load was aborted before the operation was carried out";
        for index in 0..chunk.entries.len() {
            if chunk.entries[index].was_lost {
                verdict.unknown(chunk, index, reason);
            } else {
                verdict.reject(chunk, index, None, None, Some(reason));
            }
        }
        verdict
    }

    pub(super) fn add_done(
        &mut self,
        entry: &Entry,
        status: u16,
        item: &Item<'_>,
        is_wanted: bool,
    ) {
        self.done += 1;
        if is_wanted {
            self.outcomes.push(Outcome::Done(Done {
                position: entry.position,
                action: entry.action,
                status,
                result: item.result.or_else(|| result_of(entry.action, status)),
                id: item.id.and_then(response::text),
                version: item.version,
                seq_no: item.seq_no,
                primary_term: item.primary_term,
            }));
        }
    }

    /// An operation may have been applied.
    pub(super) fn lose(
        &mut self,
        chunk: &mut Chunk,
        index: usize,
        reason: &str,
        context: Context<'_>,
    ) {
        let entry = &mut chunk.entries[index];
        if context.may_retry(entry) && entry.repeat != Repeat::Never {
            entry.was_lost = true;
            self.retry.push(index);
        } else {
            self.unknown(chunk, index, reason);
        }
    }

    pub(super) fn unknown(&mut self, chunk: &Chunk, index: usize, reason: &str) {
        self.outcomes.push(Outcome::Unknown(Unknown {
            position: chunk.entries[index].position,
            operation: chunk.operation(index),
            reason: reason.to_owned(),
            attempts: chunk.attempts,
        }));
    }

    pub(super) fn reject(
        &mut self,
        chunk: &Chunk,
        index: usize,
        status: Option<u16>,
        error_type: Option<&str>,
        reason: Option<&str>,
    ) {
        self.outcomes.push(Outcome::Rejected(Rejected {
            position: chunk.entries[index].position,
            operation: chunk.operation(index),
            status,
            error_type: error_type.map(Into::into),
            reason: reason.map(Into::into),
            attempts: chunk.attempts,
        }));
    }
}

/// The change that a status implies, for a response without `result`.
fn result_of(action: Action, status: u16) -> Option<Change> {
    match (action, status) {
        (_, 201) | (Action::Create, _) => Some(Change::Created),
        (Action::Index, 200) => Some(Change::Updated),
        (Action::Delete, 200) => Some(Change::Deleted),
        (Action::Delete, 404) => Some(Change::NotFound),
        _ => None,
    }
}
