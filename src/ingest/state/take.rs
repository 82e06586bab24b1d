use serde::Serialize;

use super::super::chunk::{self, Invalid, Open};
use super::super::closed::Closed;
use super::super::lanes::Waiting;
use super::super::outcome::{Outcome, Rejected};
use super::super::settings::Settings;
use super::load_state::State;
use crate::opensearch::bulk::Operation;

impl State {
    /// Takes an operation; there must be [`room`](Self::room). Returns whether the driver has work.
    pub(in super::super) fn push<D: Serialize>(
        &mut self,
        operation: &Operation<D>,
        settings: &Settings,
    ) -> bool {
        let position = self.counts.submitted;
        // There is one after `room`; without it, the operation would be lost.
        let open = self.open.get_or_insert_with(|| {
            Open::new(
                self.buffers.take_now(),
                self.first_operations,
                &self.buffers,
            )
        });
        let was_empty = open.len() == 0;
        let before = open.bytes();
        let added = match settings.refused_id(operation) {
            Some(reason) => Err(Invalid { reason }),
            None => open.add(operation, position, settings.ids, &mut self.generator),
        };
        self.counts.submitted += 1;
        if let Err(invalid) = added {
            self.reject_invalid(operation, position, invalid);
            return true;
        }
        if open.bytes() - before > self.limit.request {
            self.reject_oversize();
            return true;
        }
        if let Some(id) = operation.document_id() {
            let index = operation.index_name().unwrap_or(&settings.index);
            let lane = self.lanes.lane(index, id);
            open.set_lane(lane);
            if !self.lanes.enter(lane) {
                if let Some(waiting) = open.take_last() {
                    self.lanes.wait(waiting);
                }
                return false;
            }
        }
        self.close_full() || was_empty
    }

    /// Closes the open chunk when it is full; an operation that does not fit waits for the next.
    pub(super) fn close_full(&mut self) -> bool {
        let Some(open) = &mut self.open else {
            return false;
        };
        if open.bytes() > self.limit.chunk
            && open.len() > 1
            && let Some(last) = open.take_last()
        {
            self.resumed_bytes += last.lines.len();
            self.resumed.push_front(last);
            self.seal();
            return true;
        }
        let is_full = open.bytes() >= self.limit.chunk || open.len() >= self.most_operations;
        if is_full {
            self.seal();
        }
        is_full
    }

    pub(super) fn seal(&mut self) {
        if let Some(open) = self.open.take() {
            if open.len() > 0 {
                self.ready.push_new(open.seal(&self.buffers));
                self.has_news = true;
            } else {
                self.buffers.give_back(open.into_buffer());
            }
        }
    }

    /// Rejects an operation that was not taken, because the load is closed.
    pub(in super::super) fn refuse(&mut self, closed: Closed) {
        let position = self.counts.submitted;
        self.counts.submitted += 1;
        self.deliver(Outcome::Rejected(Rejected {
            position,
            status: None,
            error_type: None,
            reason: Some(closed.to_string()),
            operation: closed.operation,
            attempts: 0,
        }));
    }

    fn reject_invalid<D: Serialize>(
        &mut self,
        operation: &Operation<D>,
        position: u64,
        invalid: Invalid,
    ) {
        let operation = Box::new(operation.by_ref().into_json());
        self.deliver(Outcome::Rejected(Rejected {
            position,
            operation,
            status: None,
            error_type: None,
            reason: Some(invalid.reason),
            attempts: 0,
        }));
    }

    fn reject_oversize(&mut self) {
        let last = self.open.as_mut().and_then(Open::take_last);
        let Some(Waiting { entry, lines }) = last else {
            return;
        };
        let (size, limit) = (lines.len(), self.limit.request);
        self.deliver(Outcome::Rejected(Rejected {
            position: entry.position,
            operation: chunk::operation(entry.action, &lines),
            status: None,
            error_type: None,
            reason: Some(format!(
                "the operation is {size} bytes long; requests are limited to {limit} bytes"
            )),
            attempts: 0,
        }));
    }
}
