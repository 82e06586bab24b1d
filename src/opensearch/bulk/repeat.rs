//! Whether an operation may be applied twice.

use super::action::Action;
use super::operation::Operation;
use super::source::{Change, Source};

impl<D> Operation<D> {
    /// Whether the change depends on the document's content, so that applying it twice differs from once.
    pub(crate) fn builds_on_itself(&self) -> bool {
        match &self.source {
            // The second time, the update would find the inserted document and change it.
            Source::Update {
                change,
                upsert,
                parts,
            } => {
                let mut others = parts.other.iter().flat_map(|other| other.keys());
                matches!(change, Change::Script(_))
                    || upsert.is_some()
                    || others.any(|name| !REPEATABLE.contains(&&**name))
            }
            _ => false,
        }
    }

    /// Whether applying the operation twice has the same effect and response as once. This is not so if
    /// an id is generated, if the document must be new or unchanged, or if the change depends on the
    /// document's content.
    pub(super) fn is_repeatable(&self) -> bool {
        let is_conditional = self.action == Action::Create || self.meta.is_conditional();
        self.meta.id.is_some() && !is_conditional && !self.builds_on_itself()
    }
}

/// The parts of an update that do not depend on the document's content.
const REPEATABLE: [&str; 2] = ["_source", "detect_noop"];
