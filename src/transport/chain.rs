//! What an error wraps.

use std::error::Error;
use std::io;

/// The first error of this type in a chain of errors.
pub(super) fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    links(error).find_map(|error| error.downcast_ref())
}

/// The chain of errors that begins with this one.
pub(super) fn links<'a>(
    error: &'a (dyn Error + 'static),
) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| {
        match error.downcast_ref::<io::Error>() {
            // What an `io::Error` wraps is not its source, but hides the source of that.
            Some(io) => io.get_ref().map(|inner| inner as _),
            None => error.source(),
        }
    })
}

/// What the last error of a chain says, on one line.
pub(super) fn root(error: &(dyn Error + 'static)) -> String {
    let root = links(error).last().unwrap_or(error).to_string();
    // A peer may have chosen some of it, a certificate's names for instance.
    let one_line = |char: char| match char.is_control() {
        true => char.escape_default().to_string(),
        false => char.to_string(),
    };
    root.chars().map(one_line).collect()
}
