use super::super::entry::Repeat;
use super::super::ids::{Generator, Ids};
use crate::opensearch::bulk::{Action, Operation};

/// An operation that cannot be sent.
#[derive(Debug)]
pub(in super::super) struct Invalid {
    pub(in super::super) reason: String,
}

/// Writes the first line of an operation, with an id if the load generates ids. Returns the action that
/// the line names, and what sending it again would mean.
pub(super) fn write<D>(
    operation: &Operation<D>,
    ids: Ids,
    generator: &mut Generator,
    lines: &mut Vec<u8>,
) -> Result<(Action, Repeat), Invalid> {
    let action = operation.action();
    let meta = operation.meta();
    if operation.document_id().is_some() {
        meta.write(action, lines);
        let repeat = if operation.builds_on_itself() {
            Repeat::Never
        } else if action == Action::Create || meta.is_conditional() {
            Repeat::Conflicts
        } else {
            Repeat::Safe
        };
        return Ok((action, repeat));
    }
    match ids {
        Ids::Caller => Err(Invalid {
            reason: "the operation has no id, and the load takes the caller's ids; set one with \
                     `id`, or let the load generate them with `generated_ids`"
                .to_owned(),
        }),
        Ids::Generated => {
            meta.write_with_id(Action::Create, Some(generator.next()), lines);
            Ok((Action::Create, Repeat::Unique))
        }
        Ids::Server => {
            meta.write(action, lines);
            Ok((action, Repeat::Never))
        }
    }
}
