use super::super::chunk;
use super::super::entry::Entry;
use super::super::outcome::{Outcome, Rejected, Unknown};
use super::load_state::State;

impl State {
    /// Gives everything that is not in a request its outcome.
    pub(in super::super) fn give_up_queued(&mut self) {
        self.seal();
        let delayed = std::mem::take(&mut self.delayed)
            .into_iter()
            .map(|(_, chunk)| chunk);
        let chunks: Vec<_> = self.ready.take().chain(delayed).collect();
        for chunk in &chunks {
            for index in 0..chunk.entries.len() {
                self.give_up(&chunk.entries[index], chunk.lines_of(index), chunk.attempts);
            }
        }
        self.resumed_bytes = 0;
        let resumed = std::mem::take(&mut self.resumed);
        for waiting in resumed.into_iter().chain(self.lanes.drain()) {
            self.give_up(&waiting.entry, &waiting.lines, 0);
        }
    }

    fn give_up(&mut self, entry: &Entry, lines: &[u8], attempts: u32) {
        let operation = chunk::operation(entry.action, lines);
        let position = entry.position;
        self.deliver(if entry.was_lost {
            Outcome::Unknown(Unknown {
                position,
                operation,
                reason: "a request with it was lost, and the load was aborted".to_owned(),
                attempts,
            })
        } else {
            Outcome::Rejected(Rejected {
                position,
                operation,
                status: None,
                error_type: None,
                reason: Some(
                    "the load was aborted before the operation was carried out".to_owned(),
                ),
                attempts,
            })
        });
    }
}
