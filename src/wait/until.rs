use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::opensearch::{Error, ErrorKind};
use crate::pace::Pace;

/// Asks again, after waits with jitter that double from 0.25 to 5 seconds, until `ask` returns `None`.
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
    // A limit that no clock can express is no limit.
    let deadline = Instant::now().checked_add(limit);
    let mut pace = Pace::new(FIRST_WAIT, LONGEST_WAIT);
    loop {
        let Some(reason) = ask().await? else {
            return Ok(());
        };
        let next = Instant::now() + pace.next(fastrand::f64());
        if deadline.is_some_and(|deadline| next > deadline) {
            let line =
                format!("{what} within {limit:?}: {reason}; wait longer, or look at the index");
            return Err(Error::timed_out(line));
        }
        sleep_until(next).await;
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

const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(5);
