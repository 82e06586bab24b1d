use std::time::Duration;

use crate::opensearch::{Error, ErrorKind};
use crate::pace::Polls;

/// Asks again, with the pauses of [`Polls`], until `ask` returns `None`.
///
/// Otherwise `ask` returns the reason for waiting. The error after the limit contains the last reason.
pub(super) async fn until<F>(
    what: &str,
    limit: Duration,
    mut ask: impl FnMut() -> F,
) -> Result<(), Error>
where
    F: Future<Output = Result<Option<String>, Error>>,
{
    let mut polls = Polls::new(limit);
    loop {
        let Some(reason) = ask().await? else {
            return Ok(());
        };
        if !polls.pause().await {
            let line =
                format!("{what} within {limit:?}: {reason}; wait longer, or look at the index");
            return Err(Error::timed_out(line));
        }
    }
}

/// The reason to ask again after this error, or the error if it lasts.
pub(super) fn temporary(error: Error) -> Result<Option<String>, Error> {
    let is_missing = error.error_type() == Some("index_not_found_exception");
    if is_missing || error.is_retryable() || error.kind() == ErrorKind::Throttled {
        return Ok(Some(error.to_string()));
    }
    Err(error)
}
