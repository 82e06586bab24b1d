//! What became of each operation, by its number in the input.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::json;
use sigtower::BoxError;
use sigtower::ingest::{Action, Operation, Outcome};

use super::args::Args;
use super::ledger::Ledger;
use super::record::{Bad, Record};
use super::rejects::Rejects;
use super::summary::Counts;

pub(crate) struct Tracker {
    pub(crate) counts: Counts,
    pub(crate) indices: BTreeSet<String>,
    ledger: Ledger,
    rejects: Rejects,
    index: String,
    input: String,
    /// The number and the line of each operation without an outcome, by its position in the load.
    waiting: HashMap<u64, (u64, u64)>,
    pushed: u64,
    next_number: u64,
    messages: Vec<String>,
    hidden: u64,
    failure: Option<BoxError>,
}

impl Tracker {
    pub(crate) fn new(args: &Args) -> Result<Self, BoxError> {
        let ledger = Ledger::open(args)?;
        let rejects = Rejects::open(args.rejects.as_deref(), ledger.is_resumed())?;
        Ok(Self {
            counts: Counts::default(),
            indices: BTreeSet::new(),
            ledger,
            rejects,
            index: args.index.clone(),
            input: args.input_name(),
            waiting: HashMap::new(),
            pushed: 0,
            next_number: 0,
            messages: Vec::new(),
            hidden: 0,
            failure: None,
        })
    }

    /// Takes the next record of the input. Returns the operation to push, if there is one.
    pub(crate) fn take(&mut self, record: Record) -> Result<Option<Operation>, BoxError> {
        let number = self.next_number;
        self.next_number += 1;
        if self.ledger.is_done(number) {
            return Ok(None);
        }
        let operation = match record.content {
            Ok(operation) => operation,
            Err(bad) => {
                self.bad(number, &bad);
                return Ok(None);
            }
        };
        self.ledger.will_send(number)?;
        let index = operation.index_name().unwrap_or(&self.index);
        if self.indices.len() < MOST_INDICES && !self.indices.contains(index) {
            self.indices.insert(index.to_owned());
        }
        self.waiting.insert(self.pushed, (number, record.line));
        self.pushed += 1;
        Ok(Some(
            match (operation.document_id(), self.ledger.id(number)) {
                (None, Some(id)) => operation.id(id),
                _ => operation,
            },
        ))
    }

    pub(crate) fn outcome(&mut self, outcome: Outcome) {
        let (number, line) = self.waiting.remove(&outcome.position()).unwrap_or_default();
        match outcome {
            Outcome::Done(_) => self.ok(number),
            Outcome::Rejected(item) => {
                let is_conflict =
                    item.status == Some(409) && item.operation.action() == Action::Create;
                if is_conflict && self.ledger.may_have_been_sent(number) {
                    // An earlier run stored the document, and was killed before it heard of that.
                    return self.ok(number);
                }
                self.counts.rejected += 1;
                self.say(format!("{}:{line}: {item}", self.input));
                let reason = json!({
                    "line": line, "status": item.status, "type": item.error_type, "reason": item.reason,
                });
                self.rejects.keep(*item.operation, &self.index, reason);
                if self.rejects.are_kept() {
                    self.ledger.done(number);
                }
            }
            Outcome::Unknown(item) => {
                self.counts.unknown += 1;
                self.say(format!("{}:{line}: {item}", self.input));
                let reason = json!({ "line": line, "unknown": true, "reason": item.reason });
                self.rejects.keep(*item.operation, &self.index, reason);
            }
            _ => {}
        }
    }

    fn ok(&mut self, number: u64) {
        self.counts.ok += 1;
        self.ledger.done(number);
    }

    fn bad(&mut self, number: u64, bad: &Bad) {
        self.counts.bad += 1;
        let file = bad.file.as_deref().unwrap_or(&self.input);
        self.say(format!(
            "{file}:{}:{}: {}",
            bad.line, bad.column, bad.reason
        ));
        self.rejects.keep_bad(bad, &self.input);
        if self.rejects.are_kept() {
            self.ledger.done(number);
        }
    }

    fn say(&mut self, line: String) {
        match self.counts.rejected + self.counts.unknown + self.counts.bad <= MOST_SHOWN {
            true => self.messages.push(line),
            false => self.hidden += 1,
        }
    }

    /// The messages since the last time.
    pub(crate) fn messages(&mut self) -> Vec<String> {
        std::mem::take(&mut self.messages)
    }

    /// How many operations have failed without a message.
    pub(crate) fn hidden(&self) -> u64 {
        self.hidden
    }

    /// Writes the files: what is rejected is kept before it counts as acknowledged.
    pub(crate) fn save(&mut self) -> Result<(), BoxError> {
        self.rejects.flush()?;
        self.ledger.save()
    }

    /// The same; the load ends with the first error.
    pub(crate) fn save_or_fail(&mut self) {
        if self.failure.is_none() {
            self.failure = self.save().err();
        }
    }

    pub(crate) fn failure(&mut self) -> Option<BoxError> {
        self.failure.take()
    }

    pub(crate) fn has_failed(&self) -> bool {
        self.failure.is_some()
    }
}

/// Locks the tracker; a panic elsewhere does not matter to it.
pub(crate) fn lock(tracker: &Mutex<Tracker>) -> MutexGuard<'_, Tracker> {
    tracker.lock().unwrap_or_else(PoisonError::into_inner)
}

const MOST_INDICES: usize = 100;
const MOST_SHOWN: u64 = 10;
